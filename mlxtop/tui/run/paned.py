"""Panes on a screen: which one is selected, one at a time on a narrow screen, one enlarged."""

from collections.abc import Iterator

from textual import on
from textual.widget import Widget

from mlxtop.sources import Source
from mlxtop.tui.panes import Pane
from mlxtop.tui.run.moment import MomentScreen
from mlxtop.tui.zoom import ZoomView


class PanedScreen(MomentScreen):
    """A screen with panes, and a `ZoomView` that takes their place when one is enlarged."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._focus_before: Widget | None = None
        """Who had the focus when a pane was enlarged."""

    def is_shown(self, widget: Widget) -> bool:
        """Return whether a widget is on the screen, with all that it stands in."""
        return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))

    def visible_panes(self) -> Iterator[Pane]:
        """Yield the panes that are on the screen now; hidden ones cost nothing."""
        for pane in self.query(Pane):
            if self.is_shown(pane):
                yield pane

    @property
    def enlarged(self) -> bool:
        """True while one pane fills the screen."""
        return self.has_class("-zoomed")

    @property
    def one_at_a_time(self) -> bool:
        """True where there is room for one pane, or the chat, only."""
        return self.has_class("-narrow") or self.has_class("-tiny")

    def show_page(self, pane: Pane | None) -> None:
        """On a narrow screen show this pane, or the chat; on a wide one only select it."""
        for other in self.query(Pane):
            other.set_class(other is pane, "-page")
        self.set_class(pane is not None, "-page")
        if pane is not None:
            # At once where it is on the screen: the next key may come before a later focus.
            if pane.focusable:
                self.set_focus(pane)
            else:
                pane.focus()
        self.call_after_refresh(self.frame)

    def selected_pane(self) -> Pane | None:
        """Return the pane that has focus, or the one that a narrow screen shows."""
        if isinstance(self.focused, Pane):
            return self.focused
        return next(iter(self.query(Pane).filter(".-page")), None)

    def action_next_pane(self) -> None:
        """Select the next pane, after the last the chat; enlarge it where one is enlarged."""
        if self.enlarged:
            self._enlarge_next()
            return
        panes = list(self.query(Pane)) if self.one_at_a_time else list(self.visible_panes())
        selected = self.selected_pane()
        place = panes.index(selected) + 1 if selected in panes else 0
        self.show_page(panes[place] if place < len(panes) else None)
        if place >= len(panes):
            self.action_prompt()

    def _enlarge_next(self) -> None:
        panes = list(self.query(Pane))
        kinds = [pane.kind for pane in panes]
        pane = panes[(kinds.index(self.query_one(ZoomView).kind) + 1) % len(panes)]
        if isinstance(self._focus_before, Pane):
            self._focus_before = pane
        for other in self.query(Pane).filter(".-page"):
            other.remove_class("-page")
            pane.add_class("-page")
        self.enlarge(pane)

    def show_chat(self) -> None:
        """Bring out the conversation where a pane takes its place."""
        if self.enlarged:
            self.action_restore()
        if self.one_at_a_time and self.selected_pane() is not None:
            self.set_focus(None)
            self.show_page(None)

    def action_prompt(self) -> None:
        """Leave the panes; a live run goes to its prompt."""
        self.set_focus(None)

    def action_enlarge(self) -> None:
        """Fill the screen with the selected pane, or restore it."""
        if self.enlarged:
            self.action_restore()
            return
        pane = self.selected_pane() or next(self.visible_panes(), None) or self.query(Pane).first()
        self.enlarge(pane)

    def enlarge(self, pane: Pane) -> None:
        """Fill the screen with a pane's full chart."""
        zoom = self.query_one(ZoomView)
        zoom.open(pane.kind)
        if not self.enlarged:
            self._focus_before = self.focused
        self.add_class("-zoomed")
        zoom.focus()
        self.call_after_refresh(self.frame)
        self.refresh_bindings()

    def action_restore(self) -> None:
        """Show all panes again; who wrote, writes on."""
        self.remove_class("-zoomed")
        self.set_focus(self._focus_before)
        self.call_after_refresh(self.frame)
        self.refresh_bindings()

    @on(Pane.Enlarge)
    def _enlarge(self, event: Pane.Enlarge) -> None:
        self.enlarge(event.pane)

"""The panes of a screen: one selected, one at a time on a narrow screen, one enlarged."""

from collections.abc import Callable, Iterator, Sequence

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from mlxtop.timeline import Timeline
from mlxtop.tui.panes.base import Face, Pane
from mlxtop.tui.widgets.row_cache import BlankHorizontal, BlankVertical
from mlxtop.tui.zoom.view import ZoomView


def is_shown(widget: Widget) -> bool:
    """Return whether a widget and all its ancestors are displayed."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


class PaneDeck(BlankHorizontal):
    """The main part and the panes beside it; an enlarged pane replaces all.

    The screen's style sheet decides the layout, by the size of the screen.
    """

    class Changed(Message):
        """The visible widgets of the deck have changed."""

    def __init__(
        self, faces: Sequence[Face], *, focus_main: Callable[[], None], id: str | None = None
    ) -> None:
        """Show a pane of each face, top first.

        `focus_main` focuses the main part.
        """
        super().__init__(id=id)
        self.panes = [Pane(face) for face in faces]
        self.zoom = ZoomView(faces[0], id="zoom")
        self._focus_main = focus_main
        self._main: list[Widget] = []
        self._focus_before: Widget | None = None
        """The focused widget when a pane was enlarged."""

    def compose_add_child(self, widget: Widget) -> None:
        """Put widgets composed within this deck into the main part."""
        self._main.append(widget)

    def compose(self) -> ComposeResult:
        """Lay out the main part on the left, panes on the right."""
        yield BlankVertical(*self._main, id="chat", classes="shown")
        yield BlankVertical(*self.panes, id="panes")
        yield self.zoom

    def acts(self, action: str) -> bool | None:
        """Return whether an action is enabled now; None if it is not of this part."""
        return self.enlarged if action == "restore" else None

    def show(self, timeline: Timeline, t: float) -> None:
        """Draw the moment t on the visible panes, or on the enlarged one."""
        if self.enlarged:
            self.zoom.show(timeline, t)
        else:
            for pane in self.visible_panes():
                pane.show(timeline, t)

    def visible_panes(self) -> Iterator[Pane]:
        """Yield the panes that are displayed; hidden ones are not drawn."""
        for pane in self.panes:
            if is_shown(pane):
                yield pane

    @property
    def enlarged(self) -> bool:
        """True while one pane fills the screen."""
        return self.has_class("-zoomed")

    @property
    def one_at_a_time(self) -> bool:
        """True if there is only room for one pane, or the main part."""
        return self.screen.has_class("-narrow") or self.screen.has_class("-tiny")

    def show_page(self, pane: Pane | None) -> None:
        """On a narrow screen show this pane, or the main part; on a wide one only select it."""
        for other in self.panes:
            other.set_class(other is pane, "-page")
        self.set_class(pane is not None, "-page")
        if pane is not None:
            # At once if it is on the screen: the next key may come before a delayed focus.
            if pane.focusable:
                self.screen.set_focus(pane)
            else:
                pane.focus()
        self.post_message(self.Changed())

    def selected_pane(self) -> Pane | None:
        """Return the focused pane, or the one that a narrow screen shows."""
        focused = self.screen.focused
        if isinstance(focused, Pane):
            return focused
        return next((pane for pane in self.panes if pane.has_class("-page")), None)

    def action_next_pane(self) -> None:
        """Select the next pane, or the main part; if a pane is enlarged, enlarge the next."""
        if self.enlarged:
            self._enlarge_next()
            return
        panes = list(self.panes) if self.one_at_a_time else list(self.visible_panes())
        selected = self.selected_pane()
        place = panes.index(selected) + 1 if selected in panes else 0
        self.show_page(panes[place] if place < len(panes) else None)
        if place >= len(panes):
            self._focus_main()

    def _enlarge_next(self) -> None:
        faces = [pane.face for pane in self.panes]
        pane = self.panes[(faces.index(self.zoom.face) + 1) % len(faces)]
        if isinstance(self._focus_before, Pane):
            self._focus_before = pane
        if self.has_class("-page"):
            for other in self.panes:
                other.set_class(other is pane, "-page")
        self.enlarge(pane)

    def show_main(self) -> None:
        """Show the main part if a pane hides it."""
        if self.enlarged:
            self.action_restore()
        if self.one_at_a_time and self.selected_pane() is not None:
            self.screen.set_focus(None)
            self.show_page(None)

    def action_enlarge(self) -> None:
        """Enlarge the selected pane, or restore all."""
        if self.enlarged:
            self.action_restore()
            return
        pane = self.selected_pane() or next(self.visible_panes(), None) or self.panes[0]
        self.enlarge(pane)

    def enlarge(self, pane: Pane) -> None:
        """Enlarge a pane."""
        self.zoom.open(pane.face)
        if not self.enlarged:
            self._focus_before = self.screen.focused
        self.add_class("-zoomed")
        self.zoom.focus()
        self.post_message(self.Changed())
        self.screen.refresh_bindings()

    def action_restore(self) -> None:
        """Show all panes again, with the focus where it was."""
        self.remove_class("-zoomed")
        self.screen.set_focus(self._focus_before)
        self.post_message(self.Changed())
        self.screen.refresh_bindings()

    @on(Pane.Enlarge)
    def _enlarge(self, event: Pane.Enlarge) -> None:
        self.enlarge(event.pane)

"""The row of keys that are enabled now, drawn as one line.

Textual's Footer has a widget for each key and replaces them all when one changes, which lays out
the whole screen again: a third of the cost at the start and end of a reply.
"""

from dataclasses import dataclass
from itertools import accumulate

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from mlxtop.actions import BY_ID

MORE = " …"
"""Sign at the end if not all keys fit; help lists them."""


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as the footer shows it."""

    key: str
    """As Textual names it."""
    display: str
    """As people write it."""
    label: str
    action: str

    @property
    def width(self) -> int:
        """Cells it takes, with a space on either side."""
        return cell_len(self.display) + 2 + (cell_len(self.label) + 1 if self.label else 0)


class KeyFooter(Widget, can_focus=False):
    """A row of keys and their actions, which also react to clicks."""

    COMPONENT_CLASSES = {"footer--key", "footer--label", "footer--key-hover", "footer--label-hover"}
    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom; height: 1; width: 1fr;
        color: $footer-foreground; background: $footer-background;
    }
    KeyFooter > .footer--key {
        color: $footer-key-foreground; background: $footer-key-background; text-style: bold;
    }
    KeyFooter > .footer--label {
        color: $footer-description-foreground; background: $footer-description-background;
    }
    KeyFooter > .footer--key-hover {
        color: $footer-key-foreground; background: $block-hover-background; text-style: bold;
    }
    KeyFooter > .footer--label-hover {
        color: $footer-description-foreground; background: $block-hover-background;
    }
    """

    pointed_at: reactive[ShownKey | None] = reactive(None)
    """The key under the mouse."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.keys: tuple[ShownKey, ...] = ()
        """All enabled keys, even those that do not fit."""

    def on_mount(self) -> None:
        """Follow the screen's keys."""
        self.screen.bindings_updated_signal.subscribe(self, self._update)
        self._update(self.screen)

    def on_unmount(self) -> None:
        """Stop following them."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _update(self, screen: Screen[object]) -> None:
        if not self.is_attached or screen is not self.screen:
            return
        keys: dict[str, ShownKey] = {}
        for _, binding, enabled, _ in screen.active_bindings.values():
            # An action has several keys, and a letter may ask first.
            name = binding.description or binding.action
            if binding.show and enabled and name not in keys:
                keys[name] = ShownKey(
                    binding.key,
                    self.app.get_key_display(binding),
                    binding.description,
                    binding.action,
                )
        shown = tuple(keys.values())
        if shown != self.keys:
            self.keys = shown
            self.pointed_at = None
            self.refresh()

    @property
    def shown(self) -> tuple[ShownKey, ...]:
        """The keys that fit completely."""
        ends = list(accumulate(key.width for key in self.keys))
        if not ends or ends[-1] <= self.size.width:
            return self.keys
        return self.keys[: sum(end + len(MORE) <= self.size.width for end in ends)]

    def render_line(self, y: int) -> Strip:
        """Return the row."""
        segments: list[Segment] = []
        for shown in self.shown:
            hover = "-hover" if shown is self.pointed_at else ""
            segments.append(Segment(f" {shown.display}", self._style(f"footer--key{hover}")))
            label = f" {shown.label} " if shown.label else " "
            segments.append(Segment(label, self._style(f"footer--label{hover}")))
        if len(self.shown) < len(self.keys):
            segments.append(Segment(MORE, self._style("footer--label")))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    def key_at(self, x: int) -> ShownKey | None:
        """Return the key at column x."""
        ends = accumulate(key.width for key in self.shown)
        return next((key for key, end in zip(self.shown, ends, strict=True) if x < end), None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Highlight the key under the mouse."""
        self.pointed_at = self.key_at(event.x)

    def on_leave(self) -> None:
        """Highlight no key."""
        self.pointed_at = None

    async def on_click(self, event: events.Click) -> None:
        """Press the key."""
        shown = self.key_at(event.x)
        if shown is None:
            return
        # Keys come and go, so a click can easily miss.
        asks = next((one.asks for one in BY_ID.values() if one.call == shown.action), "")
        if asks:
            await self.run_action(asks)
        else:
            self.app.simulate_key(shown.key)

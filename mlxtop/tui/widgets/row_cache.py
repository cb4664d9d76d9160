"""A cache of finished rows, reused each time the screen is composited.

Whenever anything on the screen changes, Textual asks every overlapping widget for all its rows,
and applies border, padding, tint and colour filters to each new row. A widget without border and
tint can return finished rows, which halved the cost of a frame.
"""

from rich.style import Style
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

MOST_READY = 1000
"""Maximum rows in the cache, for widgets that scroll."""


class CachedRows(Widget):
    """A widget without border and tint whose `render_line` returns one strip until it changes."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._ready: dict[int, tuple[Strip, Strip]] = {}
        """Row → the strip as drawn, and as sent to the terminal."""
        self._base: Style | None = None

    @property
    def base_style(self) -> Style:
        """The widget's own style, which Textual resolves through all its ancestors."""
        if self._base is None:
            self._base = self.rich_style
        return self._base

    def row_key(self, y: int) -> int:
        """Return a key that stays with a row when it moves; for widgets that scroll."""
        return y

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the finished rows of a region."""
        ready, row_key, result = self._ready, self.row_key, list[Strip]()
        if len(ready) > MOST_READY:
            ready.clear()
        for y in crop.line_range:
            drawn = self.render_line(y)
            known = ready.get(row_key(y))
            if known is None or known[0] is not drawn:
                known = ready[row_key(y)] = drawn, self._make_ready(drawn)
            result.append(known[1])
        if crop.column_span != (0, self.outer_size.width):
            return [strip.crop(*crop.column_span) for strip in result]
        return result

    def _make_ready(self, drawn: Strip) -> Strip:
        left, style = self.styles.padding.left, self.base_style
        strip = Strip.join([Strip.blank(left, style), drawn]) if left else drawn
        strip = strip.adjust_cell_length(self.outer_size.width, _plain(style))
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip

    def notify_style_update(self) -> None:
        """Clear the rows drawn in the colours of another theme."""
        super().notify_style_update()
        self._ready.clear()
        self._base = None


def _plain(style: Style) -> Style:
    return Style(bgcolor=style.bgcolor)


class BlankVertical(Vertical):
    """A column that draws only its background."""

    BLANK = True


class BlankHorizontal(Horizontal):
    """A row that draws only its background."""

    BLANK = True

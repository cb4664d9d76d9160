"""Rows of styled text, independent of colours, and the widget that shows them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip

from mlxtop.tui.widgets.row_cache import CachedRows
from mlxtop.tui.widgets.shades import SHADES, parts, shaded

Span: TypeAlias = tuple[str, str]
"""A text and its ink: a name in `INKS`, or `$` and a variable of the theme.

`shades.py` makes more inks of these.
"""
Row: TypeAlias = tuple[Span, ...]

CHOSEN = (
    "background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; "
    "text-style: $block-cursor-blurred-text-style"
)
"""Style of the row under the cursor in every list: dim, so that coloured text is readable."""
INKS = {
    "rule": "color: $rule",
    "focus": "color: $border; text-style: bold",
    "title": "color: $foreground; text-style: bold",
    "value": "color: $foreground",
    "quiet": "color: $quiet",
    "speed": "color: $chart-speed",
    "large": "color: $chart-speed; text-style: bold",
    "memory": "color: $chart-memory",
    "gpu": "color: $chart-gpu",
    "cpu": "color: $chart-cpu",
    "swap": "color: $chart-swap",
    "wired": "color: $memory-wired",
    "active": "color: $memory-active",
    "compressed": "color: $memory-compressed",
    "cached": "color: $memory-cached",
    "free": "color: $memory-free",
    "normal": "color: $pressure-normal",
    "warn": "color: $pressure-warn; text-style: bold",
    "critical": "color: $pressure-critical; text-style: bold",
    "load": "color: $phase-load",
    "prefill": "color: $phase-prefill",
    "decode": "color: $phase-decode",
    "idle": "color: $phase-idle",
    "mark": "color: $mark; text-style: bold",
    "recording": "color: $recording; text-style: bold",
    "cursor": "color: $foreground; text-style: bold",
    "chosen": CHOSEN,
}
"""The colours of rows, as variables of the theme; an ink of a single widget is defined there."""


def ink_css(widget: str, inks: Mapping[str, str]) -> str:
    """Return the style rules for the inks of a widget class."""
    return "\n".join(f"{widget} > .ink--{ink} {{ {rules}; }}" for ink, rules in inks.items())


def length(row: Row) -> int:
    """Return the width of a row in cells."""
    return sum(cell_len(text) for text, _ in row)


def text(row: Row) -> str:
    """Return the row without its inks."""
    return "".join(text for text, _ in row)


def merge(row: Sequence[Span]) -> Row:
    """Return the row with neighbouring spans of the same ink joined, without empty spans."""
    result: list[Span] = []
    for text, ink in row:
        if not text:
            continue
        if result and result[-1][1] == ink:
            result[-1] = (result[-1][0] + text, ink)
        else:
            result.append((text, ink))
    return tuple(result)


def fit(row: Row, width: int, ink: str = "quiet") -> Row:
    """Return the row cut or padded to `width` cells; a cut ends in an ellipsis."""
    missing = width - length(row)
    if missing >= 0:
        return (*row, (" " * missing, ink)) if missing else row
    result: list[Span] = []
    left = width - 1
    for text, span_ink in row:
        cells = cell_len(text)
        if cells > left:
            if width > 0:
                result.append((set_cell_size(text, left) + "…", span_ink))
            break
        result.append((text, span_ink))
        left -= cells
    return merge(result)


class RowsWidget(CachedRows):
    """Shows rows; only changed ones are drawn again."""

    DEFAULT_CSS = "RowsWidget { height: 1fr; width: 1fr; }\n" + ink_css("RowsWidget", INKS)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: list[Row] = []
        self._strips: dict[int, Strip] = {}
        self._styles: dict[str, Style] = {}
        self.rows_drawn = 0
        """Counts rows that were drawn again."""

    def put(self, rows: Sequence[Row]) -> None:
        """Show these rows, top first."""
        width, shown = self.size.width, self._shown
        changed = [
            y
            for y in range(max(len(rows), len(shown)))
            if y >= len(rows) or y >= len(shown) or rows[y] != shown[y]
        ]
        if not changed:
            return
        self._shown = list(rows)
        for y in changed:
            self._strips.pop(y, None)
        self.rows_drawn += len(changed)
        self.refresh(*(Region(0, y, width, 1) for y in changed))

    @property
    def shown(self) -> list[Row]:
        """The rows on the screen."""
        return self._shown

    def notify_style_update(self) -> None:
        """Clear strips drawn in the colours of another theme."""
        super().notify_style_update()
        self._strips.clear()
        self._styles.clear()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Draw in the colours for the focus."""
        super().watch_has_focus(has_focus)
        self._strips.clear()
        self._styles.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return row y as it is drawn."""
        strip = self._strips.get(y)
        width = self.size.width
        if strip is None or strip.cell_length != width:
            row = self._shown[y] if y < len(self._shown) else ()
            strip = Strip([Segment(text, self._style(ink)) for text, ink in row])
            if strip.cell_length != width:
                strip = strip.adjust_cell_length(width, self._style("quiet"))
            self._strips[y] = strip
        return strip

    def _style(self, ink: str) -> Style:
        # Textual resolves a style through all ancestors on each call.
        style = self._styles.get(ink)
        if style is None:
            style = self._styles[ink] = self._resolved(ink)
        return style

    def _resolved(self, ink: str) -> Style:
        name, step, background = parts(ink)
        style = (
            self._style_of_variable(name[1:]) if name.startswith("$") else self._style_of_ink(name)
        )
        if step < SHADES - 1 and style.color is not None:
            dark = self.app.current_theme.dark
            style += Style(color=shaded(style.color, step, dark=dark))
        if background:
            style += Style(bgcolor=self._style(background).color)
        return style

    def _style_of_ink(self, ink: str) -> Style:
        """Resolve an ink when it is first drawn.

        As a component class each ink would be resolved for every widget, drawn or not, at every
        change of a style: half the cost of applying the style sheet.
        """
        stylesheet = self.app.stylesheet
        if f".ink--{ink}" not in stylesheet.rules_map:
            raise KeyError(ink)
        node = DOMNode(classes=f"ink--{ink}")
        node._attach(self)
        stylesheet.apply(node)
        return node.rich_style

    def _style_of_variable(self, name: str) -> Style:
        colour = Color.parse(self.app.theme_variables[name])
        return self.rich_style + Style(color=colour.rich_color)


Draw = Callable[[int, int], Sequence[Row]]
"""Returns the rows for a width and a height in cells."""


class FittedRows(RowsWidget):
    """Draws when it is resized: before that, and while hidden, it has no size.

    `grows`: it is as high as its rows; otherwise its style sets the height.
    """

    def __init__(self, *, grows: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._grows = grows
        self._draw: Draw | None = None

    def fill(self, draw: Draw) -> None:
        """Show the rows of `draw`, now and at every later size."""
        self._draw = draw
        self._fill()

    def on_resize(self) -> None:
        """Draw at the new size."""
        self._fill()

    def _fill(self) -> None:
        width, height = self.content_size
        if self._draw is None or width <= 0 or (height <= 0 and not self._grows):
            return
        rows = self._draw(width, height)
        if self._grows:
            self.styles.height = len(rows)
        self.put(rows)

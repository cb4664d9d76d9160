"""Lines of styled text: a message laid out at a width."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

Prefix: TypeAlias = tuple[str, str]
"""A text, and its component class; empty for the row's own."""

FOLD_ABOVE = 4_000
"""Characters above which a line is folded, not wrapped at words."""


@dataclass(frozen=True, slots=True)
class StyledLine:
    """One row: its text, with spans named after the transcript's component classes."""

    content: Content
    style: str = ""
    """Component class of the whole row, including its empty part."""
    action: str = ""
    """The action of a click: "toggle", or "suggest" with the row's text."""
    prefix: tuple[Prefix, ...] = ()
    """Text to the left of the content, outermost first: a margin, a bullet, the bar of a quote."""

    @property
    def whole(self) -> Content:
        """The row with its prefix."""
        pieces = [Content(text).stylize(style) for text, style in self.prefix]
        return Content.assemble(*pieces, self.content) if pieces else self.content

    @property
    def text(self) -> str:
        """The row as plain text."""
        return "".join(text for text, _ in self.prefix) + self.content.plain


BLANK = StyledLine(Content(""))


def _wrapped(text: str, width: int, style: str) -> tuple[Content, ...]:
    content = Content(text.expandtabs(4))
    rows = fit(content, width)
    return tuple(row.stylize(style) for row in rows) if style else tuple(rows)


_remembered = lru_cache(maxsize=2048)(_wrapped)


def fit(content: Content, width: int) -> list[Content]:
    """Return the content as rows of at most `width` cells."""
    width = max(2, width)
    if len(content) > FOLD_ABOVE:
        # Wrapping a huge line at words is slow and finds few breaks.
        return [row for part in _parts(content) for row in part.fold(width)]
    return content.wrap(width)


def _parts(content: Content) -> Iterator[Content]:
    for line in content.split("\n", allow_blank=True):
        # Slicing costs as much as the whole line is long, so the text is cut instead
        # if no span would be lost.
        if line.spans:
            yield line
        else:
            for start in range(0, max(1, len(line)), FOLD_ABOVE):
                yield Content(line.plain[start : start + FOLD_ABOVE])


def plain_lines(text: str, width: int, style: str = "", row_style: str = "") -> list[StyledLine]:
    """Return plain text as lines; newlines stay, tabs become spaces."""
    return [
        StyledLine(row, row_style)
        for paragraph in text.split("\n")
        # A long paragraph is not cached: while it grows, every length would be.
        for row in (_remembered if len(paragraph) < FOLD_ABOVE else _wrapped)(
            paragraph, width, style
        )
    ]


def indented(
    lines: Iterable[StyledLine], first: str, rest: str, style: str = ""
) -> list[StyledLine]:
    """Return the lines with a prefix on the first and another on the rest."""
    result = []
    prefix: Prefix = (first, style)
    for line in lines:
        result.append(replace(line, prefix=(prefix, *line.prefix)))
        prefix = (rest, style)
    return result


INKS = {
    "who-user": "color: $primary; text-style: bold",
    "who-assistant": "color: $secondary; text-style: bold",
    "who-system": "color: $quiet; text-style: bold",
    "quiet": "color: $quiet",
    "thinking": "color: $quiet; text-style: italic",
    "problem": "color: $error",
    "rule": "color: $rule",
    "heading": "color: $primary; text-style: bold",
    "subheading": "text-style: bold",
    "em": "text-style: italic",
    "strong": "text-style: bold",
    "strike": "text-style: strike",
    "link": "color: $primary; text-style: underline",
    "slow": "color: $warning; text-style: underline",
    "slowest": "color: $error; text-style: bold underline",
    "found": "text-style: bold underline",
    "found-now": "text-style: reverse",
    "code": "background: $panel 60%; color: $foreground",
    "code-comment": "color: $quiet; text-style: italic",
    "code-keyword": "color: $accent",
    "code-string": "color: $success",
    "code-number": "color: $warning",
    "code-name": "color: $primary",
}
"""Component class (without its prefix) → how it is drawn."""

CLASSES = {f"transcript--{name}" for name in INKS}
CSS = "\n".join(f"Transcript > .transcript--{name} {{ {rule}; }}" for name, rule in INKS.items())


class Inks:
    """Draws lines in the present colours of the widget's styles."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[str, Style] = {}

    def forget(self) -> None:
        """Clear the cached colours, because the theme may have changed."""
        self._known.clear()

    def ink(self, name: str | Style) -> Style:
        """Return the style of a span of this name."""
        if isinstance(name, Style):
            return name
        style = self._known.get(name)
        if style is None:
            style = self._known[name] = self._look_up(name)
        return style

    def _look_up(self, name: str) -> Style:
        if name not in INKS:
            return Style.null()
        styles = self._widget.get_component_styles(f"transcript--{name}")
        style = Style.from_styles(styles)
        # Without a rule a colour is white, which fits no theme.
        return style if styles.has_rule("color") else replace(style, foreground=None)

    def strip(self, line: StyledLine, width: int) -> Strip:
        """Return a line as it is drawn, padded to `width` cells."""
        base = self._widget.visual_style
        if line.style:
            base += self.ink(line.style)
        pieces = [(text, base + self.ink(style)) for text, style in line.prefix]
        pieces += line.content.render(base, end="", parse_style=self.ink)
        segments = [Segment(text, style.rich_style) for text, style in pieces]
        return Strip(segments).adjust_cell_length(width, base.rich_style)

"""Lines of styled text: what a message is made of once it is laid out at a width."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from textual.content import Content

Prefix: TypeAlias = tuple[str, str]
"""Text, and the component class that it is drawn in; empty for the row's own."""

FOLD_ABOVE = 4_000
"""Characters from which a line without a break is folded, not wrapped at words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its text, with spans named after the transcript's component classes."""

    content: Content
    style: str = ""
    """Component class of the whole row, its empty part included."""
    action: str = ""
    """What a click on the row does: "toggle", or "suggest" with the row's text."""
    prefix: tuple[Prefix, ...] = ()
    """What stands left of the content, outermost first: a margin, a bullet, the bar of a quote."""

    @property
    def whole(self) -> Content:
        """The row with its prefix."""
        pieces = [Content(text).stylize(style) for text, style in self.prefix]
        return Content.assemble(*pieces, self.content) if pieces else self.content

    @property
    def text(self) -> str:
        """The row without its styles."""
        return "".join(text for text, _ in self.prefix) + self.content.plain


BLANK = Line(Content(""))


def _wrapped(text: str, width: int, style: str) -> tuple[Content, ...]:
    content = Content(text.expandtabs(4))
    rows = fit(content, width)
    return tuple(row.stylize(style) for row in rows) if style else tuple(rows)


_remembered = lru_cache(maxsize=2048)(_wrapped)


def fit(content: Content, width: int) -> list[Content]:
    """Return the content as rows of at most `width` cells."""
    width = max(2, width)
    if len(content) > FOLD_ABOVE:
        # Looking for words in a monstrous line costs much and finds little.
        return [row for part in _parts(content) for row in part.fold(width)]
    return content.wrap(width)


def _parts(content: Content) -> Iterator[Content]:
    for line in content.split("\n", allow_blank=True):
        # Cutting a slice costs as much as the whole line is long, so the text is cut instead
        # where no span would be lost.
        if line.spans:
            yield line
        else:
            for start in range(0, max(1, len(line)), FOLD_ABOVE):
                yield Content(line.plain[start : start + FOLD_ABOVE])


def plain_lines(text: str, width: int, style: str = "", row_style: str = "") -> list[Line]:
    """Return plain text as lines; newlines stay, tabs become spaces."""
    return [
        Line(row, row_style)
        for paragraph in text.split("\n")
        # A long paragraph is not kept: while it grows, each of its lengths would be.
        for row in (_remembered if len(paragraph) < FOLD_ABOVE else _wrapped)(
            paragraph, width, style
        )
    ]


def indented(lines: Iterable[Line], first: str, rest: str, style: str = "") -> list[Line]:
    """Return the lines with a prefix on the first and another on the rest."""
    result = []
    prefix: Prefix = (first, style)
    for line in lines:
        result.append(replace(line, prefix=(prefix, *line.prefix)))
        prefix = (rest, style)
    return result

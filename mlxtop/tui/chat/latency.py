"""Slow tokens in the text of a reply: coloured by the time before them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from textual.content import Content

from mlxtop.folds.turn import Turn
from mlxtop.tui.chat.lines import StyledLine

_WORD = re.compile(r"\S+")
_REACH = 120
"""Characters of markup that are passed over from one character on the screen to the next."""


@dataclass(frozen=True, slots=True)
class Slow:
    """A slow token: its characters within the source of the reply, and its ink."""

    start: int
    end: int
    ink: str


def slow_tokens(turn: Turn, t: float) -> list[Slow]:
    """Return the slow tokens of a reply's text as of time t, compared to the whole reply."""
    latency = turn.latency(float("inf"))
    if latency is None:
        return []
    found: list[Slow] = []
    for place in range(1, turn.tokens(t)):
        seconds = turn.gap(place)
        if seconds > latency.p95 and (span := turn.reply_span(place)) is not None:
            found.append(Slow(*span, "slowest" if seconds > latency.p99 else "slow"))
    return found


def coloured(lines: Sequence[StyledLine], source: str, slow: Sequence[Slow]) -> list[StyledLine]:
    """Return the lines of a source in the inks of its slow tokens; markup is passed over.

    Words on the screen are looked up in the source one after the other; what markup made up (a
    rule of a table) is not there, is not coloured, and moves nothing.
    """
    inks = {place: token.ink for token in slow for place in range(token.start, token.end)}
    if not inks:
        return list(lines)
    result: list[StyledLine] = []
    at = 0
    for line in lines:
        content = line.content
        for word in _WORD.finditer(content.plain):
            for begin, place, cells in _places(word, source, at):
                at = place + cells
                content = _inked(content, begin, [inks.get(place + n, "") for n in range(cells)])
        result.append(line if content is line.content else replace(line, content=content))
    return result


def _places(word: re.Match[str], source: str, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield where parts of a word begin on the line and in the source, and how long they are."""
    place = source.find(word[0], at, at + _REACH)
    if place >= 0:
        yield word.start(), place, len(word[0])
        return
    # Markup within the word: character by character.
    for offset, sign in enumerate(word[0]):
        place = source.find(sign, at, at + _REACH)
        if place >= 0:
            yield word.start() + offset, place, 1
            at = place + 1


def _inked(content: Content, begin: int, inks: Sequence[str]) -> Content:
    """Return the content with these inks of its characters from `begin` on."""
    for ink, group in groupby(range(len(inks)), key=inks.__getitem__):
        places = list(group)
        if ink:
            content = content.stylize(ink, begin + places[0], begin + places[-1] + 1)
    return content

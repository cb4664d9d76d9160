"""Finds text in a conversation, with the time it appeared."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mlxtop.events import Channel, Role
from mlxtop.markdown import masked, shown
from mlxtop.text import visible
from mlxtop.timeline import Timeline
from mlxtop.timeline.transcript import Saying

MOST_HITS = 500
"""More are not listed: use a longer text instead."""
NO_TEXT = "this recording has no text"
"""Shown for a search when the text was left out."""
_AROUND = 60
"""Characters shown before and after a match."""
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A match."""

    t: float
    """When its last character appeared, seconds on the shared clock."""
    role: Role
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """A text and its matches, in the order of time."""

    words: str
    hits: tuple[Hit, ...] = ()
    more: bool = False
    """Whether there are more than listed."""


def find(timeline: Timeline, words: str) -> Found:
    """Return the matches of a text, in any case, in messages, thinking and replies.

    Messages removed by an edit or a new conversation are found too, at their time.
    """
    if not words.strip():
        return Found(words)
    pattern = re.compile(re.escape(words), re.IGNORECASE)
    hits: list[Hit] = []
    for saying in timeline.transcript.sayings():
        hits += _in_saying(saying, pattern)
        if len(hits) > MOST_HITS:
            return Found(words, tuple(sorted(hits[:MOST_HITS], key=_time)), more=True)
    return Found(words, tuple(sorted(hits, key=_time)))


def keeps_text(timeline: Timeline) -> bool:
    """Return whether there is any text to search."""
    return any(
        saying.text or (saying.turn is not None and saying.turn.has_text)
        for saying in timeline.transcript.sayings()
    )


def lacks_text(timeline: Timeline) -> bool:
    """Return whether the recording of a timeline was made without text."""
    header = timeline.header
    return header is not None and not header.text and not keeps_text(timeline)


def _time(hit: Hit) -> float:
    return hit.t


def _in_saying(saying: Saying, pattern: re.Pattern[str]) -> list[Hit]:
    turn = saying.turn
    if turn is None:
        text = saying.text or ""
        return _hits(saying, text, pattern, lambda _: saying.t)
    said = turn.text(math.inf)
    hits = []
    texts: dict[Channel, str] = {"thinking": said.thinking, "reply": said.reply or ""}
    for channel, text in texts.items():
        hits += _hits(saying, text, pattern, partial(turn.when_said, channel=channel))
    return hits


def _hits(
    saying: Saying, text: str, pattern: re.Pattern[str], when: Callable[[int], float]
) -> list[Hit]:
    """Return the matches in a text; `when` returns the time at which so many characters existed."""
    found = list(pattern.finditer(text))
    around = masked(text) if found else ""
    return [_hit(saying.role, when(match.end()), around, match) for match in found]


def _hit(role: Role, t: float, around: str, match: re.Match[str]) -> Hit:
    start, end = match.span()
    before = shown(around[max(0, start - _AROUND) : start]).lstrip()
    after = shown(around[end : end + _AROUND])
    return Hit(t, role, before=_line(before), text=_line(match.group()), after=_line(after))


def _line(text: str) -> str:
    return _BLANKS.sub(" ", visible(text))

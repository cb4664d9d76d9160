"""Finding what was said, and when."""

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
"""More are not listed: nobody reads on, and the text is to be narrowed down."""
NO_TEXT = "this recording keeps no text"
"""What is said where text is asked for that was left out."""
_AROUND = 60
"""Characters shown before and behind what was found."""
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where the text was said."""

    t: float
    """When the last character of it was there, seconds on the shared clock."""
    role: Role
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """A text and the places of it, in the order of time."""

    words: str
    hits: tuple[Hit, ...] = ()
    more: bool = False
    """Whether there are more than are listed."""


def find(timeline: Timeline, words: str) -> Found:
    """Return where a text was said, in any case, in messages, thinking and replies.

    What an edit or a new conversation took away is found too: it was said at its time.
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
    """Return whether anything of what was said is there to be found."""
    return any(
        saying.text or (saying.turn is not None and saying.turn.has_text)
        for saying in timeline.transcript.sayings()
    )


def lacks_text(timeline: Timeline) -> bool:
    """Return whether text was left out of the recording that a timeline is of."""
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
    """Return the places in a text; `when` tells when so many of its characters were there."""
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

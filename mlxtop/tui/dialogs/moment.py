"""Parses moments as people write them: from the start, from now, or as time of day."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop import format as fmt

_SPAN = re.compile(
    r"(?:(?P<h>\d{1,4})\s*h)?\s*(?:(?P<m>\d{1,5})\s*m(?:in)?)?\s*"
    r"(?:(?P<s>\d{1,7}(?:[.,]\d{1,6})?)\s*s?)?",
    re.ASCII,
)
_COLON_SHAPE = re.compile(r"\d{1,5}(:\d{1,2}){1,2}([.,]\d{1,6})?", re.ASCII)
_COLONS = re.compile(r"(\d{1,5}):(\d{2})(?::(\d{2}))?([.,]\d{1,6})?", re.ASCII)
_NO_TIME = "{} is not a time: minutes and seconds have two digits, up to 59."
_WAYS = "Write 1:23 or 90 (from the start), {}, 14:05:10 (time of day) or a mark's note."
HOW = _WAYS.format("-30s or +10 (from here)")
HOW_BEFORE_ANY = _WAYS.format("-30s (from its end), +10 (from the start)")
"""For a run that is not on the screen yet."""


@dataclass(frozen=True, slots=True)
class RunSpan:
    """A run from `start` to `end`, seconds on the shared clock, in which moments are parsed."""

    start: float
    end: float
    wall: float | None
    """The wall time at `start` in seconds since the epoch, if known."""
    marks: Sequence[tuple[float, str]] = ()
    """Times and notes, in the order of time."""

    def clock(self, t: float) -> str:
        """Return the time of day at a moment; empty if unknown."""
        return "" if self.wall is None else fmt.date(self.wall + t - self.start)[-8:]

    def moment(self, text: str, now: float | None = None) -> float | str:
        """Return the moment of the run that a text means, or a sentence on what is wrong.

        `now` is the moment on the screen, if there is one.
        """
        before = text.strip()[:1] in ("-", "−")
        here = (self.end if before else self.start) if now is None else now
        t = parse_moment(text, start=self.start, now=here, wall_anchor=self.wall)
        if isinstance(t, str):
            if (mark := self._noted(text)) is not None:
                return mark
            how = HOW if now is not None else HOW_BEFORE_ANY
            return f"{t.replace(HOW, how)} The run is {fmt.clock(self.end - self.start)} long."
        if not self.start - 1 <= t <= self.end + 1:
            return f"{text.strip()} is outside the run, which is from {self._span(text)}."
        return max(self.start, min(t, self.end))

    def _noted(self, text: str) -> float | None:
        """Return the time of the first mark whose note contains a text."""
        wanted = text.strip().casefold()
        return next((t for t, note in self.marks if wanted and wanted in note.casefold()), None)

    def _span(self, text: str) -> str:
        """Return the start and end of the run, in the same form as the text."""
        if text.count(":") == 2 and self.wall is not None:
            return f"{self.clock(self.start)} to {self.clock(self.end)}"
        return f"0:00 to {fmt.clock(self.end - self.start)}"


def parse_moment(text: str, *, start: float, now: float, wall_anchor: float | None) -> float | str:
    """Return the moment on the shared clock that a text means, or a sentence on what is wrong.

    "1:23" counts from `start`, "-30s" from `now`. `wall_anchor` is the wall time at `start`: if
    it is known, three parts are a time of day.
    """
    text = text.strip()
    if text[:1] in ("+", "-", "−"):
        seconds = _seconds(text[1:].strip())
        if seconds is None:
            return _no_time(text)
        return now + seconds if text[0] == "+" else now - seconds
    if wall_anchor is not None and text.count(":") == 2:
        return _time_of_day(text, start, wall_anchor)
    seconds = _seconds(text)
    return _no_time(text) if seconds is None else start + seconds


def _no_time(text: str) -> str:
    """Return why a text is not a time, and how to write one."""
    if _COLON_SHAPE.fullmatch(text.lstrip("+-− ")):
        return f"{_NO_TIME.format(text)} {HOW}"
    return HOW


def _seconds(text: str) -> float | None:
    """Return the seconds that "90", "1:23", "1:02:03", "2m30" or "1.5s" mean."""
    if match := _COLONS.fullmatch(text):
        first, second, third, fraction = match.groups()
        if int(second) > 59 or (third and int(third) > 59):
            return None
        parts = [int(first), int(second)] + ([int(third)] if third else [])
        total = float(sum(part * 60**place for place, part in enumerate(reversed(parts))))
        return total + _number(fraction)
    match = _SPAN.fullmatch(text)
    if not text or match is None:
        return None
    return _number(match["h"]) * 3600 + _number(match["m"]) * 60 + _number(match["s"])


def _number(text: str | None) -> float:
    return float(text.replace(",", ".")) if text else 0.0


def _time_of_day(text: str, start: float, wall_anchor: float) -> float | str:
    match = _COLONS.fullmatch(text)
    if match is None:
        return _no_time(text)
    hour, minute, second = (int(part) for part in match.groups()[:3])
    if hour > 23 or minute > 59 or second > 59:
        return f"{text} is not a time of day: hours go up to 23, minutes and seconds to 59. {HOW}"
    try:
        begun = datetime.datetime.fromtimestamp(wall_anchor)
    except (OverflowError, ValueError, OSError):
        return "The wall time of this run is not known; write 1:23, 90 or -30s."
    meant = begun.replace(hour=hour, minute=minute, second=second, microsecond=0)
    # After midnight: a time before the start is on the next day. Within the first second
    # the start itself is meant.
    if meant < begun.replace(microsecond=0):
        meant += datetime.timedelta(days=1)
    return start + max(0.0, meant.timestamp() + _number(match[4]) - wall_anchor)

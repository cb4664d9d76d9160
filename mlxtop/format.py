"""Numbers as people read them: each figure with its unit, `—` if it is not known.

Sizes are decimal (1 GB = 10⁹ bytes), as in mlx-lm, for disks and networks, and as the prefix
says. A figure has about three digits, so that it stays short as it grows.
"""

import datetime
import math
from collections.abc import Callable, Iterable

UNKNOWN = "—"

_SIZES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_COUNTS = ("", "k", "M", "B", "T")
_FREQUENCIES = ("Hz", "kHz", "MHz", "GHz")
_STEPS = (1.0, 2.0, 5.0)
CLOCK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000, 86400)
"""Possible intervals between labels of a time axis, in seconds."""
_MOST_PLACES = 6


def known(value: float | None) -> bool:
    """Return whether a value is a finite number."""
    return value is not None and math.isfinite(value)


def _three_digits(value: float) -> str:
    """Return 8.04, 18.4 or 134 for values from 1 to 999."""
    for places, limit in ((2, 9.995), (1, 99.95)):
        if abs(value) < limit:
            return f"{value:.{places}f}"
    return f"{value:.0f}"


def _scaled(value: float, units: tuple[str, ...]) -> tuple[str, str]:
    place = 0
    # 999.5 would be rounded to 1000, which belongs to the next unit.
    while abs(value) >= 999.5 and place < len(units) - 1:
        value /= 1000
        place += 1
    return (f"{value:.0f}" if place == 0 else _three_digits(value)), units[place]


def size(value: float | None) -> str:
    """Return bytes as `18.4 GB`: decimal units, three digits."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return " ".join(_scaled(value, _SIZES))


def installed(value: float | None) -> str:
    """Return the memory of a machine as it is sold, in powers of two: `128 GiB`, `23.5 GiB`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    gibibytes = value / 2**30
    whole = abs(gibibytes - round(gibibytes)) < 0.05
    return f"{gibibytes:.0f} GiB" if whole else f"{gibibytes:.1f} GiB"


def traffic(value: float | None) -> str:
    """Return bytes per second as `1.20 MB/s`."""
    return UNKNOWN if not known(value) else f"{size(value)}/s"


def frequency(value: float | None) -> str:
    """Return hertz as `2.10 GHz`: three digits."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return " ".join(_scaled(value, _FREQUENCIES))


def seconds(value: float | None) -> str:
    """Return a span: `0.85 ms`, `7.4 ms`, `212 ms`, `1.25 s`, `12.3 s`, `1:23`, `1:02:03`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) < 0.9995:
        return f"{milliseconds(value)} ms" if value else "0 ms"
    if abs(value) < 59.95:
        return f"{value:.2f} s" if abs(value) < 9.995 else f"{value:.1f} s"
    return clock(value)


def milliseconds(value: float | None) -> str:
    """Return a span of seconds as a bare number of milliseconds: `0.85`, `7.4`, `212`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    number = value * 1000
    if abs(number) < 0.995:
        return f"{number:.2f}"
    return f"{number:.1f}" if abs(number) < 99.95 else f"{number:.0f}"


def clock(value: float | None) -> str:
    """Return seconds as a position: `0:05`, `1:23`, `1:02:03`; the fraction is cut off."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    whole = int(abs(value))
    sign = "-" if value < 0 and whole else ""
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02}:{left:02}" if hours else f"{sign}{minutes}:{left:02}"


def span(value: float) -> str:
    """Return a round length of time as people say it: `15 s`, `1 min`, `2 h`."""
    if value < 60:
        return f"{value:.0f} s"
    if value < 3600:
        return f"{value / 60:.3g} min"
    return f"{value / 3600:.3g} h"


def age(value: float) -> str:
    """Return how old something is: `12 s old`, `3 min old`, `2 h old`."""
    value = max(0.0, value)
    if value < 60:
        return f"{int(value)} s old"
    if value < 3600:
        return f"{int(value / 60)} min old"
    return f"{int(value / 3600)} h old"


def number(value: float | None, places: int = 1) -> str:
    """Return a number with `places` digits after the point while it is under a hundred."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    text = f"{value:.{places}f}"
    return text if abs(value) < 100 else f"{value:,.0f}"


def rate(value: float | None) -> str:
    """Return tokens per second as `134.5 tok/s`; whole above a thousand."""
    return UNKNOWN if not known(value) else f"{rate_number(value)} tok/s"


def rate_number(value: float | None) -> str:
    """Return tokens per second without the unit: `134.5`, `1,021`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"{value:.1f}" if abs(value) < 999.95 else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """Return a share of 0–100 as `97 %`; below ten with one digit after the point."""
    return UNKNOWN if not known(value) else f"{percent_number(value)} %"


def percent_number(value: float | None) -> str:
    """Return a share of 0–100 without the sign: `97`, `4.5`, `0`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"{value:.1f}" if 0 < abs(value) < 9.95 else f"{value:.0f}"


_ENDS = {
    "stop": ("complete", "complete"),
    "length": ("cut at max tokens", "cut"),
    "cancelled": ("stopped by you", "stopped"),
    "error": ("failed", "failed"),
    "engine died": ("engine died", "died"),
}
"""The words of a recording for how a reply ended → words for people, long and short."""


def ended(reason: str, *, short: bool = False) -> str:
    """Return how a reply ended, by its `finish_reason`; "not ended" if it did not."""
    if not reason:
        return "not ended"
    return _ENDS[reason][short] if reason in _ENDS else reason


def counted(number: int, word: str) -> str:
    """Return a number with its noun: "1 turn", "2,000 tokens"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return words as a list in a sentence: `a, b and c`; empty without any."""
    *others, end = [*words] or [""]
    return f"{', '.join(others)} {last} {end}" if others else end


def count(value: float | None) -> str:
    """Return a whole number in groups of three: `4,096`."""
    return UNKNOWN if value is None or not math.isfinite(value) else f"{value:,.0f}"


def count_short(value: float | None) -> str:
    """Return a large number in three digits: `1.02 M`, `3.21 B`, `640`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return " ".join(_scaled(value, _COUNTS)).rstrip()


def date(wall: float | None) -> str:
    """Return wall time (seconds since the Unix epoch) as `2026-03-01 14:05:10`, local time."""
    if wall is None or not math.isfinite(wall):
        return UNKNOWN
    try:
        return f"{datetime.datetime.fromtimestamp(wall):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return UNKNOWN


def iso(wall: float) -> str:
    """Return wall time (seconds since the Unix epoch) as ISO 8601: local, with its offset."""
    return datetime.datetime.fromtimestamp(wall).astimezone().isoformat(timespec="milliseconds")


def nice(value: float) -> float:
    """Return the smallest 1, 2 or 5 × 10^k that is at least `value`; 1 for nothing."""
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    for step in _STEPS:
        if value <= step * power:
            return step * power
    return 10.0 * power


def on_scale(step: float, within: float = 1e-3) -> Callable[[float | None], str]:
    """Return the format for the values of a scale with steps of `step`: `7.5`, `1,000`.

    They have as many digits as the step, so that none is rounded to another value. `within`: the
    share of a step that rounding may lose, for a step that is not round.
    """
    near = (
        places
        for places in range(_MOST_PLACES)
        if abs(round(step, places) - step) <= within * abs(step)
    )
    places = next(near, _MOST_PLACES)

    def words(value: float | None) -> str:
        if value is None or not math.isfinite(value):
            return UNKNOWN
        text = f"{value:,.{places}f}"
        return text.rstrip("0").rstrip(".") if places else text

    return words

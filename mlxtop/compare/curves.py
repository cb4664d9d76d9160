"""Figures of a part of a run as points of a curve, aligned with another run."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal

from mlxtop import figures
from mlxtop import format as fmt
from mlxtop.compare.part import Part, Reply
from mlxtop.figures import CATALOGUE, Levels, Mask, gpu_number, gpu_words, of_gpu
from mlxtop.timeline.series import Series

Axis = Literal["tokens", "seconds"]
FEWEST_WINDOW = 8
"""Minimum tokens for a speed, so that counting does not dominate."""
MOST_BELOW = 20
"""Replies that are drawn below their medians; more would fill the chart."""


@dataclass(frozen=True, slots=True)
class CurveFigure:
    """A figure that can be drawn for both runs."""

    id: str
    title: str
    words: Callable[[float | None], str]
    """A value with its unit."""
    series: tuple[str, ...] = ()
    """Names of the readings that it adds up; empty for the speed."""
    from_zero: bool = True
    """Whether the scale begins at 0; otherwise it fits the data."""
    codes: Levels | Mask | None = None
    """Words for its values, if it has steps."""
    unit: str | None = None
    """Unit after the numbers of a scale; None if each number has its own."""

    @property
    def steps(self) -> bool:
        """Whether it has steps: no values in between."""
        return self.codes is not None


SPEED = CurveFigure("speed", "speed", fmt.rate, unit="")


def _in_words(entry: figures.Figure) -> Callable[[float | None], str]:
    """Return how to write a value; a median between two levels is rounded."""
    if entry.codes is None:
        return entry.words
    return lambda value: entry.words(None if value is None else round(value))


def _of(how: figures.Compared, entries: Sequence[figures.Figure], number: int = 0) -> CurveFigure:
    """Return the figure for the sum of entries, of the GPU with this number."""
    entry = entries[0]
    return CurveFigure(
        f"{how.id}{number or ''}",
        how.title.replace("GPU", gpu_words(number)),
        _in_words(entry),
        tuple(of_gpu(each.name, number) for each in entries),
        how.from_zero,
        entry.codes,
        None if entry.unit.scales else f" {entry.unit.symbol}",
    )


FIGURES = (SPEED, *(_of(how, entries) for how, entries in CATALOGUE.compared().items()))
"""The figures that mlxtop can draw, for the first GPU."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A value and its position; NaN breaks the line."""

    x: float
    """Token number, or seconds since the moment that both runs are aligned at."""
    y: float
    t: float
    """Seconds on the run's clock."""


_BREAK = CurvePoint(math.nan, math.nan, math.nan)


def drawn(part: Part, figure: CurveFigure) -> bool:
    """Return whether a part has values of a figure."""
    series = part.run.timeline.series
    return all(len(series.get(name, ())) for name in figure.series)


def drawable(parts: Sequence[Part]) -> list[CurveFigure]:
    """Return the figures of any of the parts; those of further GPUs come last."""
    names = {name for part in parts for name in part.run.timeline.series}
    numbers = sorted({number for name in names if (number := gpu_number(name))})
    there = [SPEED]
    for how, entries in CATALOGUE.compared().items():
        of_a_gpu = gpu_number(entries[0].name) is not None
        there += [_of(how, entries, number) for number in (0, *(numbers if of_a_gpu else ()))]
    return [figure for figure in there if any(drawn(part, figure) for part in parts)]


def window(parts: tuple[Part, Part], points: int) -> int:
    """Return the tokens of a speed for so many points."""
    most = max(map(_extent, parts))
    return max(FEWEST_WINDOW, math.ceil(2 * most / max(1, points)))


def _extent(part: Part) -> int:
    """Return how many tokens are drawn side by side: trials of one prompt are one line."""
    if not part.of_benchmark:
        return sum(len(reply.times) for reply in part.replies)
    longest: dict[int | None, int] = {}
    for reply in part.replies:
        known = longest.get(reply.prompt_tokens, 0)
        longest[reply.prompt_tokens] = max(known, len(reply.times))
    return sum(longest.values())


def merged(part: Part, axis: Axis) -> bool:
    """Return whether its replies are one line of medians."""
    return axis == "tokens" and len(part.replies) > 1


def curve(
    part: Part, figure: CurveFigure, axis: Axis, *, in_context: bool, points: int, window: int
) -> list[CurvePoint]:
    """Return at most some `points` of a figure, ascending within each reply.

    Along tokens x is the number of the token in its reply or, `in_context`, in the whole context;
    several replies have the median at each place.
    """
    if figure.series and axis == "seconds":
        return _over_time(part, figure, points)
    lines = _of_replies(part, figure, axis, in_context=in_context, window=window)
    return _medians(lines) if merged(part, axis) else _broken(lines)


def of_each(
    part: Part, figure: CurveFigure, axis: Axis, *, in_context: bool, window: int
) -> list[CurvePoint]:
    """Return the line of each reply below a line of medians; empty without one, or for many."""
    if not merged(part, axis) or len(part.replies) > MOST_BELOW:
        return []
    return _broken(_of_replies(part, figure, axis, in_context=in_context, window=window))


def _of_replies(
    part: Part, figure: CurveFigure, axis: Axis, *, in_context: bool, window: int
) -> list[list[CurvePoint]]:
    """Return the points of each reply."""
    lines: list[list[CurvePoint]] = []
    for reply in part.replies:
        offset = reply.before + 1 + ((reply.prompt_tokens or 0) if in_context else 0)
        if figure.series:
            here = _at_tokens(part, reply, figure, window)
        else:
            here = _speeds(reply, window)
        lines.append(
            [
                CurvePoint(place + offset if axis == "tokens" else t - part.zero, value, t)
                for place, t, value in here
            ]
        )
    return lines


def _broken(lines: list[list[CurvePoint]]) -> list[CurvePoint]:
    """Return the points of several lines with breaks between them."""
    found: list[CurvePoint] = []
    for line in filter(None, lines):
        found += [*([_BREAK] if found else []), *line]
    return found


def _medians(lines: list[list[CurvePoint]]) -> list[CurvePoint]:
    """Return one line of the medians at each place, with breaks at places without values."""
    step = max((line[1].x - line[0].x for line in lines if len(line) > 1), default=1.0)
    places: dict[int, list[CurvePoint]] = {}
    for point in chain.from_iterable(lines):
        if math.isfinite(point.y):
            places.setdefault(round(point.x / step), []).append(point)
    parts: list[list[CurvePoint]] = []
    before = None
    for place, here in sorted(places.items()):
        if before is None or place > before + 1:
            parts.append([])
        x, y = (statistics.median(getattr(point, of) for point in here) for of in "xy")
        parts[-1].append(CurvePoint(x, y, here[-1].t))
        before = place
    return _broken(parts)


def _speeds(reply: Reply, window: int) -> list[tuple[int, float, float]]:
    """Return (place, time, tokens/s over the window around it), half a window apart.

    A short reply has shorter windows, so that it has more than one point.
    """
    times, last = reply.even.times, len(reply.even.times) - 1
    if last < 1:
        return []
    skipped = reply.even.place - reply.before
    size = min(last, window, max(FEWEST_WINDOW, last // 4))
    found = []
    for low in range(0, last - size + 1, max(1, size // 2)):
        high = low + size
        middle = (low + high) // 2
        seconds = times[high] - times[low]
        found.append((middle + skipped, times[middle], size / seconds if seconds > 0 else math.nan))
    return found


def _sum_at(all_series: list[Series], t: float) -> float:
    values = [series.at(t) for series in all_series]
    return math.fsum(value if value is not None else math.nan for value in values)


def _series(part: Part, figure: CurveFigure) -> list[Series]:
    return [part.run.timeline.series.get(name) or Series() for name in figure.series]


def _at_tokens(
    part: Part, reply: Reply, figure: CurveFigure, window: int
) -> list[tuple[int, float, float]]:
    series = _series(part, figure)
    step = max(1, window // 2)
    places = range(0, len(reply.times), step)
    return [(place, reply.times[place], _sum_at(series, reply.times[place])) for place in places]


def _over_time(part: Part, figure: CurveFigure, points: int) -> list[CurvePoint]:
    spans = part.spans
    start, end = spans[0][0], spans[-1][1]
    width = (end - start) / max(1, points)
    if not width > 0:
        return []
    columns = [
        series.columns(start, width, points, end + width) for series in _series(part, figure)
    ]
    times = [start + (place + 1) * width for place in range(points)]
    return [
        CurvePoint(t - part.zero, math.fsum(values), t)
        for t, values in zip(times, zip(*columns, strict=True), strict=True)
    ]


def value_at(
    points: list[CurvePoint], x: float, reach: float, *, steps: bool = False
) -> float | None:
    """Return the value of a curve at x, interpolated between two points.

    Before the first point and after the last one: the nearest value, at most `reach` away.
    `steps`: no interpolation, the value of the previous point.
    """
    for one, other in pairwise(points):
        if math.isfinite(one.y) and math.isfinite(other.y) and one.x <= x <= other.x:
            share = (x - one.x) / (other.x - one.x) if other.x > one.x else 0.0
            if steps:
                return other.y if share == 1 else one.y
            return one.y + share * (other.y - one.y)
    known = (point for point in points if math.isfinite(point.y) and abs(point.x - x) <= reach)
    nearest = min(known, key=lambda point: abs(point.x - x), default=None)
    return None if nearest is None else nearest.y


def moment(part: Part, axis: Axis, x: float, *, in_context: bool) -> float:
    """Return the moment at x on the run's clock."""
    if axis == "seconds":
        return part.zero + x
    best = part.replies[0]
    place = 0
    for reply in part.replies:
        offset = reply.before + 1 + ((reply.prompt_tokens or 0) if in_context else 0)
        if x >= offset or reply is best:
            best, place = reply, round(x - offset)
    return best.times[max(0, min(len(best.times) - 1, place))]

"""A result as charts: bars by point, speed along the context, times between tokens."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from mlxtop import format as fmt
from mlxtop.bench.point import short_label
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.trial import Trial
from mlxtop.plotting import SMALLEST, Line, Plot
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.timeline.turn import Turn
from mlxtop.tui.zoom.charts import LABEL, histogram_of, value_ticks

ChartName = Literal["speed", "prefill", "TTFT", "context", "gaps", "time"]
_BARS: dict[str, tuple[str, str, Callable[[float | None], str], str]] = {
    "speed": (
        "generation_tokens_per_second",
        "generation, tok/s",
        fmt.rate_number,
        "speed",
    ),
    "prefill": ("prompt_tokens_per_second", "prompt, tok/s", fmt.rate_number, "prefill"),
    "TTFT": ("ttft_seconds", "TTFT", fmt.seconds, "decode"),
}
"""Figure, title, words and ink of the charts that have a bar for each point."""
NAMES: dict[ChartName, str] = {
    "speed": "generation",
    "prefill": "prompt",
    "TTFT": "TTFT",
    "context": "over the context",
    "gaps": "between tokens",
    "time": "over time",
}
NARROWEST_BAR = 9
"""Columns of a bar with its name."""
MOST_LINES = 3
FEWEST_TOKENS = 8
"""A speed is read over so many tokens at least, so that it is the speed that is seen."""
_INKS = (("speed", 0), ("cpu", 3), ("memory", 1))
"""Inks and dashes, so that lines differ without colours too."""
_QUARTERS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a result is drawn, and in which room."""

    result: Result
    timeline: Timeline
    first: int
    """Place of the first point that is drawn, or of the only one."""
    width: int
    height: int


def chart_names(result: Result) -> list[ChartName]:
    """Return the charts that there are of a plan."""
    if result.plan.kind == "stress":
        return ["time", "context", "gaps"]
    return ["speed", "prefill", "TTFT", "context", "gaps"]


def group(name: ChartName, width: int) -> int:
    """Return how many points a chart draws at once."""
    if name in _BARS:
        return max(1, (width - LABEL - 2) // NARROWEST_BAR)
    return MOST_LINES if name == "context" else 1


def plots(name: ChartName, shown: Shown) -> list[Plot]:
    """Return the chart; none where there is nothing to draw."""
    if shown.width < SMALLEST[0] or shown.height < SMALLEST[1]:
        return []
    if name in _BARS:
        return _bars(name, shown)
    if name == "context":
        return _over_context(shown)
    return _between_tokens(shown) if name == "gaps" else _over_time(shown)


def _points(shown: Shown, count: int) -> Sequence[PointResult]:
    return shown.result.points[shown.first : shown.first + count]


# -- bars ------------------------------------------------------------------------------------------


def _bars(name: str, shown: Shown) -> list[Plot]:
    figure, title, words, ink = _BARS[name]
    points = _points(shown, group("speed", shown.width))
    bars, lines, ticks, rough = [], [], [], False
    each = (shown.width - LABEL - 2) // max(1, len(points))
    for place, one in enumerate(points):
        label, known = (
            short_label(one_line(one.point.label, 200), max(3, each - 2)),
            one.figures.get(figure),
        )
        if known is None or not fmt.known(known.median):
            ticks.append((float(place), label))
            continue
        named = f"{label}: {words(known.median)}"
        ticks.append((float(place), named if len(named) < each else label))
        bars.append((float(place), known.median))
        low, high = known.low, known.high
        if low is None or high is None:
            low, high, rough = known.lowest, known.highest, True
        if fmt.known(low) and fmt.known(high) and low != high:
            lines += _interval(place, low, high)
    if not bars:
        return []
    top = _top([*(height for _, height in bars), *(y for line in lines for y in line.ys)])
    says = "from the lowest to the highest trial" if rough else "with their 95 % intervals"
    return [
        Plot(
            f"{title}: medians, {says}",
            bars=bars,
            bar_ink=ink,
            lines=lines,
            x_limits=(-0.6, len(points) - 0.4),
            y_limits=(0.0, top),
            x_ticks=ticks,
            y_ticks=value_ticks(top, shown.height, _scale(top) if ink != "decode" else words),
        )
    ]


def _scale(top: float) -> Callable[[float], str]:
    """Return how the values of a scale of tok/s are written."""
    return fmt.count if top >= 20 else fmt.rate_number


def _interval(place: int, low: float, high: float) -> list[Line]:
    """Return a stroke from one end to the other, with a bar across each end."""
    return [
        Line("", "mark", [place, place], [low, high]),
        *(Line("", "mark", [place - 0.1, place + 0.1], [end, end]) for end in (low, high)),
    ]


def _top(values: Sequence[float]) -> float:
    """Return the end of a scale from 0 that holds the values, with quarters in round numbers."""
    high = 1.02 * max((value for value in values if math.isfinite(value)), default=0.0)
    if high <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(high / 4))
    return 4 * power * next(step for step in _QUARTERS if step * power >= high / 4 or step == 10)


# -- lines -----------------------------------------------------------------------------------------


def turn_of(timeline: Timeline, trial: Trial) -> Turn | None:
    """Return the turn of a trial, where it has tokens."""
    turn = timeline.turns.get(trial.turn)
    return turn if turn is not None and len(turn.times) > 1 else None


def _counted(one: PointResult) -> list[Trial]:
    """Return the trials whose tokens are drawn: of stress disturbed ones too, heat is the point."""
    if one.point.seconds is not None:
        return [trial for trial in one.trials if not trial.failed]
    return one.valid


def speeds(turn: Turn, places: int) -> list[tuple[float, float]]:
    """Return (tokens in the context, tokens/s) at about so many places of a turn.

    Of a batch the tokens in the context are those of one request, the speed is that of all.
    """
    batch = turn.start.batch
    steps = list(dict.fromkeys(turn.times)) if batch > 1 else turn.times
    last = len(steps) - 1
    # A short reply is read over shorter windows, so that it is more than a point.
    window = max(1, min(last // 2, max(FEWEST_TOKENS, last // max(1, places))))
    prompt = (turn.end.prompt_tokens or 0) if turn.end is not None else 0
    before = prompt / batch
    found = []
    for low, high in pairwise(range(0, last + 1, window)):
        seconds = steps[high] - steps[low]
        if seconds > 0:
            found.append((before + (low + high) / 2, batch * window / seconds))
    return found


def _over_context(shown: Shown) -> list[Plot]:
    points = _points(shown, MOST_LINES)
    places = max(8, (shown.width - LABEL) // 2)
    lines = []
    for one, (ink, dash) in zip(points, _INKS, strict=False):
        at: dict[float, list[float]] = {}
        for trial in _counted(one):
            if (turn := turn_of(shown.timeline, trial)) is not None:
                for x, y in speeds(turn, places):
                    at.setdefault(x, []).append(y)
        if len(at) > 1:
            xs = sorted(at)
            label = one_line(one.point.label, 30)
            ys = [median(at[x]) for x in xs]
            lines.append(Line(label, ink, *_fine(xs, ys, 2 * shown.width), dash))
    if not lines:
        return []
    top = _top([y for line in lines for y in line.ys])
    low, high = (end(x for line in lines for x in line.xs) for end in (min, max))
    return [
        Plot(
            "generation, tok/s, over tokens in the context",
            lines=lines,
            x_limits=(low, high),
            y_limits=(0.0, top),
            x_ticks=_ticks(low, high, shown.width, fmt.count),
            y_ticks=value_ticks(top, shown.height, _scale(top)),
            note="tok/s over tokens in the context; medians of the trials",
        )
    ]


def _fine(xs: Sequence[float], ys: Sequence[float], count: int) -> tuple[list[float], list[float]]:
    """Return the line at so many even places, so that its dashes are even too."""
    fine_xs = [xs[0] + (xs[-1] - xs[0]) * place / count for place in range(count + 1)]
    fine_ys, at = [], 0
    for x in fine_xs:
        while at < len(xs) - 2 and xs[at + 1] < x:
            at += 1
        share = (x - xs[at]) / (xs[at + 1] - xs[at])
        fine_ys.append(ys[at] + (ys[at + 1] - ys[at]) * min(1.0, share))
    return fine_xs, fine_ys


def _ticks(
    low: float, high: float, width: int, words: Callable[[float | None], str]
) -> list[tuple[float, str]]:
    parts = max(1, min(6, width // 16))
    return [
        (x, words(x)) for x in (low + (high - low) * place / parts for place in range(parts + 1))
    ]


def _between_tokens(shown: Shown) -> list[Plot]:
    gaps: list[float] = []
    trials = 0
    for one in _points(shown, 1):
        for trial in _counted(one):
            if (turn := turn_of(shown.timeline, trial)) is not None:
                gaps += turn.intervals(math.inf)
                trials += 1
    word = "trial" if trials == 1 else "trials"
    title = f"ms between tokens, {fmt.count(len(gaps))} of {trials} {word}"
    bins = max(12, min(48, (shown.width - LABEL) // 3))
    return histogram_of(sorted(gaps), title, bins)


def _over_time(shown: Shown) -> list[Plot]:
    """Return the speed from the first trial on, as it was while tokens came."""
    trials = [trial for one in shown.result.points for trial in one.trials]
    if not trials:
        return []
    start = min(trial.began for trial in trials)
    span = max(trial.ended for trial in trials) - start
    count = 2 * max(1, shown.width - LABEL - 1)
    if not math.isfinite(span) or span <= 0:
        return []
    width = span / count
    rates = shown.timeline.token_rates(start, width, count, start + span)
    if not any(math.isfinite(rate) for rate in rates):
        return []
    xs = [(place + 1) * width for place in range(count)]
    top = _top(rates)
    return [
        Plot(
            "generation, tok/s, over time",
            lines=[Line("tok/s, over a second", "speed", xs, rates)],
            x_limits=(0.0, span),
            y_limits=(0.0, top),
            x_ticks=_ticks(0.0, span, shown.width, fmt.clock),
            y_ticks=value_ticks(top, shown.height, _scale(top)),
        )
    ]

"""Charts of a result as lines and dots: over tokens, time or a swept length; trials as dots."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from mlxtop import format as fmt
from mlxtop.bench.point import Point
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.statistics import Spread
from mlxtop.bench.trial import Trial
from mlxtop.folds.turn import Turn, token_rates
from mlxtop.plots import Line, Plot
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.bench.figures import (
    ChartFigure,
    Shown,
    around,
    clock_ticks,
    known,
    meaning,
    scale_words,
    token_ticks,
    top_of,
)
from mlxtop.tui.zoom.charts import LABEL, histogram_of, value_ticks

MOST_LINES = 3
FEWEST_TOKENS = 8
"""Minimum tokens for a speed, so that counting does not dominate."""
INKS = (("speed", 0), ("cpu", 3), ("memory", 1))
"""Inks and dashes, so that lines also differ without colours."""
FEWEST_LENGTHS = 3
"""Fewer trials are drawn as bars: they show no trend."""
LENGTHS = {"prompt_tokens": "prompt tokens", "generation_tokens": "generated tokens"}
"""Settings that can be a horizontal axis, if a sweep changes nothing else."""


def swept_length(result: Result) -> str:
    """Return the length that a sweep changes, if it changes nothing else; else an empty text."""
    names = list(result.plan.sweep)
    if len(names) != 1 or names[0] not in LENGTHS or len(result.measured) < FEWEST_LENGTHS:
        return ""
    return names[0]


def _length(point: Point, name: str) -> float:
    value = point.prompt_tokens if name == "prompt_tokens" else point.sampling.max_tokens
    return math.log2(max(1, value or 1))


def _stroke(x: float, low: float, high: float, half: float) -> list[Line]:
    """Return a stroke from one end to the other, with a bar across each end."""
    return [
        Line("", "mark", [x, x], [low, high]),
        *(Line("", "mark", [x - half, x + half], [end, end]) for end in (low, high)),
    ]


def over_length(figure: ChartFigure, name: str, shown: Shown) -> list[Plot]:
    """Return the medians over the length, on a logarithmic scale."""
    found = [
        (_length(one.point, name), one, spread)
        for one in shown.result.points
        if (spread := known(one, figure)) is not None
    ]
    if not found:
        return []
    found.sort(key=lambda one: one[0])
    xs, ys = [x for x, _, _ in found], [spread.median for _, _, spread in found]
    margin = 0.06 * max(1.0, xs[-1] - xs[0])
    lines, rough = [], False
    if len(xs) > 1:
        lines.append(Line("", figure.ink, xs, ys))
    for x, _, spread in found:
        low, high, guessed = around(spread)
        rough = rough or guessed
        if low != high:
            lines += _stroke(x, low, high, margin / 6)
    lines.append(Line("", figure.ink, xs, ys, sign="●"))
    top = top_of([y for line in lines for y in line.ys])
    limits = (xs[0] - margin, xs[-1] + margin)
    cells = (shown.width - LABEL) / (limits[1] - limits[0])
    ticks = [
        (x, f"{fmt.count(round(2**x))}: {figure.words(spread.median)}") for x, _, spread in found
    ]
    if any((b[0] - a[0]) * cells < len(a[1]) + 2 for a, b in pairwise(ticks)):
        ticks = [(x, fmt.count(round(2**x))) for x in xs]
    return [
        Plot(
            f"{figure.title}, over {LENGTHS[name]}: medians, strokes: {meaning(rough)}",
            lines=lines,
            x_limits=limits,
            y_limits=(0.0, top),
            x_ticks=ticks,
            y_ticks=value_ticks(top, shown.height, figure.scale(top)),
        )
    ]


def trial_dots(figure: ChartFigure, one: PointResult, shown: Shown) -> list[Plot]:
    """Return the trials in order, with the median and its interval as lines."""
    counted: list[tuple[float, float]] = []
    others: list[tuple[float, float]] = []
    for trial in one.trials:
        value = getattr(trial, figure.name)
        if fmt.known(value):
            (counted if trial.counts else others).append((float(trial.number), float(value)))
    if not counted and not others:
        return []
    last = max((trial.number for trial in one.trials), default=1)
    limits = (0.4, last + 0.6)
    lines = [_dots("a trial", figure.ink, counted, "•")]
    if others:
        lines.append(_dots("does not count", "warn", others, "×"))
    spread = known(one, figure)
    if spread is not None and len(counted) > 1:
        lines += _levels(figure, spread, limits, 2 * (shown.width - LABEL - 1))
    top = top_of([y for _, y in (*counted, *others)])
    step = max(1, math.ceil(last * 8 / max(1, shown.width - LABEL)))
    return [
        Plot(
            f"{figure.title}: each trial, in order",
            lines=lines,
            x_limits=limits,
            y_limits=(0.0, top),
            x_ticks=[(float(n), f"trial {n}") for n in range(1, last + 1, step)],
            y_ticks=value_ticks(top, shown.height, figure.scale(top)),
        )
    ]


def _dots(label: str, ink: str, points: Sequence[tuple[float, float]], sign: str) -> Line:
    return Line(label, ink, [x for x, _ in points], [y for _, y in points], sign=sign)


def _levels(
    figure: ChartFigure, spread: Spread, limits: tuple[float, float], count: int
) -> list[Line]:
    """Return the median and its interval, if known, as lines across the chart."""
    low, high = limits
    # A point for each dot of the chart makes dashes even.
    xs = [low + (high - low) * place / count for place in range(count + 1)]
    found = [Line(f"median {figure.words(spread.median)}", "mark", xs, [spread.median] * len(xs))]
    ends = [end for end in (spread.low, spread.high) if end is not None and fmt.known(end)]
    if len(ends) == 2 and ends[0] != ends[1]:
        says = f"95 % interval {figure.words(ends[0])} – {figure.words(ends[1])}"
        for label, end in zip((says, ""), ends, strict=True):
            found.append(Line(label, "value", xs, [end] * len(xs), 3))
    return found


def turn_of(timeline: Timeline, trial: Trial) -> Turn | None:
    """Return the turn of a trial, if it has tokens."""
    turn = timeline.turns.get(trial.turn)
    return turn if turn is not None and len(turn.times) > 1 else None


def _counted(one: PointResult) -> list[Trial]:
    """Return the trials whose tokens are drawn; for stress also disturbed ones, which show heat."""
    if one.point.seconds is not None:
        return [trial for trial in one.trials if not trial.failed]
    return one.counted


def speeds(turn: Turn, places: int) -> list[tuple[float, float]]:
    """Return (tokens in the context, tokens/s) at about so many places of a turn.

    In a batch the tokens in the context are those of one request, the speed is that of all.
    """
    batch = turn.start.batch
    # A draft model's tokens share the time of their step, so equal places can coincide.
    even = turn.steps.even(-math.inf, math.inf)
    times, skipped = (turn.steps.ends, 0) if batch > 1 else (even.times, even.place)
    last = len(times) - 1
    # Shorter windows for a short reply, so that it has more than one point.
    window = max(1, min(last // 2, max(FEWEST_TOKENS, last // max(1, places))))
    prompt = (turn.end.prompt_tokens or 0) if turn.end is not None else 0
    before = prompt / batch
    found = []
    for low, high in pairwise(range(-skipped % window, last + 1, window)):
        seconds = times[high] - times[low]
        if seconds > 0:
            found.append((before + skipped + (low + high) / 2, batch * window / seconds))
    return found


def over_context(shown: Shown) -> list[Plot]:
    """Return the speed over the tokens in the context, a line for each point."""
    points = shown.points(MOST_LINES)
    places = max(8, (shown.width - LABEL) // 2)
    lines = []
    for one, (ink, dash) in zip(points, INKS, strict=False):
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
    top = top_of([y for line in lines for y in line.ys])
    low, high = (end(x for line in lines for x in line.xs) for end in (min, max))
    return [
        Plot(
            "generation, tok/s, over tokens in the context",
            lines=lines,
            x_limits=(low, high),
            y_limits=(0.0, top),
            x_ticks=token_ticks(low, high, shown.width),
            y_ticks=value_ticks(top, shown.height, scale_words(top)),
            note="tok/s over tokens in the context; medians of the trials",
        )
    ]


def _fine(xs: Sequence[float], ys: Sequence[float], count: int) -> tuple[list[float], list[float]]:
    """Return the line at so many even places, which makes its dashes even."""
    fine_xs = [xs[0] + (xs[-1] - xs[0]) * place / count for place in range(count + 1)]
    fine_ys, at = [], 0
    for x in fine_xs:
        while at < len(xs) - 2 and xs[at + 1] < x:
            at += 1
        share = (x - xs[at]) / (xs[at + 1] - xs[at])
        fine_ys.append(ys[at] + (ys[at + 1] - ys[at]) * min(1.0, share))
    return fine_xs, fine_ys


def between_tokens(shown: Shown) -> list[Plot]:
    """Return the distribution of the times between tokens of a point, over its trials.

    With a draft model and in a batch the times between steps.
    """
    gaps: list[float] = []
    trials, between = 0, "tokens"
    for one in shown.points(1):
        between = "steps" if one.several_at_once else "tokens"
        for trial in _counted(one):
            if (turn := turn_of(shown.timeline, trial)) is not None:
                gaps += turn.intervals(math.inf)
                trials += 1
    of = fmt.counted(trials, "trial")
    bins = max(12, min(48, (shown.width - LABEL) // 3))
    return histogram_of(sorted(gaps), between, of, bins)


def over_time(shown: Shown) -> list[Plot]:
    """Return the speed from the first trial on, while there were tokens."""
    trials = [trial for one in shown.result.points for trial in one.trials]
    if not trials:
        return []
    start = min(trial.began for trial in trials)
    span = max(trial.ended for trial in trials) - start
    count = 2 * max(1, shown.width - LABEL - 1)
    if not math.isfinite(span) or span <= 0:
        return []
    width = span / count
    rates = token_rates(shown.timeline.turn_log, start, width, count, start + span)
    if not any(math.isfinite(rate) for rate in rates):
        return []
    xs = [(place + 1) * width for place in range(count)]
    top = top_of(rates)
    return [
        Plot(
            "generation, tok/s, over time",
            lines=[Line("tok/s, over a second", "speed", xs, rates)],
            x_limits=(0.0, span),
            y_limits=(0.0, top),
            x_ticks=clock_ticks(span, shown.width),
            y_ticks=value_ticks(top, shown.height, scale_words(top)),
        )
    ]

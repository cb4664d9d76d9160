"""Charts of a result over tokens and over time, from the turns of its trials."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from mlxtop import format as fmt
from mlxtop.bench.result import PointResult
from mlxtop.bench.trial import Trial
from mlxtop.folds.turn import Turn, token_rates
from mlxtop.plotting import Line, Plot
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.bench.scales import clock_ticks, scale_words, token_ticks, top_of
from mlxtop.tui.bench.shown import Shown
from mlxtop.tui.zoom.charts import LABEL, histogram_of, value_ticks

MOST_LINES = 3
FEWEST_TOKENS = 8
"""A speed is read over so many tokens at least, so that it is the speed that is seen."""
INKS = (("speed", 0), ("cpu", 3), ("memory", 1))
"""Inks and dashes, so that lines differ without colours too."""


def turn_of(timeline: Timeline, trial: Trial) -> Turn | None:
    """Return the turn of a trial, where it has tokens."""
    turn = timeline.turns.get(trial.turn)
    return turn if turn is not None and len(turn.times) > 1 else None


def _counted(one: PointResult) -> list[Trial]:
    """Return the trials whose tokens are drawn: of stress disturbed ones too, heat is the point."""
    if one.point.seconds is not None:
        return [trial for trial in one.trials if not trial.failed]
    return one.counted


def speeds(turn: Turn, places: int) -> list[tuple[float, float]]:
    """Return (tokens in the context, tokens/s) at about so many places of a turn.

    Of a batch the tokens in the context are those of one request, the speed is that of all.
    """
    batch = turn.start.batch
    # A draft model's tokens share the time of their step: equal places can be laid together.
    even = turn.steps.even(-math.inf, math.inf)
    times, skipped = (turn.steps.ends, 0) if batch > 1 else (even.times, even.place)
    last = len(times) - 1
    # A short reply is read over shorter windows, so that it is more than a point.
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
    """Return the line at so many even places, so that its dashes are even too."""
    fine_xs = [xs[0] + (xs[-1] - xs[0]) * place / count for place in range(count + 1)]
    fine_ys, at = [], 0
    for x in fine_xs:
        while at < len(xs) - 2 and xs[at + 1] < x:
            at += 1
        share = (x - xs[at]) / (xs[at + 1] - xs[at])
        fine_ys.append(ys[at] + (ys[at + 1] - ys[at]) * min(1.0, share))
    return fine_xs, fine_ys


def between_tokens(shown: Shown) -> list[Plot]:
    """Return how often which time passed between tokens of a point, over its trials.

    With a draft model and in a batch between steps.
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

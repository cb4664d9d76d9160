"""What a plan found so far: the median speed of each point, and which points differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from mlxtop import format as fmt
from mlxtop.bench.point import short_label
from mlxtop.bench.statistics import can_distinguish, distinguished
from mlxtop.bench.trial import Trial
from mlxtop.text import one_line

if TYPE_CHECKING:
    from mlxtop.bench.result import Result

NOT_DISTINGUISHED = "not told apart"
NOTHING_COUNTS = "No trial counts so far."
LONGEST = 300
"""Letters of an answer in a page or a document; more points are in its table."""
_LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True)
class PointAnswer:
    """The speed of a point, in relation to that of the first one."""

    label: str
    speed: float | None
    """Median tokens/s over the trials that count; None without one."""
    ratio: float | None = None
    """To the speed of the first point; None for that one and for points that are not compared."""
    verdict: str = ""
    """`faster`, `slower` or `not told apart`; empty where `ratio` is None."""

    @property
    def compared(self) -> str:
        """The ratio and the verdict: `×0.88, not told apart`; empty without a ratio."""
        return "" if self.ratio is None else f"×{self.ratio:.2f}, {self.verdict}"

    @property
    def words(self) -> str:
        """Everything in a few words."""
        name = f"{one_line(self.label, _LONGEST_LABEL)}: " if self.label else ""
        beside = f" ({self.compared})" if self.compared else ""
        return f"{name}{fmt.rate(self.speed)}{beside}"

    @property
    def short(self) -> str:
        """As few words as say it: the values that distinguish the point, the ratio or the speed."""
        ratio = f"×{self.ratio:.2f} {self.verdict}" if self.ratio is not None else ""
        name = one_line(self.label, 200)
        values = short_label(name, min(20, len(name) - 1)) if " " in name else one_line(name, 20)
        return f"{values}: {ratio or fmt.rate(self.speed)}"


def answers(points: Sequence[tuple[str, Sequence[Trial]]], *, compared: bool) -> list[PointAnswer]:
    """Return the answer of each point with a speed.

    `points` are labels and trials; `compared`: the points differ in one thing.
    """
    speeds = [(label, _speeds(trials)) for label, trials in points]
    known = [(label, values) for label, values in speeds if values]
    if len(points) == 1:
        return [PointAnswer("", median(values)) for _, values in known]
    found: list[PointAnswer] = []
    for label, values in known:
        speed, first = median(values), known[0][1]
        if not compared or not found:
            found.append(PointAnswer(label, speed))
            continue
        ratio = speed / median(first)
        verdict = "faster" if ratio > 1 else "slower"
        if not distinguished(first, values):
            verdict = NOT_DISTINGUISHED
        found.append(PointAnswer(label, speed, ratio, verdict))
    return found


def _speeds(trials: Iterable[Trial]) -> list[float]:
    """Return the speeds of the trials that count."""
    return [
        speed
        for trial in trials
        if trial.counts and fmt.known(speed := trial.generation_tokens_per_second) and speed
    ]


def single(trials: Sequence[Trial]) -> str:
    """Return the figures of a plan with one point in words."""
    speeds = _speeds(trials)
    if not speeds:
        return NOTHING_COUNTS
    words = fmt.rate(median(speeds))
    if len(speeds) > 1:
        words += f" ({fmt.rate_number(min(speeds))} – {fmt.rate_number(max(speeds))})"
    for name, label, written in (
        ("prompt_tokens_per_second", "prompt", fmt.rate),
        ("ttft_seconds", "TTFT", fmt.seconds),
    ):
        known = [v for one in trials if one.counts and fmt.known(v := getattr(one, name))]
        if known:
            words += f" · {label} {written(median(known))}"
    return words


def summary(
    points: Sequence[tuple[str, Sequence[Trial]]], *, compared: bool, room: int | None = None
) -> str:
    """Return the answer in a line of about `room` letters: points without room are counted."""
    if len(points) == 1:
        return single(points[0][1])
    found = answers(points, compared=compared)
    if not found:
        return NOTHING_COUNTS
    whole = " · ".join(answer.words for answer in found)
    if room is None or len(whole) <= room:
        return whole
    return _as_many([answer.short for answer in found], room)


def _as_many(found: Sequence[str], room: int) -> str:
    """Return as many of these words as fit, and how many more there are."""
    for count in range(len(found), 1, -1):
        more = len(found) - count
        line = " · ".join([*found[:count], *([f"and {more} more"] if more else [])])
        if len(line) <= room:
            return line
    return " · ".join([found[0], *([f"and {len(found) - 1} more"] if found[1:] else [])])


def doubts(points: Sequence[tuple[str, Sequence[Trial]]], *, compared: bool) -> list[str]:
    """Return what limits the answer: trials that could not be judged, too few trials."""
    said = []
    trials = [trial for _, mine in points for trial in mine]
    if trials and not any(trial.counts for trial in trials):
        last = one_line(trials[-1].reason, 200)
        said.append(f"▲ {fmt.counted(len(trials), 'trial')}, none counts; the last: {last}")
    unchecked = [trial for trial in trials if trial.state == "unchecked"]
    if unchecked:
        reasons = dict.fromkeys(trial.reason for trial in unchecked)
        said.append(
            f"◌ {len(unchecked)} of {fmt.counted(len(trials), 'trial')} unchecked: "
            f"{one_line('; '.join(reasons), 300)}"
        )
    counts = [len(speeds) for _, mine in points if (speeds := _speeds(mine))]
    if compared and len(counts) > 1 and not can_distinguish(counts[0], max(counts[1:])):
        said.append(f"too few trials to distinguish points: {FEWEST_WORDS} each are needed")
    return said


FEWEST_WORDS = "four"
"""With three and three, even trials without overlap are one of twenty orders."""


def of_result(result: "Result") -> list[str]:
    """Return the answer of a result in a line, then what limits it, a line each."""
    points = [(one.point.label, one.trials) for one in result.points if one.asked]
    compared = compares(result.plan.kind)
    found = doubts(points, compared=compared)
    return [summary(points, compared=compared, room=LONGEST), *found] if points else []


def compares(kind: str) -> bool:
    """Return whether the points of a kind of plan differ in one thing; False if it is unknown."""
    from mlxtop.bench.kinds import KINDS  # a replay without trials does without all plans

    return kind in KINDS and KINDS[kind].one_thing_changed

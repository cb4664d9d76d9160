"""Which replies of a run count where nothing is chosen: of a benchmark no disturbed trial."""

from collections import Counter
from collections.abc import Collection

from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline

_PLURALS = {
    "warm-up": "warm-ups",
    "breakdown": "breakdowns",
    "trial that is not valid": "trials that are not valid",
    "trial": "trials",
    "trial of another point": "trials of other points",
    "chat reply": "chat replies",
}
"""What a reply is called that does not count, in the order in which it is told."""


def counted_trials(timeline: Timeline) -> dict[str, list[Turn]]:
    """Return the turns of all trials that count by the labels of their points, in their order."""
    found: dict[str, list[Turn]] = {}
    for benchmark in timeline.benchmarks.values():
        for point in benchmark.start.points:
            found.setdefault(point.label, [])
        for trial in benchmark.trials():
            turn = None if trial.turn is None else timeline.turns.get(trial.turn)
            if trial.counts and turn is not None and len(turn.times) > 1:
                found.setdefault(benchmark.label(trial.point), []).append(turn)
    return {label: turns for label, turns in found.items() if turns}


def unchecked(timeline: Timeline, turns: Collection[Turn]) -> int:
    """Return how many of the turns are trials that count but could not be judged."""
    numbers = {turn.number for turn in turns}
    trials = (trial for one in timeline.benchmarks.values() for trial in one.trials())
    return sum(trial.counts and not trial.valid and trial.turn in numbers for trial in trials)


def chat_replies(timeline: Timeline) -> list[Turn]:
    """Return the turns with two tokens or more that no benchmark asked for."""
    turns = timeline.turn_log.values
    return [turn for turn in turns if turn.start.purpose is None and len(turn.times) > 1]


def left_out_words(timeline: Timeline, kept: Collection[Turn]) -> str:
    """Return what of a run with a benchmark does not count: "2 warm-ups and 1 breakdown"."""
    if not any(turn.start.purpose is not None for turn in timeline.turn_log.values):
        return ""
    numbers = {turn.number for turn in kept}
    counted = {turn.number for turns in counted_trials(timeline).values() for turn in turns}
    other = "trial of another point" if numbers & counted else "trial"
    counts = Counter(
        other if turn.number in counted else _kind(turn)
        for turn in timeline.turn_log.values
        if turn.number not in numbers
    )
    told = [
        f"{counts[kind]} {kind if counts[kind] == 1 else plural}"
        for kind, plural in _PLURALS.items()
        if counts[kind]
    ]
    return " and ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))


def _kind(turn: Turn) -> str:
    purpose = turn.start.purpose
    if purpose is None:
        return "chat reply"
    return "trial that is not valid" if purpose.what == "trial" else purpose.what

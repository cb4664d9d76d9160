"""A recording as a whole."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mlxtop import format as fmt
from mlxtop.events import Header
from mlxtop.folds.turn import Turn
from mlxtop.recording.file import is_being_written
from mlxtop.recording.reader import Bound, Recording
from mlxtop.text import one_line
from mlxtop.timeline import Timeline

_PLURALS = {
    "warm-up": "warm-ups",
    "breakdown": "breakdowns",
    "trial that is not valid": "trials that are not valid",
    "trial": "trials",
    "trial of another point": "trials of other points",
    "chat reply": "chat replies",
}
"""Names of replies that do not count, in the order of a sentence."""


def counted_trials(timeline: Timeline) -> dict[str, list[Turn]]:
    """Return the turns of all trials that count, by the labels of their points."""
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
    """Return which replies of a run do not count: "2 warm-ups and 1 breakdown"."""
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
    return fmt.listed(told)


def _kind(turn: Turn) -> str:
    purpose = turn.start.purpose
    if purpose is None:
        return "chat reply"
    return "trial that is not valid" if purpose.what == "trial" else purpose.what


_BATCH = 2000


class NothingToCompare(Exception):
    """A recording, a turn or a mark that cannot be compared; the text is a sentence."""


@dataclass(frozen=True)
class Run:
    """A recording that was read to its end."""

    path: Path
    header: Header
    timeline: Timeline
    said: tuple[str, ...] = ()
    """Remarks on the file, a sentence each."""

    @property
    def turns(self) -> list[Turn]:
        """The turns with at least two tokens, in order."""
        return [turn for turn in self.timeline.turn_log.values if len(turn.times) > 1]

    @cached_property
    def trials(self) -> dict[str, list[Turn]]:
        """The turns of its trials that count, by the labels of their points; empty for a chat."""
        return counted_trials(self.timeline)

    @property
    def is_benchmark(self) -> bool:
        """Whether any of its turns belongs to a benchmark."""
        return any(turn.start.purpose is not None for turn in self.timeline.turn_log.values)

    @property
    def marks(self) -> list[tuple[float, str]]:
        """Times and notes of the marks, in order."""
        log = self.timeline.marks
        return [(t, mark.note) for t, mark in zip(log.times, log.values, strict=True)]


def read_run(path: Path, progress: Callable[[float], bool] = lambda share: True) -> Run:
    """Return a recording; raises RecordingError, and NothingToCompare if it has no reply.

    `progress` receives the share that was read, 0 to 1; reading ends early if it returns False.
    """
    running = is_being_written(path)
    timeline = Timeline()
    with Recording(path) as recording:
        for count, event in enumerate(Bound(path).of(recording.events())):
            timeline.add(event)
            if count % _BATCH == 0 and not progress(recording.share_read):
                break
    report = recording.report
    said = [*report.sentences()]
    if running:
        report.torn, report.clean = False, True
        said = [*report.sentences(), "It is still being recorded: only the part so far counts."]
    if not report.header.text:
        said.append("It has no text.")
    run = Run(path, report.header, timeline, tuple(said))
    if not run.turns:
        raise NothingToCompare(
            f"{one_line(str(path), 300)} has no reply of two tokens or more: "
            "there is nothing to compare."
        )
    return run

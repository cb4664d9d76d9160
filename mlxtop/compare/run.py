"""A recording as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mlxtop.compare.counted import counted_trials
from mlxtop.events import Header
from mlxtop.folds.turn import Turn
from mlxtop.recording.bound import Bound
from mlxtop.recording.file import is_being_written
from mlxtop.recording.reader import Recording
from mlxtop.text import one_line
from mlxtop.timeline import Timeline

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
    """What is to be known of the file, a sentence each."""

    @property
    def turns(self) -> list[Turn]:
        """The turns with at least two tokens, in their order."""
        return [turn for turn in self.timeline.turn_log.values if len(turn.times) > 1]

    @cached_property
    def trials(self) -> dict[str, list[Turn]]:
        """The turns of its trials that count by the labels of their points; none of a chat."""
        return counted_trials(self.timeline)

    @property
    def is_benchmark(self) -> bool:
        """Whether a benchmark asked for any of its turns."""
        return any(turn.start.purpose is not None for turn in self.timeline.turn_log.values)

    @property
    def marks(self) -> list[tuple[float, str]]:
        """Times and notes of the marks, in the order of time."""
        log = self.timeline.marks
        return [(t, mark.note) for t, mark in zip(log.times, log.values, strict=True)]


def read_run(path: Path, progress: Callable[[float], bool] = lambda share: True) -> Run:
    """Return a recording; raises RecordingError, and NothingToCompare where no reply is in it.

    `progress` is told how much was read, 0 to 1; reading ends early where it returns False.
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
        said = [*report.sentences(), "It is still being recorded: what is in it so far counts."]
    if not report.header.text:
        said.append("It keeps no text.")
    run = Run(path, report.header, timeline, tuple(said))
    if not run.turns:
        raise NothingToCompare(
            f"{one_line(str(path), 300)} holds no reply of two tokens or more: "
            "there is nothing to compare."
        )
    return run

"""A benchmark's plan and the outcome of its trials, as of any moment."""

import math

from mlxtop import format as fmt
from mlxtop.events import BenchmarkEnd, BenchmarkStart, Trial
from mlxtop.folds.history import History
from mlxtop.folds.turn import Turn


class Benchmark:
    """A plan, and what was reported about it."""

    def __init__(self, start: BenchmarkStart) -> None:
        """Begin without a trial."""
        self.start = start
        self.turns: History[Turn] = History()
        """Its turns: trials, warm-ups, breakdowns."""
        self._trials: History[Trial] = History()
        self._known: set[tuple[int, int]] = set()
        """Points and numbers of the trials."""
        self._ends: History[BenchmarkEnd] = History()

    def add_trial(self, event: Trial) -> bool:
        """Store the outcome of a trial; return whether it is the first one."""
        self._trials.add(event.t, event)
        before = len(self._known)
        self._known.add((event.point, event.number))
        return len(self._known) > before

    def add_end(self, event: BenchmarkEnd) -> None:
        """Store an end."""
        self._ends.add(event.t, event)

    def label(self, point: int) -> str:
        """Return the label of a point; empty if the plan has no such point."""
        points = self.start.points
        return points[point].label if 0 <= point < len(points) else ""

    def note(self, trial: Trial, turn: Turn | None) -> str:
        """Return the text of the mark at a trial's end; `turn` is the trial's."""
        said = trial.failed or fmt.rate(None if turn is None else turn.decode_rate(math.inf))
        if trial.disturbed:
            said += f", not valid: {', '.join(trial.disturbed)}"
        elif trial.unchecked and trial.counts:
            said += f", unchecked: {', '.join(trial.unchecked)}"
        return f"{self.label(trial.point)}, trial {trial.number}: {said}"

    def trials(self, t: float = math.inf) -> list[Trial]:
        """Return the trials as of time t, in the order in which they ended."""
        found: dict[tuple[int, int], Trial] = {}
        for trial in self._trials.until(t):
            found[trial.point, trial.number] = trial
        return list(found.values())

    def end(self, t: float = math.inf) -> BenchmarkEnd | None:
        """Return the end if it had come by time t, and no turn began since."""
        end, turn = self._ends.at(t), self.turns.at(t)
        if end is None or (turn is not None and turn.start.t >= end.t):
            return None
        return end

    def under_way(self, t: float) -> Turn | None:
        """Return the turn that was open at time t, or whose trial was not checked yet."""
        turn = self.turns.at(t)
        if turn is None or turn.start.purpose is None or self.end(t) is not None:
            return None
        if turn.start.purpose.what != "trial":
            return turn if turn.ended(t) is None else None
        judged = any(trial.turn == turn.number for trial in self._trials.until(t))
        return None if judged else turn

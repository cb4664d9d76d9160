"""What a benchmark without a screen is doing, told on stderr."""

import shutil
import sys

from mlxtop import clock
from mlxtop import format as fmt
from mlxtop.bench import report
from mlxtop.bench.runner import Runner
from mlxtop.text import one_line


class Progress:
    """A line that is written over on a terminal, and a line a trial elsewhere."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._terminal = sys.stderr.isatty()
        self._shown = ""
        self._began = clock.now()
        self._told = 0
        self._waits = False

    def poll(self) -> None:
        """Tell of trials that have ended and of waits; on a terminal of all that is done now."""
        runner = self._runner
        while self._told < len(runner.trials):
            trial = runner.trials[self._told]
            self._told += 1
            label = runner.points[trial.point].title if len(runner.points) > 1 else ""
            self.clear()
            refused = bool(trial.failed and runner.point_result(trial.point).point.invalid)
            self._write(f"mlxtop: {report.trial_line(label, trial, refused=refused)}\n")
        waits = runner.doing.words.startswith("waiting")
        if waits and not self._waits and not self._terminal:
            # It may last a minute, in which nothing else is told.
            self._write(f"mlxtop: {one_line(runner.doing.words, 200)}\n")
        self._waits = waits
        if self._terminal and not runner.done:
            # One line, or it could not be written over.
            words = one_line(f"mlxtop: {self._words()}", shutil.get_terminal_size().columns - 1)
            if words != self._shown:
                self._write(f"\r\x1b[K{words}")
                self._shown = words

    def _words(self) -> str:
        runner, doing = self._runner, self._runner.doing
        words = [one_line(doing.words, 60)]
        if doing.point is not None and len(runner.points) > 1:
            words.append(one_line(runner.points[doing.point].title, 40))
        words.append(f"{len(runner.trials)} done, {runner.planned} to go")
        words.append(fmt.clock(clock.now() - self._began))
        if (left := runner.seconds_left) is not None:
            words.append(f"about {fmt.clock(left)} left")
        return ", ".join(words)

    def clear(self) -> None:
        """Leave nothing behind on a terminal."""
        if self._terminal and self._shown:
            self._write("\r\x1b[K")
            self._shown = ""

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

"""A benchmark without a screen: progress on stderr, tables on stdout, results in files."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mlxtop import format as fmt
from mlxtop.bench import report
from mlxtop.bench.measuring import Measuring
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.result import Result
from mlxtop.bench.runner import BenchError, Runner
from mlxtop.complain import complain
from mlxtop.sources.options import LiveOptions, Wanted
from mlxtop.text import one_line

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a result goes, and what it is held against."""

    json: Path | None = None
    markdown: Path | None = None
    baseline: Path | None = None
    fail_under: float | None = None


class Progress:
    """A line that is written over on a terminal, and a line a trial elsewhere."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._terminal = sys.stderr.isatty()
        self._shown = ""
        self._began = time.monotonic()
        self._told = 0

    def poll(self) -> None:
        """Tell of trials that have ended, and on a terminal of what is done now."""
        runner = self._runner
        while self._told < len(runner.trials):
            trial = runner.trials[self._told]
            self._told += 1
            label = runner.points[trial.point].label if len(runner.points) > 1 else ""
            self.say(report.trial_line(label, trial))
        if self._terminal:
            words = f"mlxtop: {self._words()}"
            if words != self._shown:
                sys.stderr.write(f"\r\x1b[K{words}")
                sys.stderr.flush()
                self._shown = words

    def _words(self) -> str:
        runner, doing = self._runner, self._runner.doing
        words = [one_line(doing.words, 60)]
        if doing.point is not None and len(runner.points) > 1:
            words.append(one_line(runner.points[doing.point].label, 40))
        words.append(f"{len(runner.trials)} done, {runner.planned} to go")
        words.append(fmt.clock(time.monotonic() - self._began))
        if (left := runner.seconds_left) is not None:
            words.append(f"about {fmt.clock(left)} left")
        return ", ".join(words)

    def say(self, words: str) -> None:
        """Write a line that stays."""
        self.clear()
        print(f"mlxtop: {words}", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave nothing behind on a terminal."""
        if self._terminal and self._shown:
            sys.stderr.write("\r\x1b[K")
            self._shown = ""


def run(
    plan: Plan,
    wanted: Sequence[Wanted],
    options: LiveOptions,
    outputs: Outputs,
    *,
    context_tokens: int | None = None,
) -> int:
    """Run the plan and print its result; return the exit status.

    0; 1 where it failed, had too few valid trials, or fell under the baseline; 2 for a plan that
    cannot be run; 130 after Ctrl-C, which keeps the trials so far.
    """
    try:
        baseline = None if outputs.baseline is None else _read(outputs.baseline)
        _check(outputs)
        measuring = Measuring(plan, wanted, options, context_tokens=context_tokens)
    except PlanError as error:
        return complain(str(error), USAGE)
    except BenchError as error:
        return complain(str(error), FAILED)
    progress, interrupted = Progress(measuring.runner), False
    try:
        with measuring:
            for _ in measuring.steps():
                progress.poll()
    except BenchError as error:
        progress.clear()
        if not measuring.runner.trials:
            return complain(str(error), FAILED)
    except KeyboardInterrupt:
        interrupted = True
        progress.clear()
        if not measuring.runner.trials:
            return complain("Stopped before the first trial was over.", INTERRUPTED)
    progress.poll()
    progress.clear()
    status = _tell(measuring.result, outputs, baseline)
    return INTERRUPTED if interrupted else status


def _check(outputs: Outputs) -> None:
    """Raise BenchError where a result could not be written, before minutes are spent on it."""
    for path in (outputs.json, outputs.markdown):
        if path is not None and not path.parent.is_dir():
            raise BenchError(f"{path} cannot be written: there is no directory {path.parent}.")
        if path is not None and path.is_dir():
            raise BenchError(f"{path} is a directory: name a file in it.")


def _tell(result: Result, outputs: Outputs, baseline: Result | None) -> int:
    sys.stdout.write(report.text(result))
    status = OK if result.enough and not result.failures else FAILED
    written = {
        outputs.json: msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n",
        outputs.markdown: report.markdown(result).encode(),
    }
    for path, data in written.items():
        if path is None:
            continue
        try:
            path.write_bytes(data)
        except OSError as error:
            status = complain(f"{path} cannot be written: {error.strerror}.", FAILED)
    if baseline is not None:
        ratio, sentences = report.against(result, baseline)
        print("\n".join(sentences))
        least = outputs.fail_under
        if least is not None and (ratio is None or ratio < least):
            status = complain(f"That is under the {least:g} asked for.", FAILED)
    return status


def _read(path: Path) -> Result:
    try:
        return report.read_result(path.read_bytes())
    except OSError as error:
        raise BenchError(f"The baseline {path} cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BenchError(
            f"{path} is no result of `mlxtop bench … --json`: make a baseline with that first."
        ) from None

"""A benchmark without a screen: progress on stderr, tables on stdout, results in files."""

import contextlib
import os
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mlxtop import clock
from mlxtop import format as fmt
from mlxtop.bench import report
from mlxtop.bench.baseline import against
from mlxtop.bench.formats import NewerFormat, read_result
from mlxtop.bench.measurement import Measuring
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.point import Contexts
from mlxtop.bench.result import Result
from mlxtop.bench.runner import BenchError, Runner
from mlxtop.exports import STDOUT, Target, built_in, write
from mlxtop.output_files import not_writable
from mlxtop.recording.rewrite import overwriting_problem
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.streams import FAILED, INTERRUPTED, OK, complain
from mlxtop.text import one_line
from mlxtop.user_files import Unreadable, json_of, read_bytes, text_of, why

SILENT_SECONDS = 2.0
"""Without a terminal: how long nothing is printed while a plan runs."""


class ProgressLines:
    """On a terminal one line that is overwritten; elsewhere a new line every two seconds."""

    def __init__(self, runner: Runner, now: Callable[[], float] = clock.now) -> None:
        self._runner = runner
        self._now = now
        self._terminal = sys.stderr.isatty()
        self._shown = ""
        self._began = self._printed = now()
        self._told = 0

    def poll(self) -> None:
        """Print trials that have ended, and what is running."""
        runner = self._runner
        while self._told < len(runner.trials):
            trial = runner.trials[self._told]
            self._told += 1
            label = runner.points[trial.point].title if len(runner.points) > 1 else ""
            self.clear()
            refused = bool(trial.failed and runner.point_result(trial.point).point.invalid)
            self._write(f"mlxtop: {report.trial_line(label, trial, refused=refused)}\n")
        if runner.done:
            return
        if not self._terminal:
            if self._now() - self._printed >= SILENT_SECONDS:
                self._write(f"mlxtop: {self._words()}\n")
        else:
            # One line, or it could not be overwritten.
            words = one_line(f"mlxtop: {self._words()}", shutil.get_terminal_size().columns - 1)
            if words != self._shown:
                self._write(f"\r\x1b[K{words}")
                self._shown = words

    def _words(self) -> str:
        runner, doing = self._runner, self._runner.doing
        done, said = len(runner.trials), []
        if runner.seconds is not None:
            said.append(f"cycle {done + 1}")
        elif runner.planned:
            said.append(f"trial {done + 1} of {done + runner.planned}")
        said.append(fmt.clock(self._now() - self._began))
        if (left := runner.seconds_left) is not None:
            said.append(f"about {fmt.clock(left)} left")
        where = ""
        if doing.point is not None and len(runner.points) > 1:
            where = f"{one_line(runner.points[doing.point].title, 40)}, "
        # Last, so that a narrow terminal cuts what is longest.
        return f"{', '.join(said)}: {where}{one_line(doing.words, 100)}"

    def clear(self) -> None:
        """Clear the line on a terminal."""
        if self._terminal and self._shown:
            self._write("\r\x1b[K")
            self._shown = ""

    def _write(self, text: str) -> None:
        self._printed = self._now()
        sys.stderr.write(text)
        sys.stderr.flush()


MOST_BYTES = 256 << 20
"""For a baseline: a result has a few kB for each trial."""
_NO_RESULT = "is not a result of `mlxtop bench … --json`"
_MAKE_ONE = "create a baseline with that first."


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a result goes, and what it is compared with."""

    exports: tuple[Target, ...] = ()
    """Those on stdout replace the tables."""
    baseline: Path | None = None
    fail_under: float | None = None
    inputs: tuple[Path, ...] = ()
    """Files that the plan reads: no result may replace them."""
    models: tuple[Path, ...] = ()
    """Folders of models: no result may replace their files."""

    @property
    def files(self) -> list[Path]:
        """The files of the result; stdout may be among them."""
        return [target.path for target in self.exports]


class Ended(KeyboardInterrupt):
    """The process was asked to end (SIGTERM, SIGHUP)."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


def run(
    plan: Plan,
    wanted: Sequence[ModelSpec],
    options: LiveOptions,
    outputs: Outputs,
    *,
    contexts: Contexts = (),
) -> int:
    """Run the plan and print its result; return the exit status.

    0; 1 if something failed, too few trials are valid, or a point is below the baseline; 2 for a
    plan that cannot run; 130 after Ctrl-C, 143 after SIGTERM: the trials so far are kept.
    """
    try:
        baseline = prepared(outputs)
        measuring = Measuring(plan, wanted, options, contexts=contexts)
    except PlanError as error:
        return complain(str(error), error.status)
    except BenchError as error:
        return complain(str(error), FAILED)
    with _ending():
        status = _measure(measuring, outputs, baseline)
    short = measuring.tell_shortfall()
    return status or short


def _measure(measuring: Measuring, outputs: Outputs, baseline: Result | None) -> int:
    progress, ended = ProgressLines(measuring.runner), OK
    try:
        with measuring:
            for _ in measuring.steps():
                progress.poll()
    except BenchError as error:
        progress.clear()
        if measuring.runner.trials:
            write(outputs.exports, measuring.result)
        return complain(str(error), FAILED)
    except KeyboardInterrupt as interrupt:
        ended = interrupt.status if isinstance(interrupt, Ended) else INTERRUPTED
        progress.clear()
        if not measuring.runner.trials:
            return complain("Stopped before the first trial ended.", ended)
    progress.poll()
    progress.clear()
    status = deliver(measuring.result, outputs, baseline)
    return ended or status


@contextlib.contextmanager
def _ending() -> Iterator[None]:
    """When the process is ended, keep the results so far, as after Ctrl-C."""

    def end(number: int, _: object) -> None:
        raise Ended(number)

    before = {
        number: signal.signal(number, end)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL  # else the process ignores it on purpose
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def prepared(outputs: Outputs) -> Result | None:
    """Return the baseline, before a plan runs for minutes.

    Raises BenchError if it cannot be read, or a result could not be written.
    """
    baseline = None if outputs.baseline is None else _read(outputs.baseline)
    inputs = [path for path in (outputs.baseline, *outputs.inputs) if path is not None]
    for path in outputs.files:
        if path == STDOUT:
            continue
        shown = one_line(str(path), 300)
        if problem := overwriting_problem(path, inputs):
            raise BenchError(problem)
        if any(_is_of(path, folder) for folder in outputs.models) and not _is_result(path):
            raise BenchError(
                f"{shown} is a file of the model and would be lost: name another file."
            )
        if problem := not_writable(path):
            raise BenchError(f"{shown} cannot be written: {problem}.")
    return baseline


def _is_of(path: Path, folder: Path) -> bool:
    """Whether a path names a file in a folder, or the target of a link in it."""
    if not path.is_file():
        return False
    with contextlib.suppress(OSError):
        if path.resolve().is_relative_to(folder.resolve()):
            return True
        return any(one.is_file() and path.samefile(one) for one in folder.iterdir())
    return False


def _is_result(path: Path) -> bool:
    """Whether a benchmark wrote a file: it may be in the model's folder."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        begins = tuple(one.begins for one in built_in("benchmark") if one.begins)
        return file.read(100).startswith(begins)
    return False


def report_beside_errors(outputs: Outputs) -> bool:
    """Whether report and errors go to the same terminal: then nothing is printed twice."""
    if STDOUT in outputs.files:
        return False
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):
        return False


def deliver(result: Result, outputs: Outputs, baseline: Result | None) -> int:
    """Write and print a result; return the exit status."""
    written = write(outputs.exports, result)
    status = OK if written and result.enough and not result.failures else FAILED
    piped = STDOUT in outputs.files
    if not piped:
        _print(report.text(result, width()))
    elif words := report.verdict(result):
        complain(words)
    if baseline is not None:
        held = against(result, baseline)
        if not piped:
            lines = ("", *(line for said in held.sentences for line in _wrapped(said)))
            _print("\n".join(lines) + "\n")
        if outputs.fail_under is not None and (problem := held.below(outputs.fail_under)):
            status = complain(problem, FAILED)
    return status


def _wrapped(sentence: str) -> list[str]:
    columns = width()
    return [sentence] if columns is None else textwrap.wrap(sentence, columns)


def width() -> int | None:
    """Return the columns of stdout; None if it is not a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _read(path: Path) -> Result:
    shown = one_line(str(path), 300)
    try:
        data = read_bytes(path, most=MOST_BYTES)
        json_of(text_of(data))  # its errors name the line, msgspec's do not
        return read_result(data)
    except OSError as error:
        raise BenchError(f"The baseline {shown} cannot be read: {error.strerror}.") from None
    except Unreadable as error:
        raise BenchError(f"{shown} {_NO_RESULT} ({why(error)}): {_MAKE_ONE}") from None
    except NewerFormat as error:
        raise BenchError(f"The baseline {shown} {error}.") from None
    except msgspec.DecodeError:
        raise BenchError(f"{shown} {_NO_RESULT}: {_MAKE_ONE}") from None

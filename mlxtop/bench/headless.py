"""A benchmark without a screen: progress on stderr, the table on stdout, results in files."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mlxtop.bench import report
from mlxtop.bench.plan import TokensPlan
from mlxtop.bench.runner import BenchError, Result, Runner
from mlxtop.sources.options import LiveOptions, Wanted
from mlxtop.text import one_line

OK, FAILED, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a result goes, and what it is held against."""

    json: Path | None = None
    markdown: Path | None = None
    baseline: Path | None = None
    fail_under: float | None = None


class Progress:
    """A line that is written over on a terminal, and a line a trial elsewhere."""

    def __init__(self, plan: TokensPlan) -> None:
        self._plan = plan
        self._terminal = sys.stderr.isatty()
        self._shown = ""
        self._began = time.monotonic()
        self.done = 0
        self.word = "loading"

    def poll(self) -> None:
        """Show how long it has been, where that can be written over."""
        if not self._terminal:
            return
        seconds = int(time.monotonic() - self._began)
        words = f"mlxtop: {self.word}, {self.done} of {self._plan.trials} valid trials, {seconds} s"
        if words != self._shown:
            sys.stderr.write(f"\r\x1b[K{words}")
            sys.stderr.flush()
            self._shown = words

    def say(self, words: str) -> None:
        """Write a line that stays."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
            self._shown = ""
        print(f"mlxtop: {words}", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave nothing behind on a terminal."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")


def run(plan: TokensPlan, wanted: Wanted, options: LiveOptions, outputs: Outputs) -> int:
    """Run the plan and print its result; return the exit status.

    0; 1 where it failed, had too few valid trials, or fell under the baseline; 130 after Ctrl-C.
    """
    progress = Progress(plan)
    baseline = None
    try:
        if outputs.baseline is not None:
            baseline = _read(outputs.baseline)
        for path in (outputs.json, outputs.markdown):
            if path is not None and not path.parent.is_dir():
                raise BenchError(f"{path} cannot be written: there is no directory {path.parent}.")
            if path is not None and path.is_dir():
                raise BenchError(f"{path} is a directory: name a file in it.")
        runner = Runner(plan, wanted, options)
        for number, trial in enumerate(runner.trials(progress.poll), 1):
            progress.word, progress.done = "measuring", progress.done + trial.valid
            progress.say(report.trial_line(number, trial))
    except BenchError as error:
        progress.say(one_line(str(error), 500))
        return FAILED
    except KeyboardInterrupt:
        progress.say("Stopped; the recording holds the trials so far.")
        return INTERRUPTED
    finally:
        progress.clear()
    return _tell(runner.result, outputs, baseline)


def _tell(result: Result, outputs: Outputs, baseline: Result | None) -> int:
    sys.stdout.write(report.text(result))
    status = OK if result.enough else FAILED
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
            print(f"mlxtop: {path} cannot be written: {error.strerror}.", file=sys.stderr)
            status = FAILED
    if baseline is not None:
        ratio, sentence = report.against(result, baseline)
        print(sentence)
        least = outputs.fail_under
        if least is not None and (ratio is None or ratio < least):
            print(f"mlxtop: That is under the {least:g} asked for.", file=sys.stderr)
            status = FAILED
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

"""`mlxtop check`: the errors in recordings, and their schema."""

import sys
from collections.abc import Sequence
from pathlib import Path

from mlxtop import format as fmt
from mlxtop.as_json import print_json
from mlxtop.recording.check import schema_text
from mlxtop.recording.report import RecordingError
from mlxtop.recording.validate import Verdict, validate
from mlxtop.streams import FAILED, OK, complain
from mlxtop.text import one_line


def print_schema() -> int:
    """Print the JSON Schema of a line of a recording; return the exit status."""
    sys.stdout.write(schema_text())
    return OK


def check(paths: Sequence[Path], *, as_json: bool = False, strict: bool = False) -> int:
    """Print the errors in recordings with file and line; return 0 if there are none, else 1.

    `strict`: a remark makes it 1 too.
    """
    status, told = OK, []
    for path in paths:
        try:
            verdict = validate(path)
        except RecordingError as error:
            status = FAILED
            if as_json:
                told.append({"file": str(path), "sound": False, "error": str(error)})
            else:
                complain(str(error))
            continue
        if not verdict.sound or (strict and verdict.remarks):
            status = FAILED
        if as_json:
            told.append({"file": str(path), "sound": verdict.sound, **_plain(verdict)})
        else:
            _print_verdict(verdict)
    if as_json:
        print_json(told)
    return status


def _plain(verdict: Verdict) -> dict[str, object]:
    return {
        "lines": verdict.lines,
        "events": verdict.events,
        "turns": verdict.turns,
        "tokens": verdict.tokens,
        "seconds": round(verdict.seconds, 3),
        "running": verdict.running,
        "errors": verdict.errors,
        "remarks": verdict.remarks,
        "problems": verdict.problems,
    }


def _print_verdict(verdict: Verdict) -> None:
    shown = one_line(str(verdict.path), 300)
    for problem in verdict.problems:
        place = f"{shown}:{problem.line}" if problem.line else shown
        more = f", and {fmt.counted(problem.more, 'more line')} after it" if problem.more else ""
        print(f"{place}: {'error' if problem.error else 'remark'}: {problem.text}{more}")
    left = verdict.errors + verdict.remarks - len(verdict.problems)
    if left:
        print(f"{shown}: {left} more")
    word = "sound" if verdict.sound else fmt.counted(verdict.errors, "error")
    if verdict.remarks:
        word += f", {fmt.counted(verdict.remarks, 'remark')}"
    print(
        f"{shown}: {word}; {fmt.counted(verdict.lines, 'line')}, "
        f"{fmt.counted(verdict.turns, 'turn')}, {fmt.counted(verdict.tokens, 'token')}, "
        f"{fmt.clock(verdict.seconds)}"
    )

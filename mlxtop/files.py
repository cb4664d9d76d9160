"""Commands on recordings outside of the screen: list, check, compare, redact."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mlxtop import format as fmt
from mlxtop.recording.library import RecordingInfo, recordings
from mlxtop.recording.redact import redact
from mlxtop.recording.report import RecordingError
from mlxtop.recording.schema import schema_text
from mlxtop.recording.validate import Verdict, validate
from mlxtop.text import one_line

OK, FAILED = 0, 1


def _complain(sentence: str) -> None:
    print(f"mlxtop: {one_line(sentence, 500)}", file=sys.stderr)


def print_schema() -> int:
    """Print the JSON Schema of a line of a recording; return the exit status."""
    sys.stdout.write(schema_text())
    return OK


def check(paths: Sequence[Path], *, as_json: bool = False) -> int:
    """Print what is wrong with recordings, file:line; return 0 where nothing is, else 1."""
    status, told = OK, []
    for path in paths:
        try:
            verdict = validate(path)
        except RecordingError as error:
            status = FAILED
            if as_json:
                told.append({"file": str(path), "sound": False, "error": str(error)})
            else:
                _complain(str(error))
            continue
        status = status if verdict.sound else FAILED
        if as_json:
            told.append({"file": str(path), "sound": verdict.sound, **_plain(verdict)})
        else:
            _print_verdict(verdict)
    if as_json:
        _print_json(told)
    return status


def _plain(verdict: Verdict) -> dict[str, object]:
    return {
        "lines": verdict.lines,
        "events": verdict.events,
        "turns": verdict.turns,
        "tokens": verdict.tokens,
        "seconds": round(verdict.seconds, 3),
        "errors": verdict.errors,
        "remarks": verdict.remarks,
        "problems": verdict.problems,
    }


def _print_verdict(verdict: Verdict) -> None:
    shown = one_line(str(verdict.path), 300)
    for problem in verdict.problems:
        place = f"{shown}:{problem.line}" if problem.line else shown
        print(f"{place}: {'error' if problem.error else 'remark'}: {problem.text}")
    left = verdict.errors + verdict.remarks - len(verdict.problems)
    if left:
        print(f"{shown}: {left} more")
    word = "sound" if verdict.sound else _number(verdict.errors, "error")
    if verdict.remarks:
        word += f", {_number(verdict.remarks, 'remark')}"
    print(
        f"{shown}: {word}; {_number(verdict.lines, 'line')}, {_number(verdict.turns, 'turn')}, "
        f"{_number(verdict.tokens, 'token')}, {fmt.span(verdict.seconds)}"
    )


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def list_recordings(directory: Path, *, as_json: bool = False, named: bool = False) -> int:
    """Print the recordings in a directory, newest first; return the exit status.

    `named`: the user named the directory, so it should be there.
    """
    if directory.exists() and not directory.is_dir():
        _complain(f"{directory} is no directory: name the one that recordings lie in.")
        return FAILED
    if named and not directory.exists():
        _complain(f"{directory} does not exist: name the directory that recordings lie in.")
        return FAILED
    found = recordings(directory)
    if as_json:
        _print_json([_described(info) for info in found])
        return OK
    if not found:
        hint = "." if named else " yet: `mlxtop demo` makes one."
        print(f"No recordings in {one_line(str(directory), 300)}{hint}")
        return OK
    rows = [("began", "length", "size", "state", "model", "file")]
    rows += [
        (
            fmt.date(info.wall),
            fmt.clock(info.seconds),
            fmt.size(info.bytes),
            _state(info),
            one_line(info.model, 40),
            one_line(info.path.name, 80),
        )
        for info in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if place in (1, 2) else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    print(f"{_number(len(found), 'recording')} in {one_line(str(directory), 300)}")
    return OK


def _state(info: RecordingInfo) -> str:
    if info.problem:
        return "unreadable"
    if info.running:
        return "running"
    return "complete" if info.clean else "unclean"


def _described(info: RecordingInfo) -> dict[str, object]:
    return {
        "file": str(info.path),
        "bytes": info.bytes,
        "began": info.wall,
        "seconds": info.seconds,
        "model": info.model,
        "text": info.text,
        "state": _state(info),
        "problem": info.problem,
    }


def write_redacted(source: Path, target: Path) -> int:
    """Write a recording without text, names and paths; say what was taken out."""
    try:
        removed = redact(source, target)
    except RecordingError as error:
        _complain(str(error))
        return FAILED
    print(f"{one_line(str(target), 300)} written. Taken out:")
    for sentence in removed.sentences() or ["nothing: there was nothing to take out"]:
        print(f"  {sentence}")
    if removed.report is not None:
        for sentence in removed.report.sentences():
            print(f"  {one_line(sentence, 300)}")
    return OK


def compare_files(
    first: Path, second: Path, *, as_json: bool, fail_under: float | None, chart: bool
) -> int:
    """Print two recordings side by side; return 1 where one cannot be compared or B is too slow."""
    from mlxtop.compare import report
    from mlxtop.compare.measure import measure
    from mlxtop.recording.reader import read

    try:
        result = report.compare(measure(read(first)), measure(read(second)))
    except RecordingError as error:
        _complain(str(error))
        return FAILED
    for path, one in ((first, result.first), (second, result.second)):
        if not one.turns:
            _complain(f"{path} holds no complete reply: there is nothing to compare.")
            return FAILED
    names = (str(first), str(second))
    if as_json:
        _print_json(report.as_json(result, names))
    else:
        width = shutil.get_terminal_size((100, 24)).columns
        sys.stdout.write(report.text(result, names, width, chart))
    if fail_under is None:
        return OK
    if result.ratio is None:
        _complain("There are too few tokens to hold against --fail-under.")
        return FAILED
    if not result.ratio.value >= fail_under:
        _complain(f"B / A is {result.ratio.value:.3f}, under the {fail_under:g} asked for.")
        return FAILED
    return OK


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")

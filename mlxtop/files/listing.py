"""`mlxtop recordings`: the recordings in a directory."""

from pathlib import Path

from mlxtop import format as fmt
from mlxtop.complain import complain
from mlxtop.files.output import FAILED, OK, number, print_json
from mlxtop.recording.library import RecordingInfo, recordings
from mlxtop.text import one_line


def list_recordings(directory: Path, *, as_json: bool = False, named: bool = False) -> int:
    """Print the recordings in a directory, newest first; return the exit status.

    `named`: the user named the directory, so it should be there.
    """
    if directory.exists() and not directory.is_dir():
        complain(f"{directory} is no directory: name the one that recordings lie in.")
        return FAILED
    if named and not directory.exists():
        complain(f"{directory} does not exist: name the directory that recordings lie in.")
        return FAILED
    found = recordings(directory)
    if as_json:
        print_json([_described(info) for info in found])
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
    print(f"{number(len(found), 'recording')} in {one_line(str(directory), 300)}")
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

"""`mlxtop recordings`: the recordings in a directory."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import asdict

from mlxtop import format as fmt
from mlxtop.as_json import indented
from mlxtop.exports import Target, write
from mlxtop.recording.columns import BY_NAME, GAP, ListColumn, layout, row, sort, titles
from mlxtop.recording.directory import ListedRecording, RecordingDirectory
from mlxtop.recording.figures import Figures
from mlxtop.recording.rewrite import overwriting_problem
from mlxtop.streams import FAILED, OK, complain
from mlxtop.text import one_line


def list_recordings(
    directory: Path,
    *,
    exports: Sequence[Target] = (),
    named: bool = False,
    by: str = "date",
    reverse: bool = False,
    matching: str = "",
) -> int:
    """Print the recordings in a directory with their figures; return the exit status.

    An export on stdout replaces the table. `named`: the user named the directory, so it must
    exist. `by` is the name of a column, `reverse` the other direction, `matching` words that the
    listed recordings contain.
    """
    if directory.exists() and not directory.is_dir():
        complain(f"{directory} is not a directory: name the one with the recordings.")
        return FAILED
    if named and not directory.exists():
        complain(f"{directory} does not exist: name the directory with the recordings.")
        return FAILED
    for target in exports:
        if problem := overwriting_problem(target.path):
            return complain(problem, FAILED)
    column = BY_NAME[by]
    falling = column.falling is not reverse
    there = _read(directory)
    found = sort([item for item in there if item.matches(matching)], column, falling)
    if not write(exports, found):
        return FAILED
    if any(target.on_stdout for target in exports):
        return OK
    where = one_line(str(directory), 300)
    if there and not found:
        print(
            f"None of {fmt.counted(len(there), 'recording')} in {where} has "
            f'"{one_line(matching, 80)}".'
        )
        return OK
    if not found:
        hint = "." if named else " yet: `mlxtop demo` makes one."
        print(f"No recordings in {where}{hint}")
        return OK
    _print_table(found, column, falling)
    size = fmt.size(sum(item.info.bytes for item in found))
    count = fmt.counted(len(found), "recording")
    if len(found) < len(there):
        count = f"{len(found)} of {fmt.counted(len(there), 'recording')}"
    print(f"{count}, {size}, in {where}")
    return OK


def _read(directory: Path) -> list[ListedRecording]:
    """Return the recordings with all their figures: unknown ones are read now."""
    shelf = RecordingDirectory(directory)
    items = {item.path: item for item in shelf.scan()}
    try:
        items |= {item.path: item for item in shelf.fill(list(items))}
    finally:
        shelf.close()
    return list(items.values())


def _print_table(items: list[ListedRecording], by: ListColumn, falling: bool) -> None:
    width = shutil.get_terminal_size((120, 24)).columns
    columns = layout(width, items, by.name, files=True)
    gap = " " * GAP
    print(gap.join(titles(columns, by, falling)).rstrip())
    for item in items:
        print(gap.join(row(item, columns, files=True)).rstrip())


_FIGURES: dict[str, Callable[[Figures], object]] = {
    "models": lambda f: f.models,
    "quantization": lambda f: f.quantization,
    "chip": lambda f: f.header.chip,
    "os": lambda f: f.header.os,
    "memory_bytes": lambda f: f.header.memory_bytes,
    "mlxtop": lambda f: f.header.mlxtop,
    "mlx": lambda f: f.header.mlx,
    "mlx_build": lambda f: f.header.mlx_build,
    "mlx_lm": lambda f: f.header.mlx_lm,
    "settings": lambda f: f.settings,
    "plans": lambda f: f.plans,
    "outcome": lambda f: f.outcome,
    "points": lambda f: [asdict(point) for point in f.points],
    "turns": lambda f: f.turns,
    "tokens": lambda f: f.tokens,
    "median_decode_tokens_per_second": lambda f: f.tokens_per_second,
    "median_ttft_seconds": lambda f: f.ttft_seconds,
    "peak_wired_bytes": lambda f: f.peak_bytes.get("wired"),
    "peak_unevictable_bytes": lambda f: f.peak_bytes.get("unevictable"),
    "peak_used_bytes": lambda f: f.peak_bytes.get("used"),
    "peak_mlx_bytes": lambda f: f.peak_bytes.get("mlx"),
    "peak_gpu_bytes": lambda f: f.peak_bytes.get("gpu"),
    "worst_pressure": lambda f: f.pressure or None,
    "marks": lambda f: f.marks,
    "errors": lambda f: f.errors,
    "last_error": lambda f: f.last_error,
    "bad_lines": lambda f: f.bad_lines,
    "cut_off": lambda f: f.cut_off,
    "remarks": lambda f: f.remarks,
    "first_turns": lambda f: [asdict(turn) for turn in f.first_turns],
    "first_marks": lambda f: [asdict(mark) for mark in f.first_marks],
}
"""The figures in JSON, including those that are zero or not known."""


_STATE_WORDS = {"incomplete": "unclean"}  # prose: quoted
"""States whose name in JSON is older than the one people see."""


def json_text(items: Sequence[ListedRecording]) -> str:
    """Return the recordings with every figure as indented JSON."""
    return indented([_described(item) for item in items]) + "\n"


def _described(item: ListedRecording) -> dict[str, object]:
    info, figures = item.info, item.figures
    told: dict[str, object] = {
        "file": str(info.path),
        "bytes": info.bytes,
        "began": info.wall,
        "seconds": item.seconds,
        "model": item.models[0] if item.models else "",
        "what": item.what,
        "text": info.text,
        "state": _STATE_WORDS.get(item.state, item.state),
        "problem": info.problem,
        "first_prompt": item.prompt,
    }
    return told | {name: None if figures is None else of(figures) for name, of in _FIGURES.items()}

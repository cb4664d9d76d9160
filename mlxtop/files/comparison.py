"""`mlxtop compare`: two recordings side by side."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlxtop.exports import Target, same_file_twice, write
from mlxtop.format import listed
from mlxtop.recording.report import RecordingError
from mlxtop.recording.rewrite import overwriting_problem
from mlxtop.streams import FAILED, OK, USAGE, complain, speaks_unicode

if TYPE_CHECKING:
    from mlxtop.compare.comparison import Comparison
    from mlxtop.compare.part import Choice
    from mlxtop.compare.run import Run


@dataclass(frozen=True)
class CompareOptions:
    """What to compare, and the output."""

    turns: tuple[int, int] | None = None
    """Numbers of the turn of A and of B; all replies where None."""
    mark: str = ""
    """Part of the note of the mark from which both are compared."""
    point: str | None = None
    """Label of the point of two benchmarks that is compared."""
    seconds: bool = False
    """Whether the curves are drawn over seconds and not over tokens."""
    exports: tuple[Target, ...] = ()
    """An export to stdout replaces the page."""
    fail_under: float | None = None
    chart: bool = True


def compare_files(first: Path, second: Path, wanted: CompareOptions) -> int:
    """Print two recordings side by side; return 1 if one cannot be compared or B is too slow."""
    from mlxtop.compare.comparison import compare
    from mlxtop.compare.run import NothingToCompare, read_run

    # Before anything is read: a refused output costs no time.
    printed = [target for target in wanted.exports if target.on_stdout]
    written = [target for target in wanted.exports if not target.on_stdout]
    if len(printed) > 1:
        flags = listed(target.said for target in printed)
        both = "both" if len(printed) == 2 else "all"
        return complain(f"{flags} {both} go to stdout: name a file.", USAGE)
    if same_file_twice(target.path for target in written):
        return complain("Each export needs a file of its own.", USAGE)
    for target in written:
        if problem := overwriting_problem(target.path, (first, second)):
            return complain(problem, FAILED)
    try:
        one, other = read_run(first), read_run(second)
        result = compare(one, other, *_choices(one, other, wanted))
    except (RecordingError, NothingToCompare) as error:
        return complain(str(error), FAILED)
    names = (str(first), str(second))
    if not printed:
        sys.stdout.write(_text(result, names, wanted))
    elif not write(printed, result, names):
        return FAILED
    for path, run in zip((first, second), (one, other), strict=True):
        for sentence in run.said:
            complain(f"{path}: {sentence}")
    if not write(written, result, names):
        return FAILED
    return OK if wanted.fail_under is None else _held_against(result, wanted.fail_under)


def _choices(one: "Run", other: "Run", wanted: CompareOptions) -> "tuple[Choice, Choice]":
    from mlxtop.compare.comparison import at_mark
    from mlxtop.compare.part import Choice

    if wanted.mark:
        return at_mark(one, other, wanted.mark)
    if wanted.turns is not None:
        return Choice(turn=wanted.turns[0]), Choice(turn=wanted.turns[1])
    return Choice(point=wanted.point), Choice(point=wanted.point)


def _text(result: "Comparison", names: tuple[str, str], wanted: CompareOptions) -> str:
    from mlxtop.compare import report

    out = sys.stdout
    dull = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return report.text(
        result,
        names,
        shutil.get_terminal_size((100, 24)).columns,
        axis="seconds" if wanted.seconds or wanted.mark else "tokens",
        chart=wanted.chart,
        colour=out.isatty() and not dull,
        plain=not speaks_unicode(out),
    )


def _held_against(result: "Comparison", fail_under: float) -> int:
    """Return the exit status for scripts."""
    value = 1.0 if result.same else result.ratio.value if result.ratio is not None else None
    if value is None:
        return complain("There are too few tokens to compare with --fail-under.", FAILED)
    if value >= fail_under:
        return OK
    ratio = result.ratio
    told = f"{value:.3f}" if ratio is None else ratio.words
    unsure = result.verdict == "inconclusive"
    but = ", but the data cannot distinguish it from 1: they vary too much" if unsure else ""
    return complain(f"B / A is {told}, under the {fail_under:g} asked for{but}.", FAILED)

"""`mlxtop compare`: two recordings side by side."""

import shutil
import sys
from pathlib import Path

from mlxtop.complain import complain
from mlxtop.files.output import FAILED, OK, print_json
from mlxtop.recording.report import RecordingError


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
        complain(str(error))
        return FAILED
    for path, one in ((first, result.first), (second, result.second)):
        if not one.turns:
            complain(f"{path} holds no complete reply: there is nothing to compare.")
            return FAILED
    names = (str(first), str(second))
    if as_json:
        print_json(report.as_json(result, names))
    else:
        width = shutil.get_terminal_size((100, 24)).columns
        sys.stdout.write(report.text(result, names, width, chart))
    if fail_under is None:
        return OK
    if result.ratio is None:
        complain("There are too few tokens to hold against --fail-under.")
        return FAILED
    if not result.ratio.value >= fail_under:
        complain(f"B / A is {result.ratio.value:.3f}, under the {fail_under:g} asked for.")
        return FAILED
    return OK

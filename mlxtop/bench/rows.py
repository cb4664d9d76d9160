"""A result as CSV: a line for each trial."""

import csv
import io

import msgspec

from mlxtop.bench.point import Point
from mlxtop.bench.result import Result
from mlxtop.bench.trial import Trial
from mlxtop.events import Sampling
from mlxtop.text import one_line

_OF_POINT = ("point", "label", "model", "draft", "batch")
_SETTINGS = Sampling.__struct_fields__
_LEFT_OUT = ("point", "disturbed", "failed", "dropped")
_OF_TRIAL = tuple(name for name in Trial.__struct_fields__ if name not in _LEFT_OUT)
COLUMNS = (*_OF_POINT, *_SETTINGS, *_OF_TRIAL, "valid", "reasons")


def csv_text(result: Result) -> str:
    """Return the names of the columns and a line for each trial, in the order they were run.

    Times are in seconds, sizes in bytes; what is not known is an empty cell.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for trial in result.trials:
        rows.writerow(_row(result.points[trial.point].point, trial))
    return out.getvalue()


def _row(point: Point, trial: Trial) -> list[object]:
    of_point = (
        trial.point,
        one_line(point.label),
        point.wanted.model,
        point.wanted.draft,
        point.batch,
    )
    settings = msgspec.structs.asdict(point.sampling)
    return [
        *of_point,
        *(settings[name] for name in _SETTINGS),
        *(getattr(trial, name) for name in _OF_TRIAL),
        str(trial.valid).lower(),
        one_line("; ".join(trial.reasons), 500),
    ]

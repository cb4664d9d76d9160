"""A result as CSV with a line for each trial, and as a JSON document that can be read back."""

import csv
import io
from typing import Any

import msgspec

from mlxtop import format as fmt
from mlxtop.as_json import indented
from mlxtop.bench.answer import of_result
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.layout import endings
from mlxtop.bench.point import Point
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.trial import Trial
from mlxtop.events import Sampling
from mlxtop.text import one_line

_OF_POINT = ("point", "label", "model", "draft", "batch")
_SETTINGS = Sampling.__struct_fields__
_LEFT_OUT = ("point", "disturbed", "unchecked", "failed", "dropped")
_OF_TRIAL = tuple(name for name in Trial.__struct_fields__ if name not in _LEFT_OUT)
_SPREADS = tuple(
    (figure, part)
    for figure in ("generation_tokens_per_second", "prompt_tokens_per_second", "ttft_seconds")
    for part in ("median", "lowest", "highest", "low", "high")
)
"""Figures over the trials of the point that count, the same in each of its lines."""
COLUMNS = (
    *(*_OF_POINT, *_SETTINGS, *_OF_TRIAL, "valid", "reasons", "state"),
    *(f"{figure}_{part}" for figure, part in _SPREADS),
)
"""Later versions add columns at the end."""


def csv_text(result: Result) -> str:
    """Return a header and a line for each trial, in the order of the run.

    Times are in seconds, sizes in bytes; an unknown value is an empty cell.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for trial in result.trials:
        one = result.points[trial.point]
        rows.writerow(_row(one, trial, _model(result, one.point)))
    return out.getvalue()


def _model(result: Result, point: Point) -> str:
    """Return the name of a point's model, as in its load."""
    if KINDS[result.plan.kind].labels_name_models:
        return point.label
    told = (load.model for load in result.loads if not load.error)
    return next(told, endings([point.wanted.model])[0])


def _row(one: PointResult, trial: Trial, model: str) -> list[object]:
    point = one.point
    of_point = (
        trial.point,
        _text(point.label),
        _text(model),
        None if point.wanted.draft is None else _text(endings([point.wanted.draft])[0]),
        point.batch,
    )
    settings = msgspec.structs.asdict(point.sampling)
    return [
        *of_point,
        *(settings[name] for name in _SETTINGS),
        *(_cell(getattr(trial, name)) for name in _OF_TRIAL),
        str(trial.valid).lower(),
        _text("; ".join(trial.reasons), 500),
        trial.state,
        *(getattr(one.figures.get(figure), part, None) for figure, part in _SPREADS),
    ]


def _cell(value: object) -> object:
    return _text(value, 500) if isinstance(value, str) else value


def _text(words: str, limit: int = 200) -> str:
    """Return words as a cell; a quote keeps a spreadsheet from taking it for a formula."""
    line = one_line(words, limit)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


FORMAT = 1
"""Version of the document; within one, fields are only added."""


class NewerFormat(ValueError):
    """A document of a later version; the text is part of a sentence."""


class _DocumentFormat(msgspec.Struct):
    format: int = FORMAT


def document(result: Result) -> bytes:
    """Return a result as indented JSON, derived values included."""
    held: dict[str, Any] = msgspec.to_builtins(result)
    held["conditions"]["time"] = fmt.iso(result.conditions.wall)
    for name in KINDS[result.plan.kind].fixes:
        held["plan"].pop(name, None)
    for told, point in zip(held["points"], result.points, strict=True):
        for fields, trial in zip(told["trials"], point.trials, strict=True):
            fields |= {
                "valid": trial.valid,
                "state": trial.state,
                "reasons": list(trial.reasons),
            }
    said = {"format": FORMAT, "answer": of_result(result), **held}
    return indented(said).encode() + b"\n"


def read_result(data: bytes) -> Result:
    """Return a result from `document`; raises msgspec.DecodeError, or NewerFormat."""
    found = msgspec.json.decode(data, type=_DocumentFormat).format
    if found > FORMAT:
        raise NewerFormat(f"is of format {found}, and this mlxtop reads {FORMAT}: update it")
    result = msgspec.json.decode(data, type=Result)
    if result.plan.kind not in KINDS:
        raise msgspec.ValidationError(f"Unknown kind of plan: {result.plan.kind}")
    return result

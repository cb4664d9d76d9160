"""A result as a JSON document, and back."""

from typing import Any

import msgspec

from mlxtop import format as fmt
from mlxtop.as_json import indented
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.result import Result

FORMAT = 1
"""Version of the document; within one, fields are only added."""


class NewerFormat(ValueError):
    """A document of a later version; the text is a sentence's part."""


class _Said(msgspec.Struct):
    format: int = FORMAT


def document(result: Result) -> bytes:
    """Return a result as indented JSON, with what follows from it told as well."""
    held: dict[str, Any] = msgspec.to_builtins(result)
    held["conditions"]["time"] = fmt.iso(result.conditions.wall)
    for told, point in zip(held["points"], result.points, strict=True):
        for fields, trial in zip(told["trials"], point.trials, strict=True):
            fields |= {
                "valid": trial.valid,
                "state": trial.state,
                "reasons": list(trial.reasons),
            }
    said = {"format": FORMAT, **held}
    return indented(said).encode() + b"\n"


def read_result(data: bytes) -> Result:
    """Return a result from `document`; raises msgspec.DecodeError, or NewerFormat."""
    found = msgspec.json.decode(data, type=_Said).format
    if found > FORMAT:
        raise NewerFormat(f"is of format {found}, and this mlxtop reads {FORMAT}: update it")
    result = msgspec.json.decode(data, type=Result)
    if result.plan.kind not in KINDS:
        raise msgspec.ValidationError(f"Unknown kind of plan: {result.plan.kind}")
    return result

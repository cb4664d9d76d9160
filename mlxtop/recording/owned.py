"""An event with only the texts that are known to be mlxtop's own: whatever is not is left out.

`KEPT` declares what stays, field by field. A field that is not declared there, be it of a later
version, keeps no text: it may be private.
"""

import types
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from mlxtop import events
from mlxtop.recording import privacy, vocabulary
from mlxtop.recording.vocabulary import LEFT_OUT, Rule, gone, hardware, sentence, version

_model: Rule = vocabulary.model
_origin = vocabulary.of("engine", "sensors", "recorder", "app")

KEPT: Mapping[type[msgspec.Struct], Mapping[str, Rule]] = {
    events.Header: {
        "clock": vocabulary.of("CLOCK_BOOTTIME", "CLOCK_MONOTONIC_RAW", "CLOCK_MONOTONIC"),
        "mlxtop": version,
        "python": version,
        "os": vocabulary.system,
        "host": gone,
        "chip": hardware,
        "gpu": hardware,
        "memory_bandwidth_source": sentence,
        "mlx": version,
        "mlx_lm": version,
        "mlx_build": sentence,
    },
    events.SensorInfo: {"name": vocabulary.figure, "unit": sentence, "source": sentence},
    events.Sample: {"values": vocabulary.figure},
    events.EngineReady: {
        "mlx": version,
        "mlx_lm": version,
        "device": vocabulary.of("cpu", "gpu"),
        "device_name": hardware,
        "device_address": vocabulary.address,
    },
    events.LoadStart: {"model": _model, "draft": _model, "path": gone},
    events.LoadEnd: {
        "model": _model,
        "draft": _model,
        "path": gone,
        "quantization": sentence,
        "architecture": vocabulary.architecture,
    },
    events.Unload: {"model": _model},
    events.TurnStart: {"draft": _model},
    events.Breakdown: {"parts": sentence},
    events.BenchmarkStart: {
        "plan": vocabulary.of(
            *("tokens", "scenarios", "dataset", "sweep", "models", "batch", "stress", "warm")
        ),
        "settings": sentence,
    },
    events.PlanPoint: {"label": sentence, "skipped": sentence},
    events.Trial: {"disturbed": sentence, "unchecked": sentence, "note": gone},
    events.Mark: {"note": gone},
    events.Notice: {"origin": _origin},
    events.Error: {"origin": _origin},
    events.End: {"reason": sentence},
}
"""Struct → field → what stays of its text; of a dictionary of its names, whose values keep none."""

_SAID = frozenset({LEFT_OUT, privacy.LEFT_OUT})

E = TypeVar("E", bound=msgspec.Struct)


def owned(event: E, counts: Counter[str]) -> E:
    """Return the event without what is not declared in `KEPT`; what goes is counted."""
    rules = KEPT.get(type(event), {})
    changes = {}
    for name in _with_text(type(event)):
        value = getattr(event, name)
        kept = _kept(value, rules.get(name), counts)
        if kept != value:
            changes[name] = kept
    return msgspec.structs.replace(event, **changes) if changes else event


def _kept(value: Any, rule: Rule | None, counts: Counter[str]) -> Any:
    match value:
        case str():
            return _text(value, rule, counts)
        case msgspec.Struct():
            return owned(value, counts)
        case list():
            kept = [_kept(one, rule, counts) for one in value]
            # A sensor without a name of ours describes nothing.
            return [one for one in kept if getattr(one, "name", "") != LEFT_OUT]
        case dict():
            names = {name: _text(name, rule, counts) for name in value}
            return {
                name: _kept(one, None, counts) for name, one in value.items() if names[name] == name
            }
        case _:
            return value


def _text(text: str, rule: Rule | None, counts: Counter[str]) -> str:
    if not text or text in _SAID:
        return text
    kept = LEFT_OUT if rule is None else rule(text)
    counts["text that is not mlxtop's own"] += kept == LEFT_OUT
    return kept


@cache
def _with_text(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the fields of a struct that may hold text."""
    return tuple(field.name for field in msgspec.structs.fields(struct) if _holds_text(field.type))


def _holds_text(kind: Any) -> bool:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return bool(_with_text(kind))
    origin = get_origin(kind)
    if origin is Literal:
        # A closed vocabulary: anything else is no event.
        return False
    if origin in (Union, types.UnionType, list, dict):
        return any(_holds_text(part) for part in get_args(kind))
    return kind is str

"""Fields of a line that this version does not know."""

from typing import Any

import msgspec

from mlxtop.events import AnyEvent
from mlxtop.recording.reader import UNDECODABLE


def unknown_fields(line: bytes, event: AnyEvent) -> list[str]:
    """Return the fields of the line that `event`, decoded from it, lacks: `field`, `part.field`."""
    try:
        raw = msgspec.json.decode(line)
    except UNDECODABLE:
        # What is not known is not looked at when an event is read, so it may be damaged.
        return ["one that is not text"]
    return list(_lacking(raw, event, ("kind",)))


def _lacking(raw: Any, known: Any, also: tuple[str, ...] = ()) -> dict[str, None]:
    """Return the names in order, each once: lists hold the same kind of thing many times."""
    found: dict[str, None] = {}
    if isinstance(known, msgspec.Struct) and isinstance(raw, dict):
        fields = known.__struct_fields__
        for name, value in raw.items():
            if name in fields:
                parts = _lacking(value, getattr(known, name))
                found |= {f"{name}.{part}": None for part in parts}
            elif name not in also:
                found[name] = None
    elif isinstance(known, list) and known and isinstance(known[0], msgspec.Struct):
        for one, other in zip(raw, known, strict=True):
            found |= _lacking(one, other)
    return found

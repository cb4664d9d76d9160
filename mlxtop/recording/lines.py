"""One event, one line: whatever text it holds."""

from typing import Any

import msgspec

from mlxtop import events
from mlxtop.text import scrub


def encode_line(event: events.Event) -> bytes:
    """Return the event as a line of JSON; lone surrogates in its text become U+FFFD."""
    try:
        return events.encode(event)
    except UnicodeEncodeError:
        return msgspec.json.encode(_scrubbed(msgspec.to_builtins(event))) + b"\n"


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {_scrubbed(name): _scrubbed(item) for name, item in value.items()}
    return value

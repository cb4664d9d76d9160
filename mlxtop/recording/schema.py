"""The recording's format as a JSON Schema, made from the events themselves."""

from typing import Any

import msgspec

from mlxtop import events


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line of a recording."""
    schema = msgspec.json.schema(events.AnyEvent)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"One line of an mlxtop recording, schema {events.SCHEMA_VERSION}",
        **schema,
    }


def schema_text() -> str:
    """Return the JSON Schema as it is printed and kept: indented, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode(json_schema()), indent=2).decode() + "\n"

"""What the app remembers by itself from one start to the next: the theme, what was said once."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mlxtop import paths, reading
from mlxtop.as_json import encoded
from mlxtop.text import scrubbed
from mlxtop.writing import held, write_whole

_MOST_BYTES = 2**20


def recall() -> tuple[dict[str, Any], list[str]]:
    """Return what is remembered, and a sentence where that cannot be read."""
    path = paths.state_file()
    try:
        known = reading.json_of(reading.read_text(path, most=_MOST_BYTES, waits=False))
        if not isinstance(known, dict):
            raise reading.Unreadable("is not a JSON object")
    except FileNotFoundError:
        return {}, []
    except (OSError, reading.Unreadable) as error:
        reason = reading.why(error)
        return {}, [f"{path} cannot be read ({reason}); what it remembered is not used"]
    return scrubbed(known), []


def remember(values: Mapping[str, object]) -> str | None:
    """Remember values by name, beside those that are; return a sentence where that fails."""
    path = paths.state_file()
    try:
        paths.make_private(path.parent)
        # Another mlxtop may remember something else at the same time.
        with held(path.parent):
            known = recall()[0] | dict(values)
            write_whole(path, msgspec.json.format(encoded(known)) + b"\n", own=True)
    except OSError as error:
        names = ", ".join(values)
        return f"{path} cannot be written ({error.strerror}); {names} will not be remembered"
    return None

"""What the app remembers by itself from one start to the next: the theme, what was said once."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mlxtop import paths
from mlxtop.writing import write_whole


def recall() -> tuple[dict[str, Any], list[str]]:
    """Return what is remembered, and a sentence where that cannot be read."""
    path = paths.state_file()
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any]), []
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a JSON object"
        return {}, [f"{path} cannot be read ({reason}); what it remembered is not used"]


def remember(values: Mapping[str, object]) -> str | None:
    """Remember values by name, beside those that are; return a sentence where that fails."""
    path = paths.state_file()
    known, _ = recall()
    known.update(values)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, msgspec.json.format(msgspec.json.encode(known)) + b"\n", own=True)
    except OSError as error:
        names = ", ".join(values)
        return f"{path} cannot be written ({error.strerror}); {names} will not be remembered"
    return None

"""What the app remembers by itself from one start to the next: the theme, what was said once."""

import os
import tempfile
from collections.abc import Mapping
from typing import Any

import msgspec

from mlxtop import paths


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
        # Written beside it and moved over it: no reader ever sees half a file.
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".state-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(known)) + b"\n")
            os.replace(beside, path)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        names = ", ".join(values)
        return f"{path} cannot be written ({error.strerror}); {names} will not be remembered"
    return None

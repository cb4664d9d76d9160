"""Values that the app remembers between starts: the theme, messages shown once."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mlxtop import paths, user_files
from mlxtop.as_json import encoded
from mlxtop.output_files import held, write_whole
from mlxtop.text import scrubbed

_MOST_BYTES = 2**20


def recall() -> tuple[dict[str, Any], list[str]]:
    """Return the remembered values, and a sentence if they cannot be read."""
    path = paths.state_file()
    try:
        known = user_files.json_of(user_files.read_text(path, most=_MOST_BYTES, waits=False))
        if not isinstance(known, dict):
            raise user_files.Unreadable("is not a JSON object")
    except FileNotFoundError:
        return {}, []
    except (OSError, user_files.Unreadable) as error:
        reason = user_files.why(error)
        return {}, [f"{path} cannot be read ({reason}); its contents are not used"]
    return scrubbed(known), []


def remember(values: Mapping[str, object]) -> str | None:
    """Remember values by name, in addition to others; return a sentence if that fails."""
    path = paths.state_file()
    try:
        paths.make_private(path.parent)
        # Another mlxtop may write another value at the same time.
        with held(path.parent):
            known = recall()[0] | dict(values)
            write_whole(path, msgspec.json.format(encoded(known)) + b"\n", own=True)
    except OSError as error:
        names = ", ".join(values)
        return f"{path} cannot be written ({error.strerror}); {names} will not be remembered"
    return None

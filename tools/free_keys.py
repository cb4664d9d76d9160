"""Print the keys of a context, and the keys that are free in it.

python -m tools.free_keys [CONTEXT]
"""

import string
import sys
from collections.abc import Iterator

from mlxtop.actions import CONTEXTS
from mlxtop.actions.key_names import key_name
from mlxtop.actions.table import LATE_ON_A_MAC, actions_in, keys_of

_LETTERS = (*string.ascii_lowercase, *string.ascii_uppercase, *string.digits)
_OTHERS = (
    *(f"f{number}" for number in range(1, 13)),
    *(f"shift+f{number}" for number in range(1, 13)),
    *(f"ctrl+{letter}" for letter in string.ascii_lowercase),
)
_NOT_FREE = LATE_ON_A_MAC | {"ctrl+c", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"}
"""Keys that do not arrive on a Mac, or that terminals send for Enter, Tab and signals."""


def used_in(context: str) -> dict[str, str]:
    """Return key → action of a context and of those in which it may have the focus."""
    names = (context, *CONTEXTS[context].inside)
    return {
        key: acts.action.id for name in names for acts in actions_in(name) for key in keys_of(acts)
    } | {key: acts.action.id for acts in actions_in("app") for key in keys_of(acts)}


def page(context: str) -> Iterator[str]:
    """Yield the lines about a context."""
    used = used_in(context)
    yield f"{context}: {CONTEXTS[context].where}"
    for key, action in sorted(used.items(), key=lambda pair: pair[1]):
        yield f"  {key_name(key):<14} {action}"
    for kind, keys in (("letters", _LETTERS), ("other keys", _OTHERS)):
        free = (key_name(key) for key in keys if key not in used and key not in _NOT_FREE)
        yield f"  free {kind}: {' '.join(free)}"


def main() -> None:
    """Print the contexts that are named, or all."""
    unknown = [name for name in sys.argv[1:] if name not in CONTEXTS]
    if unknown:
        sys.exit(f"{unknown[0]} is not a context: {', '.join(CONTEXTS)}")
    for context in sys.argv[1:] or CONTEXTS:
        print("\n".join(page(context)))


if __name__ == "__main__":
    main()

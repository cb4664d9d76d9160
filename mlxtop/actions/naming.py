"""Keys of actions as help and hints write them."""

import re
from collections.abc import Callable

from mlxtop.actions.keys import LATE_ON_A_MAC, NONE, ON_A_MAC, Acts, Chosen, at, in_reach, is_plain
from mlxtop.actions.keys import keys_of as textual_keys_of
from mlxtop.actions.table import BY_ID
from mlxtop.keynames import key_name


def keys_of(acts: Acts, chosen: Chosen = NONE, *, mac: bool = ON_A_MAC) -> str:
    """Return all keys of an action, on a Mac first those that arrive."""
    keys = in_reach(textual_keys_of(acts, chosen), mac=mac)
    return " or ".join(key_name(key) for key in keys)


def with_keys(text: str, key: Callable[[str], str]) -> str:
    """Return a text with the key in place of each `{action}` in it."""
    return re.sub(r"\{(\w+)\}", lambda found: key(found[1]), text)


def key_of(action: str, context: str, chosen: Chosen = NONE, *, mac: bool = ON_A_MAC) -> str:
    """Return the key to name for an action; beside a prompt one that acts in it, or says how."""
    acts = at(BY_ID[action], context)
    assert acts is not None, (action, context)
    keys = textual_keys_of(acts, chosen)
    first = in_reach(keys, mac=mac)[0]
    if acts.context.prompt:
        always = [key for key in keys if not is_plain(key)]
        arriving = [key for key in always if not (mac and key in LATE_ON_A_MAC)]
        if arriving:
            return key_name(arriving[0])
        if always and is_plain(first):
            return f"{key_of('leave', context, chosen, mac=mac)}, then {key_name(first)}"
    return key_name(first)

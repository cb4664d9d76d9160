"""The table of all actions, and which keys an action has in a context."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mlxtop.actions import of_runs, of_screens
from mlxtop.actions.contexts import CONTEXTS, Action, At, Context

BY_ID: dict[str, Action] = {action.id: action for action in (*of_runs.ACTIONS, *of_screens.ACTIONS)}
"""Every action by its name."""


Chosen = Mapping[str, str]
"""Action id → the keys that the user chose for it, comma-separated."""
NONE: Chosen = {}

ON_A_MAC = sys.platform == "darwin"
LATE_ON_A_MAC = frozenset(
    {
        *("f11", "shift+f4", "shift+f6", "shift+f11", "shift+f12"),
        *("home", "end", "pageup", "pagedown", "ctrl+home", "ctrl+end"),
    }
)
"""Keys that macOS or its terminals use themselves, or that take three fingers there.

F11 shows the desktop, Shift+F11 slowly; Ctrl with Home or End moves windows (macOS 15).
Terminal.app sends nothing for Shift+F4; with Home, End, PgUp and PgDn it scrolls, unless Shift is
held.
"""
_ARROWS = ("up", "down", "left", "right")
STAY = frozenset(
    {"escape", "enter", "tab", "shift+tab", "delete", *_ARROWS, "shift+left", "shift+right"}
)
"""Keys that mean the same in every program: a user's own keys are added to them."""


def is_plain(key: str) -> bool:
    """Return whether a key edits text in a prompt, so that it only acts outside of one."""
    return is_text(key) or key in ("home", "end", "pageup", "pagedown")


def is_text(key: str) -> bool:
    """Return whether a key types a character."""
    return len(key) == 1 or key in ("space", "comma")


def in_reach(keys: Iterable[str], *, mac: bool = ON_A_MAC) -> list[str]:
    """Return the keys; on a Mac, those that do not reach a terminal come last."""
    return sorted(keys, key=lambda key: mac and key in LATE_ON_A_MAC)


class Acts(NamedTuple):
    """An action as it is in one context."""

    action: Action
    context: Context
    footer: int
    keys: str
    label: str
    help: str
    call: str
    """What Textual calls."""
    pair: str
    letters: bool
    """Whether a user's own letters act there."""
    yields: bool
    """Whether it keeps its usual keys there if a user's key does something else."""


def at(action: Action, context: str) -> Acts | None:
    """Return an action as it is in a context; None if it has no place there."""
    chain = [found for name in _line(context) if (found := action.at.get(name)) is not None]
    if not chain:
        return None

    def first(field: str, usual: str) -> str:
        values = (getattr(found, field) for found in chain)
        return next((value for value in values if value is not None), usual)

    keys = first("keys", action.keys)
    own = action.at.get(context, At())
    return Acts(
        action,
        CONTEXTS[context],
        own.footer,
        keys,
        first("label", action.label),
        first("help", action.help),
        first("call", action.call or action.id),
        next((found.pair for found in chain if found.pair), ""),
        keys == action.keys or any(is_plain(key) for key in split(keys)),
        any(found.yields for found in chain),
    )


def main(action: Action) -> Acts:
    """Return an action as it is in the first of its contexts."""
    found = at(action, next(iter(action.at)))
    assert found is not None
    return found


def _line(context: str) -> Iterator[str]:
    """Yield a context and those that it inherits from, the nearest first."""
    while context:
        yield context
        context = CONTEXTS[context].like


def actions_in(context: str) -> list[Acts]:
    """Return the actions of a context, in the order of the table."""
    return [found for action in BY_ID.values() if (found := at(action, context)) is not None]


def split(keys: str) -> list[str]:
    """Return the keys of a list."""
    return [key for key in keys.split(",") if key]


def keys_of(acts: Acts, chosen: Chosen = NONE) -> list[str]:
    """Return the keys of an action in a context; a user's own keys replace the usual ones.

    Plain keys replace plain keys, others replace those that always act; Esc, Enter and arrows stay.
    """
    own = split(chosen.get(acts.action.id, ""))
    if own and acts.yields:
        others = (it for it in actions_in(acts.context.id) if not may_share(acts.action, it.action))
        taken = {key for it in others for key in _keys(it, split(chosen.get(it.action.id, "")))}
        own = [key for key in own if key not in taken]
    return _keys(acts, own)


def _keys(acts: Acts, own: list[str]) -> list[str]:
    """Return the keys of an action with a user's own, even if other actions have them too."""
    usual = split(acts.keys)
    if acts.context.writes:
        own = [key for key in own if not is_text(key)]
    if own:
        plain, always = [k for k in own if is_plain(k)], [k for k in own if not is_plain(k)]
        stay = [key for key in usual if key in STAY]
        usual_always = [key for key in usual if key not in STAY and not is_plain(key)]
        usual_plain = [key for key in usual if is_plain(key)]
        usual = [
            *stay,
            *(key for key in always or usual_always if key not in stay),
            *(plain if plain and acts.letters else usual_plain),
        ]
    return [key for key in usual if not (acts.context.writes and is_text(key))]


class Clash(NamedTuple):
    """Two actions with the same key in one context."""

    action: str
    key: str
    other: str
    where: str
    """The context, within a sentence."""


def clash(chosen: Chosen) -> Clash | None:
    """Return the user's last choice of a key that another action has in the same context."""
    for action in reversed([*chosen]):
        if (found := next(clashes(chosen, action), None)) is not None:
            return found
    return None


def clashes(chosen: Chosen, action: str) -> Iterator[Clash]:
    """Yield the clashes of an action whose keys a user changed."""
    own = split(chosen[action])
    for context in CONTEXTS.values():
        acts = at(BY_ID[action], context.id)
        if acts is None:
            continue
        here = [key for key in keys_of(acts, chosen) if key in own]
        # A focused widget comes before its screen: its new key must not hide a key of the screen.
        for name in (context.id, *context.inside):
            for other in actions_in(name) if here else ():
                if not may_share(acts.action, other.action):
                    for key in keys_of(other, chosen):
                        if key in here:
                            yield Clash(action, key, other.action.id, context.where)


def may_share(action: Action, other: Action) -> bool:
    """Return whether two actions may share a key: the first that can act, acts."""
    return action is other or (action.turns != "" and action.turns == other.turns)

"""Actions as Textual bindings."""

from collections.abc import Collection, Iterable, Mapping, Set

from textual.binding import Binding

from mlxtop.keys import ACTIONS, BY_ID, LATE_ON_A_MAC, ON_A_MAC, PLAIN_SUFFIX, Action, in_reach

FOOTER = {
    "live": (
        "stop",
        "restore",
        "forget_found",
        "leave_edit",
        "leave",
        "prompt",
        "restart_engine",
        "engine_log",
        "broken_run",
        "go_end",
        "help",
        "quit",
        "freeze",
        "mark",
        "open",
        "settings",
        "bench",
        "theme",
    ),
    "replay": (
        "restore",
        "forget_found",
        "find_next",
        "find_previous",
        "leave",
        "help",
        "quit",
        "trials",
        "freeze",
        "mark_back",
        "mark_forward",
        "step_back",
        "step_forward",
        "skip_back",
        "skip_forward",
        "slower",
        "faster",
        "go_to",
        "find",
        "token_back",
        "token_forward",
        "phase_back",
        "phase_forward",
        "loop",
        "open",
        "theme",
    ),
    "follow": (
        "restore",
        "forget_found",
        "find_next",
        "find_previous",
        "leave",
        "go_end",
        "help",
        "quit",
        "trials",
        "freeze",
        "mark_back",
        "mark_forward",
        "step_back",
        "step_forward",
        "skip_back",
        "skip_forward",
        "go_to",
        "find",
        "theme",
    ),
}
"""What the footer shows of a screen, where it acts at the moment; a narrow one cuts off the end."""

TEXTUAL_NAMES = {
    "help": "app.help",
    "open": "app.open",
    "library": "app.library",
    "theme": "app.next_theme",
    "command_palette": "app.command_palette",
    "quit": "app.quit",
    "suspend": "app.suspend_process",
    "step_back": "step('sample', False)",
    "step_forward": "step('sample', True)",
    "token_back": "step('token', False)",
    "token_forward": "step('token', True)",
    "phase_back": "step('phase', False)",
    "phase_forward": "step('phase', True)",
    "mark_back": "step('mark', False)",
    "mark_forward": "step('mark', True)",
    "find_next": "find_next(True)",
    "find_previous": "find_next(False)",
}
"""What Textual calls an action, where it is not the id; `app.` stands before what does not depend
on the screen."""

_ASK_FIRST = {"new_conversation": "ask_new_conversation", "quit": "app.ask_quit"}
"""What a plain key does instead: it is easily pressed by somebody who meant to write."""

SAYS_WHY_NOT = frozenset(
    {
        *("engine_log", "restart_engine", "broken_run", "unload", "regenerate", "edit"),
        *("find_next", "find_previous"),
    }
)
"""Actions whose keys say why, where there is nothing for them to do."""

_REPLAY_LABELS = {
    "find_next": "next place",
    "find_previous": "",
    "freeze": "play/pause",
    "go_end": "end",
    "leave": "back",
    "step_back": "step",
    "step_forward": "",
    "skip_back": "10 s",
    "skip_forward": "",
    "mark_back": "mark",
    "mark_forward": "",
    "slower": "speed",
    "faster": "",
    "token_back": "token",
    "token_forward": "",
    "phase_back": "phase",
    "phase_forward": "",
}

_LABELS: dict[str, dict[str, str]] = {
    "replay": _REPLAY_LABELS,
    "follow": _REPLAY_LABELS | {"freeze": "freeze", "go_end": "now"},
}

_PAIRS = {
    "find_next": "n N",
    "step_back": "[ ]",
    "skip_back": "j k",
    "mark_back": "( )",
    "slower": "- +",
    "token_back": ", .",
    "phase_back": "{ }",
}
"""Two keys that share a label in the footer of a replay."""

_NO_KEY = "unbound"
"""What an action is bound to that has no key of a kind, so that the config can give it one."""

_ESCAPES = ("stop", "restore", "forget_found", "leave_edit", "leave")


def _place(action: str, footer: str) -> int:
    shown = FOOTER[footer]
    return shown.index(action) if action in shown else len(shown)


def _first(keys: str, mac: bool) -> str:
    """Return a list of keys so that the footer shows one that arrives."""
    return ",".join(in_reach(keys.split(","), mac=mac))


def _arrives(keys: str, mac: bool) -> bool:
    return bool(keys) and not (mac and LATE_ON_A_MAC.issuperset(keys.split(",")))


def _label(action: Action, footer: str) -> str:
    return _LABELS.get(footer, {}).get(action.id, action.label)


def _elsewhere(action: Action, taken: Set[str]) -> Iterable[Binding]:
    """Yield the keys of an action that there is not here; they say so.

    A key that does something here does that: without an id no choice of a user puts them elsewhere.
    """
    name = f"say_elsewhere('{action.id}')"
    if action.plain and action.plain not in taken:
        yield Binding(action.plain, name, show=False)
    if action.always:
        yield Binding(action.always, name, show=False, priority=True)


def keys_of(action: Action) -> list[str]:
    """Return the keys of an action, those that always act first."""
    return [key for key in f"{action.always},{action.plain}".split(",") if key]


def some_bindings(
    ids: Iterable[str],
    shown: Collection[str],
    taken: Collection[str] = (),
    names: Mapping[str, str] = TEXTUAL_NAMES,
) -> Iterable[Binding]:
    """Yield the bindings of some actions in this order, for a screen that has only those.

    `shown` are in the footer; `taken` are keys that do something else there; `names` is what
    Textual calls an action.
    """
    for action in (BY_ID[name] for name in ids):
        name = names.get(action.id, action.id)
        for keys, id, always in (
            (action.plain, action.id + PLAIN_SUFFIX, False),
            (action.always, action.id, action.always != "escape"),
        ):
            free = _first(",".join(key for key in keys.split(",") if key not in taken), ON_A_MAC)
            if free == "escape":
                yield Binding(free, name, action.label, show=action.id in shown)
                yield Binding(_NO_KEY, name, show=False, id=id, priority=True)
            elif free:
                show = action.id in shown
                yield Binding(free, name, action.label, show=show, id=id, priority=always)


def elsewhere_bindings(ids: Collection[str], taken: Collection[str] = ()) -> Iterable[Binding]:
    """Yield the keys of all actions but some; they say where those are to be had."""
    used = {*taken, *(key for name in ids for key in keys_of(BY_ID[name]))}
    for action in ACTIONS:
        if action.id in ids or action.always == "escape":
            continue
        # Two actions of different screens may share a key: here it does nothing for both.
        free = [key for key in keys_of(action) if key not in used]
        used.update(free)
        if free:
            yield Binding(",".join(free), f"say_elsewhere('{action.id}')", show=False)


def bindings(where: str, footer: str = "", *, mac: bool = ON_A_MAC) -> Iterable[Binding]:
    """Yield the bindings of a `live` or a `replay` screen, with that footer or another one.

    The keys that always act have priority over what the prompt does with them; plain keys are
    left to the prompt while it has focus. Escape has none: dialogs and the prompt come first.
    """
    footer = footer or where
    taken = {action.plain for action in ACTIONS if action.where in ("both", where)}
    # In the order in which the footer shows them.
    for action in sorted(ACTIONS, key=lambda action: _place(action.id, footer)):
        if action.where not in ("both", where):
            if action.always != "escape":
                yield from _elsewhere(action, taken)
            continue
        name = TEXTUAL_NAMES.get(action.id, action.id)
        label, shown = _label(action, footer), action.id in FOOTER[footer]
        if action.plain or action.id not in _ESCAPES:
            yield Binding(
                _first(action.plain, mac) or _NO_KEY,
                _ASK_FIRST.get(action.id, name),
                label,
                show=shown and bool(action.plain),
                key_display=_PAIRS.get(action.id) if where == "replay" else None,
                id=action.id + PLAIN_SUFFIX,
            )
        is_escape = action.id in _ESCAPES
        if is_escape:
            # Without an id: to move one of those that share a key, Textual takes it from all.
            yield Binding(action.always, name, label, show=shown)
        yield Binding(
            _NO_KEY if is_escape else action.always or _NO_KEY,
            name,
            label,
            show=shown and not is_escape and _arrives(action.always, mac),
            id=action.id,
            priority=True,
        )
        if action.id in SAYS_WHY_NOT:
            # Behind the action itself: these come into play where it does not.
            says = f"say_why_not('{action.id}')"
            plain_id = action.id + PLAIN_SUFFIX
            yield Binding(action.plain or _NO_KEY, says, show=False, id=plain_id)
            yield Binding(action.always or _NO_KEY, says, show=False, id=action.id, priority=True)

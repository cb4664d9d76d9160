"""The keys of a benchmark: those that look at another moment, and its own."""

from collections.abc import Iterable

from textual.binding import Binding

from mlxtop.keys import ACTIONS, PLAIN_SUFFIX
from mlxtop.tui.keys import TEXTUAL_NAMES

KEYS = (
    ("space", "pause", "pause", "Pause after this trial, or go on"),
    (
        "escape",
        "leave",
        "",
        "Restore a pane; stop the plan, after asking; then go back to the chat",
    ),
    ("v", "results", "results", "Charts, tables and what was left out"),
    ("x", "export", "export", "Write the result as Markdown and as JSON"),
    ("r", "repeat", "repeat", "Measure the point of the selected trial once more, next"),
    ("d", "drop", "drop", "Leave the selected trial out of the figures, or take it back"),
    ("n", "note", "note", "Write a note on the selected trial"),
    ("q", "leave", "", ""),
)
"""(key, action, label of the footer, help)."""
MOVES = (("up", -1), ("down", 1))
HERE = frozenset(
    {
        *("restore", "go_end", "quit", "freeze", "mark", "record", "theme", "enlarge", "next_pane"),
        *("step_back", "step_forward", "skip_back", "skip_forward", "token_back", "token_forward"),
        *("phase_back", "phase_forward", "mark_back", "mark_forward", "go_to", "go_start"),
        *("findings", "command_palette", "suspend", "help"),
    }
)
"""Actions of a run that there are here too."""
_FOOTER = ("restore", "go_end", "help", "freeze", "mark")
_NAMES = {**TEXTUAL_NAMES, "help": "help"}


def own() -> Iterable[Binding]:
    """Yield the keys that only a benchmark has."""
    for key, does, label, _ in KEYS:
        yield Binding(key, does, label, show=bool(label), id=f"bench.{does}.{key}")
    for key, step in MOVES:
        yield Binding(key, f"move({step})", show=False)
    for key, step in (("pageup", -1), ("pagedown", 1)):
        yield Binding(key, f"page({step})", show=False)


def bindings() -> Iterable[Binding]:
    """Yield the bindings, in the order in which the footer shows them."""
    mine = list(own())
    yield from mine
    taken = {binding.key for binding in mine}
    ours = [action for action in ACTIONS if action.id in HERE]
    ours.sort(key=lambda action: _FOOTER.index(action.id) if action.id in _FOOTER else len(_FOOTER))
    for action in ours:
        does, shown = _NAMES.get(action.id, action.id), action.id in _FOOTER
        plain = [key for key in action.plain.split(",") if key and key not in taken]
        if plain:
            keys, id = ",".join(plain), action.id + PLAIN_SUFFIX
            yield Binding(keys, does, action.label, show=shown, id=id)
        if action.always and action.always != "escape":
            yield Binding(
                action.always, does, action.label, show=shown, id=action.id, priority=True
            )
    for action in ACTIONS:
        if action.id not in HERE and action.always != "escape":
            left = [key for key in (action.always, action.plain) if key and key not in taken]
            if left:
                yield Binding(",".join(left), f"say_elsewhere('{action.id}')", show=False)

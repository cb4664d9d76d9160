"""The keys of a machine that is watched: those of a run, but for what needs a model."""

from collections.abc import Iterable

from textual.binding import Binding

from mlxtop.keys import ACTIONS, PLAIN_SUFFIX, Action
from mlxtop.tui.keys import TEXTUAL_NAMES

FOOTER = ("restore", "go_end", "help", "quit", "freeze", "mark", "sort", "record", "theme")
"""What the footer shows, where it acts at the moment."""
WITHOUT_MODEL = frozenset(
    {
        *("restore", "go_end", "help", "quit", "freeze", "mark", "record", "theme"),
        *("enlarge", "next_pane", "step_back", "step_forward", "skip_back", "skip_forward"),
        *("mark_back", "mark_forward", "go_to", "go_start", "command_palette", "suspend"),
    }
)
"""Actions that there are on this screen."""
SORT_KEY = "c"
SORT_HELP = "Sort the processes by CPU, by GPU where that is known, or by memory"


def bindings() -> Iterable[Binding]:
    """Yield the bindings, in the order in which the footer shows them."""
    found = {action.id: action for action in ACTIONS if action.id in WITHOUT_MODEL}
    for name in (*FOOTER, *(name for name in found if name not in FOOTER)):
        if name == "sort":
            yield Binding(SORT_KEY, "sort", "sort", id="watch.sort")
            continue
        action = found[name]
        does, shown = TEXTUAL_NAMES.get(name, name), name in FOOTER
        if action.plain:
            yield Binding(action.plain, does, action.label, show=shown, id=action.id + PLAIN_SUFFIX)
        if action.always:
            yield Binding(
                action.always,
                does,
                action.label,
                show=shown,
                id=action.id,
                priority=action.always != "escape",
            )
    taken = {SORT_KEY, *(key for action in found.values() for key in _keys(action))}
    for action in ACTIONS:
        if action.id in WITHOUT_MODEL or action.always == "escape":
            continue
        # Two actions of different screens may share a key: here it does nothing for both.
        free = [key for key in _keys(action) if key not in taken]
        taken.update(free)
        if free:
            yield Binding(",".join(free), f"say_elsewhere('{action.id}')", show=False)


def _keys(action: Action) -> list[str]:
    return [key for key in f"{action.always},{action.plain}".split(",") if key]

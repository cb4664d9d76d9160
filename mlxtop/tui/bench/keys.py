"""The keys of a benchmark: those that look at another moment, and its own."""

from collections.abc import Iterable

from textual.binding import Binding

from mlxtop.keys import BY_ID
from mlxtop.tui.keys import TEXTUAL_NAMES, elsewhere_bindings, some_bindings

KEYS = (
    ("space", "pause", "pause", "Pause after this trial, or go on"),
    ("v", "results", "results", "Charts, tables and what was left out"),
    ("x", "export", "export", "Write the result as Markdown and as JSON"),
    ("r", "repeat", "repeat", "Measure the point of the selected trial once more, next"),
    ("d", "drop", "drop", "Leave the selected trial out of the figures, or take it back"),
    ("n", "note", "note", "Write a note on the selected trial"),
)
"""(key, action, label of the footer, help)."""
BACK = (
    ("restore", "restore"),
    ("back_to_now", "now"),
    ("back_to_trials", "trials"),
    ("stop_plan", "stop"),
    ("leave", "chat"),
)
"""(action, label) of one key: the first of these that has something to do."""
BACK_KEYS = "escape,q"
BACK_HELP = "Restore a pane; look at now again; leave a pane; stop the plan, after asking; the chat"
LATER = frozenset("rdn")
"""Keys that stand behind those of the run in the footer: help tells of them."""
MOVES = (("up", -1), ("down", 1))
HERE = frozenset(
    {
        *("go_end", "quit", "freeze", "mark", "record", "theme", "enlarge", "next_pane"),
        *("step_back", "step_forward", "skip_back", "skip_forward", "token_back", "token_forward"),
        *("phase_back", "phase_forward", "mark_back", "mark_forward", "go_to", "go_start"),
        *("findings", "command_palette", "suspend", "help", "bench"),
    }
)
"""Actions of a run that there are here too."""
_NAMES = {**TEXTUAL_NAMES, "help": "help"}
_FOOTER = ("bench", "help", "freeze", "mark")


def own() -> Iterable[Binding]:
    """Yield the keys that only a benchmark has."""
    space, *others = KEYS
    yield Binding(space[0], space[1], space[2], id="bench.pause")
    yield Binding(space[0], "go_on", "go on", id="bench.go_on")
    for does, label in BACK:
        yield Binding(BACK_KEYS, does, label, key_display="esc", id=f"bench.{does}")
    for key, does, label, _ in others:
        yield Binding(key, does, label, id=f"bench.{does}")
        yield Binding(key, "say_no_trial", show=False)
    for key, step in MOVES:
        yield Binding(key, f"move({step})", show=False)
    for key, step in (("pageup,K", -1), ("pagedown,J", 1)):
        yield Binding(key, f"page({step})", show=False)


def bindings() -> Iterable[Binding]:
    """Yield the bindings, in the order in which the footer shows them."""
    mine = list(own())
    first = [binding for binding in mine if binding.key not in LATER]
    yield from first
    taken = {key for binding in mine for key in binding.key.split(",")}
    rest = [name for name in BY_ID if name in HERE and name not in _FOOTER]
    yield from some_bindings(("bench", "help"), _FOOTER, taken, _NAMES)
    yield from (binding for binding in mine if binding not in first)
    yield from some_bindings(("freeze", "mark", *rest), _FOOTER, taken, _NAMES)
    yield Binding(BY_ID["bench"].always, "say_running", show=False, priority=True)
    yield Binding(BY_ID["bench"].plain, "say_running", show=False)
    yield from elsewhere_bindings(HERE, taken)

"""The keys of a machine that is watched: those of a run, but for what needs a model."""

from collections.abc import Iterable

from textual.binding import Binding

from mlxtop.keys import BY_ID
from mlxtop.tui.keys import elsewhere_bindings, some_bindings

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
    sort = FOOTER.index("sort")
    rest = [name for name in BY_ID if name in WITHOUT_MODEL and name not in FOOTER]
    yield from some_bindings(FOOTER[:sort], FOOTER)
    yield Binding(SORT_KEY, "sort", "sort", id="watch.sort")
    yield from some_bindings([*FOOTER[sort + 1 :], *rest], FOOTER)
    yield from elsewhere_bindings(WITHOUT_MODEL, {SORT_KEY})

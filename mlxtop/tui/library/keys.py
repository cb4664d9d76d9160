"""The keys of the library: the list has the focus, so single letters act."""

from collections.abc import Iterator

from textual.binding import Binding

from mlxtop.keys import BY_ID, PLAIN_SUFFIX
from mlxtop.tui.keys import TEXTUAL_NAMES

KEYS = (
    ("enter", "open", "open", "Open the recording; Esc comes back to this list"),
    ("slash", "filter", "filter", "Filter by model, prompts, notes of marks, state and file name"),
    ("s,greater_than_sign", "sort(1)", "sort", "Sort by the next column; a click on a title too"),
    ("less_than_sign", "sort(-1)", "", "Sort by the column before"),
    ("space", "select", "select", "Select the recording, or not"),
    ("a", "select_all(True)", "", "Select all that are shown"),
    ("u", "select_all(False)", "", "Unselect all"),
    ("c", "compare", "compare", "Compare the two that are selected; the older one is A"),
    ("r", "rename", "rename", "Rename the recording"),
    ("d,delete", "delete", "delete", "Delete the recording, or those selected, after asking"),
    ("S", "reverse", "reverse", "Sort in the other direction"),
    ("v", "preview", "preview", "Show or hide the preview"),
)
"""Keys, action, a word for the footer (none: left out of it), and a sentence for the help."""
MOVES = (
    ("up,k", "move(-1)"),
    ("down,j", "move(1)"),
    ("pageup,K", "page(-1)"),
    ("pagedown,J", "page(1)"),
    ("home,g", "end(False)"),
    ("end,G", "end(True)"),
)


def bindings() -> Iterator[Binding]:
    """Yield the screen's own keys, then the app's: a run below does not pass its keys up."""
    for keys, does, label, _ in KEYS:
        if does == "rename":
            yield Binding("question_mark", "help", "help")
            yield Binding("escape", "leave", "back")
        yield Binding(keys, does, label, show=bool(label))
    for keys, does in MOVES:
        yield Binding(keys, does, show=False)
    yield Binding("q", "close", show=False)
    library = BY_ID["library"]
    yield Binding(library.plain, "close", show=False, id=library.id + PLAIN_SUFFIX)
    yield Binding(library.always, "close", show=False, id=library.id, priority=True)
    yield Binding(BY_ID["help"].always, "help", show=False, id="help", priority=True)
    for name in ("theme", "quit", "suspend"):
        action = BY_ID[name]
        yield Binding(action.always, TEXTUAL_NAMES[name], show=False, id=name, priority=True)

"""The chats among recordings: which ones are, and the columns of their list."""

from mlxtop import format as fmt
from mlxtop.recording.columns import BY_NAME, GAP, Layout, ListColumn, given_name
from mlxtop.recording.directory import ListedRecording
from mlxtop.text import one_line


def is_chat(item: ListedRecording) -> bool:
    """Return whether a recording has a conversation that can be resumed, as far as is known."""
    if item.info.problem or not item.info.text:
        return False
    if item.figures is None:
        return bool(item.info.prompt)
    return item.figures.chats > 0


def title(item: ListedRecording) -> str:
    """Return the name that a person gave it, else its first prompt."""
    return one_line(given_name(item) or item.prompt) or fmt.UNKNOWN


def _turns(item: ListedRecording) -> float | None:
    return None if item.figures is None else item.figures.chats


CHAT_COLUMNS: tuple[ListColumn, ...] = (
    BY_NAME["date"],
    ListColumn(
        "title", "chat", 14, title, lambda item: title(item).lower(), right=False, falling=False,
        grows=200,
    ),
    ListColumn("turns", "turns", 5, lambda item: fmt.count(_turns(item)), _turns),
    BY_NAME["tokens"],
    BY_NAME["model"],
)  # fmt: skip
_GIVES_WAY = ("tokens", "model", "turns", "date")
"""The columns in the order in which they are left out: the title stays."""


def chat_layout(width: int) -> Layout:
    """Return the columns that fit into `width` cells; the title takes the rest."""
    shown = {column.name: column.cells for column in CHAT_COLUMNS}
    for name in _GIVES_WAY:
        if sum(shown.values()) + GAP * (len(shown) - 1) <= width:
            break
        del shown[name]
    others = sum(cells for name, cells in shown.items() if name != "title")
    shown["title"] = max(1, width - others - GAP * (len(shown) - 1))
    return [(one, shown[one.name]) for one in CHAT_COLUMNS if one.name in shown]

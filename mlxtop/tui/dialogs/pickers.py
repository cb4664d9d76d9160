"""What is picked from a conversation: something to copy, a message to change."""

from collections.abc import Iterable, Sequence

from mlxtop.timeline.transcript import Entry
from mlxtop.tui.chat.clipboard import Copyable
from mlxtop.tui.dialogs.pick import Choice, PickDialog

COPY = "copy"
EDIT = "edit a message and send it again"


def copy_picker(items: Sequence[Copyable], *, nothing: str) -> PickDialog[Copyable]:
    """Return a list of messages, blocks of code and addresses, newest first.

    `nothing` is said where there is nothing to copy.
    """
    choices = [Choice(item.label, item.excerpt, item) for item in items]
    return PickDialog(COPY, choices, nothing=nothing)


def edit_picker(entries: Iterable[Entry]) -> PickDialog[int]:
    """Return a list of the user's messages, newest first; it gives the place of the one chosen."""
    own = [e for e in entries if e.role == "user" and e.text is not None and not e.example]
    choices = [
        Choice(f"message {entry.index + 1}", entry.text or "", entry.index)
        for entry in reversed(own)
    ]
    return PickDialog(EDIT, choices, nothing="you have not sent a message yet")

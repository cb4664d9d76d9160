"""Which of one's own messages to change and send again."""

from collections.abc import Iterable

from mlxtop.timeline.transcript import Entry
from mlxtop.tui.dialogs.pick import Choice, PickDialog


class EditPicker(PickDialog[int]):
    """Lists the user's messages, newest first; returns the place of the one chosen."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        own = [e for e in entries if e.role == "user" and e.text is not None and not e.example]
        choices = [
            Choice(f"message {entry.index + 1}", entry.text or "", entry.index)
            for entry in reversed(own)
        ]
        super().__init__(
            "edit a message and send it again", choices, nothing="you have not sent a message yet"
        )

"""What to copy."""

from collections.abc import Sequence

from mlxtop.tui.chat.copyable import Copyable
from mlxtop.tui.dialogs.pick import Choice, PickDialog


class CopyPicker(PickDialog[Copyable]):
    """Lists messages, blocks of code and addresses, newest first; returns the one chosen."""

    def __init__(self, items: Sequence[Copyable]) -> None:
        choices = [Choice(item.label, item.text, item) for item in items]
        super().__init__("copy", choices, nothing="there is nothing to copy yet")

"""What to copy."""

from collections.abc import Sequence

from mlxtop.tui.chat.clipboard import Copyable
from mlxtop.tui.dialogs.pick import Choice, PickDialog


class CopyPicker(PickDialog[Copyable]):
    """Lists messages, blocks of code and addresses, newest first; returns the one chosen."""

    def __init__(self, items: Sequence[Copyable], *, nothing: str) -> None:
        """`nothing` is said where there is nothing to copy."""
        choices = [Choice(item.label, item.excerpt, item) for item in items]
        super().__init__("copy", choices, nothing=nothing)

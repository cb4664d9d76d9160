"""A field that is yes or no."""

from typing import ClassVar

from textual.message import Message
from textual.widgets import Static

from mlxtop.bench.typed import NO, YES
from mlxtop.tui.bindings import Keyed


class Flag(Keyed, Static, can_focus=True):
    """Shows yes or no; Space and the arrows turn it round."""

    DEFAULT_CSS = """
    Flag { height: 1; padding: 0 1; background: $background; }
    Flag:focus { color: $primary; text-style: bold; }
    """
    context: ClassVar[str] = "flag"

    class Changed(Message):
        """It was turned round."""

    def __init__(self, value: str, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self.value = NO
        self.put(value)

    def put(self, value: str) -> None:
        """Show a value, without telling anybody."""
        self.value = YES if value == YES else NO
        self.update(self.value)

    def action_put(self, value: str) -> None:
        """Set it."""
        self.put(value)
        self.post_message(self.Changed())

    def action_turn(self) -> None:
        """Turn it round."""
        self.action_put(NO if self.value == YES else YES)

    def on_click(self) -> None:
        """Turn it round."""
        self.action_turn()

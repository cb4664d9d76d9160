"""A screen that is left once, however often it is asked to."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

Result = TypeVar("Result")


class LeftOnce(Screen[Result]):
    """A screen that takes away itself only.

    Textual's `dismiss` takes away whatever is on top. Keys that were typed ahead still reach a
    dialog that is gone: the second of two quick answers took the screen below it, and so on down.

    Beside another kind of screen it stands last: Textual takes styles from the first base alone.
    """

    @property
    def on_top(self) -> bool:
        """Whether nothing lies above; `is_current` is also true below a dialog."""
        return self.app.screen is self

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave with a result; nothing happens where something else is on top."""
        if not self.on_top:
            return AwaitComplete()
        return super().dismiss(result)

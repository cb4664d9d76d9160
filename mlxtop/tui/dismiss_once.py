"""Screens that dismiss only themselves, however often they are asked to."""

from typing import Any, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

Result = TypeVar("Result")


def is_on_top(screen: Screen[Any]) -> bool:
    """Return whether nothing lies above a screen; `is_current` is also true below a dialog."""
    return screen.app.screen is screen


class DismissOnce(Generic[Result]):
    """Stands before a kind of screen among the bases of a class.

    Textual's `dismiss` takes away whatever is on top. Keys that were typed ahead still reach a
    dialog that is gone: the second of two quick answers took the screen below it, and so on down.
    """

    @property
    def on_top(self) -> bool:
        """Whether nothing lies above this screen."""
        assert isinstance(self, Screen)
        return is_on_top(self)

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave with a result; nothing happens where something else is on top."""
        assert isinstance(self, Screen)
        if not is_on_top(self):
            return AwaitComplete()
        return Screen.dismiss(self, result)

"""The base of all dialogs: a frame in the middle that Esc dismisses, once."""

from typing import Any, ClassVar, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

from mlxtop.tui.bindings import Keyed
from mlxtop.tui.widgets.rows import CHOSEN

Result = TypeVar("Result")


def is_on_top(screen: Screen[Any]) -> bool:
    """Return whether nothing is above a screen; `is_current` is also true below a dialog."""
    return screen.app.screen is screen


class DismissOnce(Generic[Result]):
    """A base class that comes before a screen class.

    Textual's `dismiss` removes whatever is on top, and keys typed ahead still reach a dialog that
    is gone: the second of two quick answers would remove the screen below it.
    """

    @property
    def on_top(self) -> bool:
        """Whether nothing is above this screen."""
        assert isinstance(self, Screen)
        return is_on_top(self)

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result; does nothing if another screen is on top."""
        assert isinstance(self, Screen)
        if not is_on_top(self):
            return AwaitComplete()
        return Screen.dismiss(self, result)


class Dialog(DismissOnce[Result], Keyed, ModalScreen[Result]):
    """A frame above the screen; Esc closes it without a result."""

    DEFAULT_CSS = f"""
    Dialog {{
        align: center middle;
        background: $background 60%;
        & > #frame {{
            width: 72; max-width: 100%; height: auto; max-height: 100%;
            padding: 0 2; background: $surface;
            border: round $primary; border-title-color: $primary; border-title-style: bold;
            border-subtitle-color: $quiet;
        }}
        & .quiet {{ color: $quiet; }}
        & .problem {{ color: $error; }}
        & Input {{
            border: none; height: 1; padding: 0 1; background: $background;
            &:focus {{ background: $background; border: none; }}
        }}
        & Button {{ min-width: 10; }}
        & OptionList {{
            border: none; background: $surface; padding: 0; height: auto; max-height: 60vh;
            text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
            &:focus {{ border: none; background-tint: $foreground 0%; }}
            & > .option-list--option-highlighted,
            &:focus > .option-list--option-highlighted {{ {CHOSEN}; }}
        }}
    }}
    """
    context: ClassVar[str] = "dialog"

    def action_cancel(self) -> None:
        """Close without a result."""
        self.dismiss(None)

"""What all dialogs share: a quiet frame in the middle, Esc leaves."""

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

from mlxtop.tui.bindings import Keyed
from mlxtop.tui.dismiss_once import DismissOnce
from mlxtop.tui.widgets.rows import CHOSEN

Result = TypeVar("Result")


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

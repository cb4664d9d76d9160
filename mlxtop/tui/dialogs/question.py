"""A question with two answers, and the note for a mark."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from mlxtop.text import one_line, visible
from mlxtop.tui.dialogs.base import Dialog

LOOK_SECONDS = 0.2
"""Seconds between checks whether a question still applies."""


class ConfirmDialog(Dialog[bool]):
    """Asks before an action; Enter takes the focused answer, y and n always work."""

    DEFAULT_CSS = """
    ConfirmDialog {
        & #detail { height: auto; max-height: 12; margin: 1 0 0 0; }
        & #answers { height: auto; align-horizontal: right; margin-top: 1; }
        & Button { margin-left: 2; }
    }
    """
    context: ClassVar[str] = "question"

    def __init__(
        self,
        question: str,
        *,
        detail: str = "",
        yes: str = "Yes",
        no: str = "No",
        begin_with: bool = False,
        is_over: Callable[[], bool] | None = None,
    ) -> None:
        """`begin_with` is the answer focused at first.

        When `is_over` returns True, the question no longer applies and the dialog closes.
        """
        super().__init__()
        self._begin_with = begin_with
        self.question = question
        self.detail = detail
        self._yes, self._no = yes, no
        self._is_over = is_over

    def compose(self) -> ComposeResult:
        """Lay out the question, its detail, and the answers."""
        with Vertical(id="frame"):
            yield Static(Content(visible(self.question)), id="question")
            if self.detail:
                with VerticalScroll(id="detail", can_focus=False):
                    yield Static(Content(visible(self.detail)), classes="quiet")
            with Horizontal(id="answers"):
                yield Button(
                    Content(f"{self._yes} ({self.key('answer_yes')})"),
                    id="yes",
                    variant="primary",
                    compact=True,
                )
                yield Button(
                    Content(f"{self._no} ({self.key('answer_no')})"), id="no", compact=True
                )

    def on_mount(self) -> None:
        """Focus the first answer, by default the harmless one."""
        self.query_one("#yes" if self._begin_with else "#no", Button).focus()
        if self._is_over is not None:
            self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self._is_over is not None and self._is_over():
            self.dismiss(None)

    def action_answer(self, answer: bool) -> None:
        """Answer and close."""
        self.dismiss(answer)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


LONGEST_NOTE = 200


class NoteDialog(Dialog[str]):
    """Asks for one line; an empty one is a note too. Esc sets no mark."""

    def __init__(
        self,
        title: str = "mark this moment",
        note: str = "",
        enter: str = "Enter sets the mark",
        placeholder: str = "a note (optional)",
    ) -> None:
        """`note` is the initial text; `enter` says what Enter does."""
        super().__init__()
        self._title = title
        self._note = note
        self._enter = enter
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """Lay out the input."""
        # Imported at use: every start imports questions, which have no input.
        from mlxtop.tui.widgets.entry import CleanInput

        with Vertical(id="frame") as frame:
            frame.border_title = self._title
            yield CleanInput(self._note, placeholder=self._placeholder, max_length=LONGEST_NOTE)
            yield Static(
                f"{self._enter}, {self.key('cancel')} cancels", classes="quiet", markup=False
            )

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(one_line(event.value, LONGEST_NOTE))

"""The prompt: Enter sends, Shift+Enter or Ctrl+J starts a new line."""

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from mlxtop.text import clean
from mlxtop.tui.chat.attach import common_beginning, is_path_begun, path_completions
from mlxtop.tui.chat.commands import BY_NAME, Completion
from mlxtop.tui.chat.history import PromptHistory
from mlxtop.tui.widgets.entry import CleanTextArea

MOST_LINES = 8
"""Maximum lines before the prompt scrolls."""
PLACEHOLDERS = (
    "Message…  Enter sends, Shift+Enter or Ctrl+J starts a new line",
    "Message…  Enter sends, Ctrl+J starts a new line",
    "Message…  Enter sends, Ctrl+J: new line",
    "Message…  Enter sends",
    "Message…",
)
"""Placeholders of an empty prompt, longest first."""


def _keys(keys: str, action: str) -> Binding:
    return Binding(keys, action, show=False, id=f"prompt.{action}")


class Prompt(CleanTextArea, inherit_bindings=False):
    """A text field that grows with its text, sends on Enter and has a history."""

    DEFAULT_CSS = f"""
    Prompt {{
        height: auto; max-height: {MOST_LINES + 2};
        padding: 0 1; border: round $rule; background: transparent;
        scrollbar-size-vertical: 1;
        &:focus {{ border: round $primary; }}
        &.-editing {{ border: round $warning; border-title-color: $warning; }}
        & .text-area--cursor-line {{ background: transparent; }}
        & .text-area--placeholder {{ color: $quiet; }}
    }}
    """
    # The text area's bindings, without keys of the app (F6, F7, Ctrl+Y, Ctrl+Z, …).
    BINDINGS: ClassVar[list[BindingType]] = [
        _keys("up", "cursor_up"),
        _keys("down", "cursor_down"),
        _keys("left", "cursor_left"),
        _keys("right,ctrl+f", "cursor_right"),
        _keys("ctrl+left,alt+left,alt+b", "cursor_word_left"),
        _keys("ctrl+right,alt+right,alt+f", "cursor_word_right"),
        _keys("home,ctrl+a", "cursor_line_start"),
        _keys("end,ctrl+e", "cursor_line_end"),
        _keys("pageup", "page(-1)"),
        _keys("pagedown", "page(1)"),
        _keys("shift+up", "cursor_up(True)"),
        _keys("shift+down", "cursor_down(True)"),
        _keys("shift+left", "cursor_left(True)"),
        _keys("shift+right", "cursor_right(True)"),
        _keys("ctrl+shift+left", "cursor_word_left(True)"),
        _keys("ctrl+shift+right", "cursor_word_right(True)"),
        _keys("shift+home", "cursor_line_start(True)"),
        _keys("shift+end", "cursor_line_end(True)"),
        _keys("backspace", "delete_left"),
        _keys("delete,ctrl+d", "delete_right"),
        _keys("ctrl+w,ctrl+backspace,alt+backspace", "delete_word_left"),
        _keys("alt+delete,alt+d", "delete_word_right"),
        _keys("ctrl+u,super+backspace", "delete_to_start_of_line"),
        _keys("ctrl+k", "delete_to_end_of_line_or_delete_line"),
        _keys("ctrl+x,super+x", "cut"),
        _keys("ctrl+c,super+c", "copy"),
        _keys("ctrl+v,super+v", "paste"),
        _keys("ctrl+underscore,super+z", "undo"),
        _keys("alt+underscore,super+y", "redo"),
    ]

    KEYS: ClassVar[dict[str, str]] = {
        one.key: one.action for one in Binding.make_bindings(BINDINGS)
    }
    """Key → action, of `BINDINGS`."""

    class Page(Message):
        """Asks the transcript to scroll by pages: −1 is up, 1 is down."""

        def __init__(self, pages: int) -> None:
            super().__init__()
            self.pages = pages

    class EditorWanted(Message):
        """Asks to edit the text in the user's editor."""

    def __init__(
        self,
        send: Callable[[str], None],
        *,
        history: PromptHistory | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`send` is called with the text on Enter, and calls `accept` if it takes it.

        At once, before the next key: keys typed ahead start the next text.
        """
        super().__init__(
            id=id,
            classes=classes,
            soft_wrap=True,
            compact=False,
            placeholder=PLACEHOLDERS[0],
            highlight_cursor_line=False,
        )
        self.sent = history if history is not None else PromptHistory(None)
        self._send = send
        self.return_key = "i"
        """The key that focuses the prompt, as people write it."""
        self.offers: tuple[str, ...] = ()
        """Suggestions for Down in the empty prompt."""
        self._draft = ""
        self.complete: Callable[[str], list[Completion]] = lambda before: []
        """Returns what completes a command, given the text before the cursor."""
        self.show_completions: Callable[[list[Completion], int], None] = lambda found, chosen: None
        self._found: list[Completion] = []
        """The completions that are listed."""
        self._chosen = 0
        self._paths = False
        """Whether paths are listed: only after Tab, because a folder is read."""
        self._closed_at: str | None = None
        """The text at which the list was closed."""
        self._chord = False
        """Whether the last key was Ctrl+X, which Ctrl+E may follow."""

    def on_resize(self) -> None:
        """Choose the longest placeholder that fits."""
        self._say_mode()

    def watch_has_focus(self, focused: bool) -> None:
        """Show whether letters are text or keys."""
        super().watch_has_focus(focused)
        self._say_mode()
        if not focused:
            self._offer_completions([])

    def _say_mode(self) -> None:
        room = self.content_size.width
        fitting = (words for words in PLACEHOLDERS if cell_len(words) <= room)
        writes = next(fitting, PLACEHOLDERS[-1])
        self.placeholder = writes if self.has_focus else f"Press {self.return_key} to type"
        # With text there is no placeholder to say it.
        self.border_subtitle = None if self.has_focus else "letters are keys"

    def render_line(self, y: int) -> Strip:
        """Return row y; empty if there is no room, which would break the placeholder."""
        if self.content_size.width < 2:
            return Strip.blank(self.size.width, self.rich_style)
        return super().render_line(y)

    # -- sending -------------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Handle keys in order.

        Textual's bindings act later than letters, so in fast input an arrow would come too late;
        those with priority come too early.
        """
        chord, self._chord = self._chord, False
        if chord and event.key == "ctrl+e":
            self.post_message(self.EditorWanted())
            event.stop()
            event.prevent_default()
            return
        if self._key_of_list(event.key):
            event.stop()
            event.prevent_default()
            return
        match event.key:
            case "ctrl+x" if self.selection.is_empty:
                self._chord = True
            case "enter":
                self.action_send()
            case "shift+enter" | "ctrl+j":
                self.action_new_line()
            case key if key in self.KEYS:
                try:
                    await self.run_action(self.KEYS[key])
                except SkipAction:
                    return
            case _:
                return
        event.stop()
        event.prevent_default()

    # -- completion ----------------------------------------------------------------------------

    def on_text_area_changed(self) -> None:
        """List what completes the text now."""
        self._look()

    @property
    def _before(self) -> str:
        return self.get_text_range((0, 0), self.cursor_location)

    def _look(self) -> None:
        """List the completions of the text before the cursor."""
        if self.text != self._closed_at:
            self._closed_at = None
        before = self._before
        found = [] if self._closed_at is not None or not self.has_focus else self.complete(before)
        if not found and self._paths:
            found = path_completions(before)
        self._paths = self._paths and bool(found)
        if found != self._found:
            self._offer_completions(found)

    def _offer_completions(self, found: list[Completion], chosen: int = 0) -> None:
        if found or self._found:
            self._found, self._chosen = found, chosen
            self.show_completions(found, chosen)

    def _key_of_list(self, key: str) -> bool:
        """Handle a key of the list of completions; return whether it was one."""
        if key not in ("tab", "up", "down", "enter", "escape"):
            return False
        self._look()  # keys typed ahead come before the message about the text
        if not self._found:
            return key == "tab" and self._complete_path()
        match key:
            case "tab":
                self._take(self._found[self._chosen])
            case "enter":
                if self._before[1:] in BY_NAME:
                    return False
                self._take(self._found[self._chosen])
            case "escape":
                self._closed_at, self._paths = self.text, False
                self._offer_completions([])
            case _:
                step = 1 if key == "down" else -1
                place = (self._chosen + step) % len(self._found)
                self._offer_completions(self._found, place)
        return True

    def _take(self, completion: Completion) -> None:
        self._paths = self._paths and not completion.ends
        self.replace(completion.text, (0, 0), self.cursor_location)
        self._look()

    def _complete_path(self) -> bool:
        """Complete the `@path` before the cursor, or list what does; return whether it is one."""
        before = self._before
        if not is_path_begun(before):
            return False
        found = path_completions(before)
        self._paths = bool(found)
        if len(found) == 1:
            self._take(found[0])
        elif found:
            common = common_beginning([one.text for one in found])
            if len(common) > len(before):
                self.replace(common, (0, 0), self.cursor_location)
            self._look()
        return True

    def action_send(self) -> None:
        """Send the text; an empty one is not sent."""
        if self.text.strip():
            self._send(self.text.strip("\n"))

    def action_copy(self) -> None:
        """Copy the selected text; without one, what is selected elsewhere on the screen."""
        if self.selection.is_empty and self.screen.get_selected_text():
            self.screen.action_copy_text()
        else:
            super().action_copy()

    def action_new_line(self) -> None:
        """Start a new line."""
        self.replace("\n", *self.selection, maintain_selection_offset=False)

    def accept(self) -> str | None:
        """Add the text to the history and clear the prompt; return a sentence if that fails.

        After an edit, the text from before it comes back.
        """
        problem = self.sent.add(self.text.strip("\n"))
        self.leave_edit()
        return problem

    # -- editing a message that was sent -------------------------------------------------------

    @property
    def editing(self) -> bool:
        """True while the prompt edits a sent message."""
        return self.has_class("-editing")

    def begin_edit(self, number: int, text: str) -> None:
        """Edit message `number` (from 1); the present text comes back after."""
        if not self.editing:
            self._draft = self.text
        self.add_class("-editing")
        self.border_title = f"editing message {number}"
        self._put(text)
        self.focus()

    def leave_edit(self) -> None:
        """Cancel editing and bring back the text from before."""
        self.remove_class("-editing")
        self.border_title = None
        self._put(self._draft)
        self._draft = ""

    def _put(self, text: str) -> None:
        self.text = clean(text)
        self.move_cursor(self.document.end)
        self.sent.rest()

    # -- history, pages ------------------------------------------------------------------------

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up; from the first line to the previous sent text."""
        if select or not self.navigator.is_first_wrapped_line(self.cursor_location):
            super().action_cursor_up(select)
        elif self.text and not self.sent.is_walking and (before := self._offer(-1)) is not None:
            self.text = before
        elif (earlier := self.sent.earlier(self.text)) is not None:
            self.text = clean(earlier)
            # At the end of a text of several lines another Up would only move in it: with the
            # cursor in the first line, Up continues in the history.
            self.move_cursor((0, len(self.document[0])))

    def _offer(self, step: int) -> str | None:
        """Return the next or previous suggestion; None if there are no more."""
        if self.text not in ("", *self.offers):
            return None
        place = ("", *self.offers).index(self.text) + step
        return ("", *self.offers)[place] if 0 <= place <= len(self.offers) else None

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down; from the last line to the next sent text."""
        if select or not self.navigator.is_last_wrapped_line(self.cursor_location):
            super().action_cursor_down(select)
        elif (later := self.sent.later()) is not None or (later := self._offer(1)) is not None:
            self.text = clean(later)
            self.move_cursor(self.document.end)

    def action_page(self, pages: int) -> None:
        """Pass paging to the transcript."""
        self.post_message(self.Page(pages))

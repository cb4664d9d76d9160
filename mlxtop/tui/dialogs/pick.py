"""Lists to choose from, filtered by typing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mlxtop.exports import Export, Family, any_installed, built_in, offered, usual
from mlxtop.format import listed
from mlxtop.text import one_line, visible
from mlxtop.timeline.transcript import Entry
from mlxtop.tui.chat.clipboard import Copyable
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.widgets.entry import CleanInput

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PickOption(Generic[Value]):
    """Something to choose: a label, a preview, and the value."""

    label: str
    preview: str
    value: Value


Line: TypeAlias = Callable[[PickOption[Value], int, int], Content]
"""Draws a choice, by the width of the longest label and of the list."""


def with_label(choice: PickOption[Value], column: int, width: int) -> Content:
    """Return the label of a choice, and its preview in a column."""
    label = Content(choice.label.ljust(column)).stylize("$quiet")
    return label + f"  {one_line(choice.preview, 300)}"


class PickDialog(Dialog[Value]):
    """Shows choices; typing filters, arrows move, Enter chooses, Esc cancels."""

    DEFAULT_CSS = """
    PickDialog > #frame { width: 90; }
    """
    context: ClassVar[str] = "list"

    def __init__(
        self,
        title: str,
        choices: Sequence[PickOption[Value]],
        *,
        nothing: str,
        line: Line[Value] | None = None,
    ) -> None:
        """`nothing` is shown if there are no choices; `line` draws one."""
        super().__init__()
        self._line = line or with_label
        self._title = title
        self._choices = choices
        self._nothing = nothing

    def compose(self) -> ComposeResult:
        """Lay out the input and the list."""
        with Vertical(id="frame") as frame:
            frame.border_title = self._title
            frame.border_subtitle = f"Enter chooses · {self.key('cancel')} cancels"
            yield CleanInput(placeholder="type to filter")
            choices = OptionList()
            # The input keeps the focus, so that typing and arrow keys both work.
            choices.can_focus = False
            yield choices
            yield Static(self._nothing, id="nothing", classes="quiet", markup=False)

    def on_mount(self) -> None:
        """Show all choices."""
        self.fill("")

    def on_resize(self) -> None:
        """Draw the choices for the new width."""
        listed = self.query_one(OptionList)
        highlighted = listed.highlighted
        self.fill(self.query_one(CleanInput).value)
        listed.highlighted = highlighted if highlighted is not None else listed.highlighted

    def fill(self, words: str) -> None:
        """List the choices that contain all words."""
        wanted = words.casefold().split()
        width = self.query_one(OptionList).scrollable_content_region.width
        column = max((len(choice.label) for choice in self._choices), default=0)
        listed = self.query_one(OptionList)
        listed.clear_options()
        for place, choice in enumerate(self._choices):
            said = f"{choice.label} {one_line(choice.preview, 300)}".casefold()
            if all(word in said for word in wanted):
                listed.add_option(Option(self._line(choice, column, width), id=str(place)))
        listed.highlighted = 0 if listed.option_count else None
        nothing = self.query_one("#nothing", Static)
        nothing.display = listed.option_count == 0
        if self._choices:
            nothing.update("no match")

    def action_move(self, how: str) -> None:
        """Move in the list."""
        listed = self.query_one(OptionList)
        match how:
            case "up":
                listed.action_cursor_up()
            case "down":
                listed.action_cursor_down()
            case "page_up":
                listed.action_page_up()  # type: ignore[no-untyped-call]
            case "page_down":
                listed.action_page_down()  # type: ignore[no-untyped-call]

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.fill(event.value)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        listed = self.query_one(OptionList)
        if listed.highlighted is not None:
            self.take(listed.highlighted)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.take(event.option_index)

    def take(self, place: int) -> None:
        """Close with the choice at this index."""
        option = self.query_one(OptionList).get_option_at_index(place)
        self.dismiss(self._choices[int(option.id or 0)].value)


COPY = "copy"
EDIT = "edit a message and send it again"


def copy_picker(items: Sequence[Copyable], *, nothing: str) -> PickDialog[Copyable]:
    """Return a list of messages, code blocks and links, newest first.

    `nothing` is shown if there is nothing to copy.
    """
    choices = [PickOption(item.label, item.excerpt, item) for item in items]
    return PickDialog(COPY, choices, nothing=nothing)


def edit_picker(entries: Iterable[Entry]) -> PickDialog[int]:
    """Return a list of the user's messages, newest first; it returns the index of the choice."""
    own = [e for e in entries if e.role == "user" and e.text is not None and not e.example]
    choices = [
        PickOption(f"message {entry.index + 1}", entry.text or "", entry.index)
        for entry in reversed(own)
    ]
    return PickDialog(EDIT, choices, nothing="you have not sent a message yet")


class TextDialog(Dialog[None]):
    """Shows a text of any length; arrows scroll, Enter or Esc closes."""

    DEFAULT_CSS = "TextDialog > #frame { width: 100; max-height: 90%; padding: 1 2; }"
    context: ClassVar[str] = "text"

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with VerticalScroll(id="frame") as frame:
            frame.border_title = Content(visible(self._title))
            frame.border_subtitle = f"{self.key('cancel')} closes"
            yield Static(Content(visible(self._text)))


Formats = list[Export]


def ask_formats(screen: Screen[Any], family: Family, then: Callable[[Formats], object]) -> None:
    """Call `then` with the formats to write; ask if there are others besides the defaults."""
    if not any_installed() and not any(one.is_chosen for one in built_in(family)):
        then(usual(family))
        return

    def decide(there: Formats, problems: list[str]) -> None:
        for problem in problems:
            screen.app.notify(problem, severity="warning", markup=False)
        if not any(one.is_chosen for one in there):
            then(usual(family))
        elif screen.is_attached:
            dialog = PickDialog("export as", _choices(family, there), nothing="no formats")
            screen.app.push_screen(dialog, chosen)

    def chosen(formats: Formats | None) -> None:
        if formats:
            then(formats)

    def look() -> None:
        # In a thread: importing a package may take long.
        screen.app.call_from_thread(decide, *offered(family))

    screen.run_worker(look, thread=True, name="look for exports")


def _choices(family: Family, there: Formats) -> list[PickOption[Formats]]:
    """Return the default formats together, then each other one, then those of packages."""
    first = usual(family)
    found = [PickOption("usual", listed(one.name for one in first), first)]
    for one in there:
        if [one] != first:
            words = f"{one.help} ({one.package})" if one.package else f"a {one.suffix} file"
            found.append(PickOption(one.name, words, [one]))
    return found

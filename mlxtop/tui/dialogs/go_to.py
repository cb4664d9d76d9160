"""The dialog that asks for a time to go to, and lists the marks."""

import math
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from mlxtop import format as fmt
from mlxtop.text import one_line
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.dialogs.moment import RunSpan
from mlxtop.tui.widgets.entry import CleanInput
from mlxtop.tui.widgets.playback import precise_clock


class GoToDialog(Dialog[float]):
    """Asks for a moment of the run; the line below shows how the text is read."""

    DEFAULT_CSS = """
    GoToDialog > #frame { width: 62; }
    GoToDialog OptionList { max-height: 10; margin-top: 1; }
    """
    context: ClassVar[str] = "go_to"

    def __init__(
        self,
        *,
        start: float,
        now: float,
        end: float,
        wall: float | None,
        marks: Sequence[tuple[float, str]] = (),
    ) -> None:
        """`wall` is the wall time at `start`, if known; all in seconds.

        `marks` are times and notes in the order of time.
        """
        super().__init__()
        self._run = RunSpan(start, end, wall, marks)
        self._marks, self._start, self._now = marks, start, now

    def compose(self) -> ComposeResult:
        """Lay out the input, its meaning, and the marks."""
        with Vertical(id="frame") as frame:
            frame.border_title = "go to a time"
            yield CleanInput(
                placeholder="1:23   -30s   +10   14:05:10"
                + ("   a mark's note" if self._marks else "")
            )
            yield Static(self._span(), id="meaning", classes="quiet", markup=False)
            if self._marks:
                frame.border_subtitle = (
                    f"↑ ↓ choose a mark · Enter goes there · {self.key('cancel')} cancels"
                )
                yield self._list()

    def _list(self) -> OptionList:
        listed = OptionList(*(self._row(t, note) for t, note in self._marks), markup=False)
        # The input keeps the focus, so that typing and arrow keys both work.
        listed.can_focus = False
        return listed

    def _row(self, t: float, note: str) -> Content:
        clock = precise_clock(t - self._start).rjust(9)
        return Content.assemble(("⚑", "$mark"), (f"{clock}  ", "$quiet"), one_line(note, 200))

    def on_mount(self) -> None:
        """Start without a highlighted mark."""
        for listed in self.query(OptionList):
            listed.highlighted = None

    def action_move(self, count: int) -> None:
        """Put the time of the next or previous mark into the input."""
        for listed in self.query(OptionList):
            if count > 0:
                listed.action_cursor_down()
            else:
                listed.action_cursor_up()
            if listed.highlighted is not None:
                line = self.query_one(Input)
                line.value = _written(self._marks[listed.highlighted][0] - self._start)
                line.cursor_position = len(line.value)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._marks[event.option_index][0])

    def _span(self) -> str:
        run = self._run
        length = fmt.clock(run.end - run.start)
        words = f"the run is {length} long, now at {fmt.clock(self._now - self._start)}"
        began = run.clock(run.start)
        return f"{words}; it began at {began}" if began else words

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if not event.value.strip():
            self._say(self._span(), wrong=False)
            return
        t = self._run.moment(event.value, self._now)
        if isinstance(t, str):
            self._say(t, wrong=True)
        else:
            words = f"{fmt.clock(t - self._start)} from the start  {self._run.clock(t)}"
            self._say(f"→ {words.rstrip()}", wrong=False)

    def _say(self, words: str, *, wrong: bool) -> None:
        meaning = self.query_one("#meaning", Static)
        meaning.update(words)
        meaning.set_class(wrong, "problem").set_class(not wrong, "quiet")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        t = self._run.moment(event.value, self._now)
        if isinstance(t, str):
            self._say(t, wrong=True)
            # Selected: typing replaces it, an arrow key keeps it for correction.
            event.input.action_select_all()
        else:
            self.dismiss(t)


def _written(seconds: float) -> str:
    """Return a time in the form that is parsed, rounded up: at the mark, not before it.

    Minutes are not split into hours: three parts would be a time of day.
    """
    milliseconds = max(0, math.ceil(seconds * 1000 - 1e-6))
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes}:{rest // 1000:02}.{rest % 1000:03}"

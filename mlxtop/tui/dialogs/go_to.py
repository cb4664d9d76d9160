"""Asks for a time to look at."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from mlxtop import format as fmt
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.dialogs.moment import parse_moment
from mlxtop.tui.widgets.entry import CleanInput


class GoToDialog(Dialog[float]):
    """Asks for a moment between the run's start and end; says below the line what is meant."""

    DEFAULT_CSS = "GoToDialog > #frame { width: 62; }"

    def __init__(self, *, start: float, now: float, end: float, wall: float | None) -> None:
        """`wall` is the wall time at `start`, where it is known; all in seconds."""
        super().__init__()
        self._start, self._now, self._end, self._wall = start, now, end, wall

    def compose(self) -> ComposeResult:
        """Lay out the line to write in and what it means."""
        with Vertical(id="frame") as frame:
            frame.border_title = "go to a time"
            yield CleanInput(placeholder="1:23   -30s   +10   14:05:10")
            yield Static(self._span(), id="meaning", classes="quiet", markup=False)

    def _span(self) -> str:
        length = fmt.clock(self._end - self._start)
        words = f"the run is {length} long, you are at {fmt.clock(self._now - self._start)}"
        if self._wall is None:
            return words
        return f"{words}; it began at {self._clock(self._start)}"

    def _clock(self, t: float) -> str:
        return "" if self._wall is None else fmt.date(self._wall + t - self._start)[-8:]

    def _meant(self, text: str) -> float | str:
        t = parse_moment(text, start=self._start, now=self._now, wall_anchor=self._wall)
        length = fmt.clock(self._end - self._start)
        if isinstance(t, str):
            return f"{t} The run is {length} long."
        if not self._start - 1 <= t <= self._end + 1:
            side = "before the run began" if t < self._start else "after its end"
            return f"That is {side}: it is {length} long, so write from 0:00 to {length}."
        return max(self._start, min(t, self._end))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if not event.value.strip():
            self._say(self._span(), wrong=False)
            return
        t = self._meant(event.value)
        if isinstance(t, str):
            self._say(t, wrong=True)
        else:
            words = f"{fmt.clock(t - self._start)} from the start  {self._clock(t)}"
            self._say(f"→ {words.rstrip()}", wrong=False)

    def _say(self, words: str, *, wrong: bool) -> None:
        meaning = self.query_one("#meaning", Static)
        meaning.update(words)
        meaning.set_class(wrong, "problem").set_class(not wrong, "quiet")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        t = self._meant(event.value)
        if isinstance(t, str):
            self._say(t, wrong=True)
        else:
            self.dismiss(t)

"""What the keys of a benchmark do to its trials."""

from typing import TYPE_CHECKING

from textual import on, work

from mlxtop.bench.runner import Runner
from mlxtop.sources.live import Live
from mlxtop.tui.bench.exporting import export, name_of
from mlxtop.tui.bench.view import BenchView
from mlxtop.tui.dialogs.formats import Formats, ask_formats
from mlxtop.tui.dialogs.note import NoteDialog
from mlxtop.tui.run.happening import HappeningScreen

if TYPE_CHECKING:
    from mlxtop.bench.outcome import Taken


class TrialsScreen(HappeningScreen):
    """Trials of a runner in a table: selected, looked back at, repeated, left out, noted."""

    def __init__(self, live: Live, runner: Runner, hz: float) -> None:
        super().__init__(live, hz)
        self.live = live
        self.runner = runner

    @property
    def view(self) -> BenchView:
        """The table of trials."""
        return self.query_one(BenchView)

    def make_view(self) -> BenchView:
        """Return the table of trials."""
        return BenchView(self.runner, id="trials")

    # -- the table -------------------------------------------------------------------------------

    def action_move(self, count: int) -> None:
        """Select another trial."""
        self.view.move(count)
        self.frame()

    def action_page(self, count: int) -> None:
        """Select a trial further off."""
        self.action_move(count * self.view.page)

    @on(BenchView.Moved)
    def _moved(self) -> None:
        self.frame()

    @on(BenchView.Look)
    def _look(self) -> None:
        trial = self.view.trial
        if trial is not None:
            # Its end: the charts show what was before a moment.
            self.playhead.go_to(trial.ended)
            self.moved(
                f"Trial {trial.number} at its end; {self.key('back_to_now')} returns to now."
            )

    def action_prompt(self) -> None:
        """Go back to the table."""
        self.show_page(None)
        self.view.focus()

    # -- what a key does to a trial --------------------------------------------------------------

    def action_repeat(self) -> None:
        """Measure the point of the selected trial once more."""
        trial = self.view.trial
        if trial is None:
            return
        self.runner.repeat(trial.point)
        label = self.runner.points[trial.point].label
        self.say(f"{label} is measured once more, next.")
        self.frame()

    def action_drop(self) -> None:
        """Leave the selected trial out, or take it back."""
        place, trial = self.view.place, self.view.trial
        if place is not None and trial is not None:
            self.runner.change(place, dropped=not trial.dropped)
            self.frame()

    def action_note(self) -> None:
        """Write a note on the selected trial."""
        place, trial = self.view.place, self.view.trial
        if place is None or trial is None:
            return

        def noted(note: str | None) -> None:
            if note is not None:
                self.runner.change(place, note=note)
                self.frame()

        dialog = NoteDialog(f"note on trial {trial.number}", trial.note, "Enter writes the note")
        self.app.push_screen(dialog, noted)

    # -- what a key does to the run --------------------------------------------------------------

    def action_export(self) -> None:
        """Write the result to files in the current directory."""
        taken = self.runner.taken
        name = name_of(taken, self.runner)
        ask_formats(self, "benchmark", lambda formats: self._export(taken, name, formats))

    @work(thread=True)
    def _export(self, taken: "Taken", name: str, formats: Formats) -> None:
        self.app.call_from_thread(self._exported, export(taken.result(), name, formats))

    def _exported(self, words: str) -> None:
        # Above the strip: a toast would lie over what is said about the selected trial.
        self.say(words)
        self.frame()

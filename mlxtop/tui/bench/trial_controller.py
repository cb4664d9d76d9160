"""The actions of a benchmark on its trials."""

from functools import partial
from typing import TYPE_CHECKING

from mlxtop.bench.runner import Runner
from mlxtop.tui.bench.export import export, name_of
from mlxtop.tui.bench.view import BenchView
from mlxtop.tui.dialogs.pick import Formats, ask_formats
from mlxtop.tui.dialogs.question import NoteDialog
from mlxtop.tui.run.screen import RunScreen

if TYPE_CHECKING:
    from mlxtop.bench.outcome import Taken


class TrialController:
    """Selects, repeats, drops and notes trials in their table, and exports."""

    def __init__(self, screen: RunScreen, runner: Runner, view: BenchView) -> None:
        """`view` is the table on `screen`."""
        self.screen = screen
        self.runner = runner
        self.view = view

    def acts(self, action: str) -> bool | None:
        """Return whether an action is available; None for actions of other parts."""
        match action:
            case "drop" | "note" | "export":
                return len(self.runner.trials) > 0
            case "move" | "page":
                return not self.screen.enlarged
        return None

    # -- the table -------------------------------------------------------------------------------

    def action_move(self, count: int) -> None:
        """Select another trial."""
        self.view.move(count)
        self.screen.frame()

    def action_page(self, count: int) -> None:
        """Move the selection by a page."""
        self.action_move(count * self.view.page)

    # -- a trial --------------------------------------------------------------

    def repeat(self) -> None:
        """Measure the point of the selected trial again."""
        trial = self.view.trial
        if trial is None:
            return
        self.runner.repeat(trial.point)
        label = self.runner.points[trial.point].label
        self.screen.flash(f"{label} will be measured again next.")
        self.screen.frame()

    def action_drop(self) -> None:
        """Drop the selected trial, or restore it."""
        place, trial = self.view.place, self.view.trial
        if place is not None and trial is not None:
            self.runner.change(place, dropped=not trial.dropped)
            self.screen.frame()

    def action_note(self) -> None:
        """Write a note on the selected trial."""
        place, trial = self.view.place, self.view.trial
        if place is None or trial is None:
            return

        def noted(note: str | None) -> None:
            if note is not None:
                self.runner.change(place, note=note)
                self.screen.frame()

        dialog = NoteDialog(f"note on trial {trial.number}", trial.note, "Enter writes the note")
        self.screen.app.push_screen(dialog, noted)

    # -- the run --------------------------------------------------------------

    def action_export(self) -> None:
        """Write the result to files in the current directory."""
        taken = self.runner.taken
        name = name_of(taken, self.runner)

        def write(formats: Formats) -> None:
            work = partial(self._export, taken, name, formats)
            self.screen.run_worker(work, thread=True)

        ask_formats(self.screen, "benchmark", write)

    def _export(self, taken: "Taken", name: str, formats: Formats) -> None:
        self.screen.app.call_from_thread(self._exported, export(taken.result(), name, formats))

    def _exported(self, words: str) -> None:
        # Above the strip: a toast would cover the details of the selected trial.
        self.screen.flash(words)
        self.screen.frame()

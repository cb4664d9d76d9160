"""What keys do to the list of processes: sort, filter, select one, end it."""

from dataclasses import replace
from typing import Any, Protocol

from textual.app import App

from mlxtop.sources import Playhead
from mlxtop.tui.dialogs.question import ConfirmDialog, NoteDialog
from mlxtop.tui.watch.list import ProcessList
from mlxtop.tui.watch.processes import listed, next_order
from mlxtop.watch.ending import called, end, refusal
from mlxtop.watch.history import ProcessHistory
from mlxtop.watch.processes import ProcessInfo

NOTHING_SELECTED = "No process is selected; ↑ and ↓ select one."


class WatchedView(Protocol):
    """What the control needs of its screen."""

    @property
    def app(self) -> App[Any]:
        """The app, which shows dialogs."""

    @property
    def playhead(self) -> Playhead:
        """The playhead at the moment that is drawn."""

    def flash(self, words: str) -> None:
        """Show a message for as long as it takes to read it."""

    def frame(self) -> None:
        """Draw everything visible as of the present moment of the playhead."""

    def refresh_bindings(self) -> None:
        """Show the keys that are enabled now."""


class ProcessControl:
    """Sorts and filters the list, selects a process and ends it."""

    def __init__(self, view: WatchedView, history: ProcessHistory, shown: ProcessList) -> None:
        """Act on `shown`, the list of `history`."""
        self.view = view
        self.history = history
        self._shown = shown
        self._asked_to_end: set[tuple[int, float]] = set()
        """Number and beginning of the processes that have had SIGTERM."""

    def acts(self, action: str) -> bool | None:
        """Return whether an action has something to do; None if it is not of this part."""
        if action == "clear_filter":
            chosen = self._shown.view
            return bool(chosen.words) or chosen.selected is not None
        return self.selected() is not None if action == "end_process" else None

    def selected(self) -> ProcessInfo | None:
        """Return the selected process as of the moment that is drawn; None without one."""
        chosen = self._shown.view
        return next((p for p in self._listed() if p.pid == chosen.selected), None)

    def _listed(self) -> list[ProcessInfo]:
        reading = self.history.at(self.view.playhead.time())
        if reading is None:
            return []
        servers, rest = listed(reading, self._shown.view)
        return [*servers, *rest]

    def _change(self, **changes: Any) -> None:
        shown = self._shown
        shown.view = replace(shown.view, **changes)
        self.view.refresh_bindings()
        self.view.frame()

    def action_sort(self) -> None:
        """Change the order of the processes: by memory, by CPU, by GPU if that is known."""
        reading = self.history.at(self.view.playhead.time())
        self._change(order=next_order(self._shown.view.order, reading))

    def action_move(self, step: int) -> None:
        """Select the next process, or the one before; at first the first or the last."""
        pids = [process.pid for process in self._listed()]
        if not pids:
            return
        selected = self._shown.view.selected
        if selected in pids:
            place = max(0, min(len(pids) - 1, pids.index(selected) + step))
        else:
            place = 0 if step > 0 else len(pids) - 1
        self._change(selected=pids[place])

    def action_filter(self) -> None:
        """Ask which processes to list."""

        def typed(words: str | None) -> None:
            if words is not None:
                self._change(words=words)

        dialog = NoteDialog(
            "filter the processes",
            self._shown.view.words,
            "Enter filters",
            "a name, a part of a command line, a user or a PID; empty: all",
        )
        self.view.app.push_screen(dialog, typed)

    def action_clear_filter(self) -> None:
        """List all processes again; without a filter, select none."""
        if self._shown.view.words:
            self._change(words="")
        else:
            self._change(selected=None)

    def action_end_process(self) -> None:
        """Ask whether to end the selected process: by SIGTERM, the second time by SIGKILL."""
        process = self.selected()
        if process is None or (sentence := refusal(process)):
            self.view.flash(NOTHING_SELECTED if process is None else sentence)
            self.view.frame()
            return
        name = (process.pid, process.started)
        kill = name in self._asked_to_end

        def answered(yes: bool | None) -> None:
            if yes:
                self._asked_to_end.add(name)
                self.view.flash(end(process, kill=kill))
                self.view.frame()

        signal = "SIGKILL" if kill else "SIGTERM"
        detail = (
            "It has had SIGTERM and still runs. SIGKILL ends it at once: what it did not save is "
            "lost."
            if kill
            else "SIGTERM asks it to end; it may save its work before."
        )
        question = f"End {called(process)}? {signal}"
        self.view.app.push_screen(ConfirmDialog(question, detail=detail, yes="End"), answered)

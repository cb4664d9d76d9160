"""The recording of what happens now: whether it is on, and the marks in it."""

from typing import Any, Protocol

from textual.app import App

from mlxtop import format as fmt
from mlxtop.recording.recorder import Recorder
from mlxtop.sources.live_source import LiveSource
from mlxtop.text import one_line
from mlxtop.tui.dialogs.question import NoteDialog
from mlxtop.tui.run.header import RecordingSign, recorder_sign


class RecordedView(Protocol):
    """What the control needs of the screen that shows what is recorded."""

    @property
    def app(self) -> App[Any]:
        """The app, which shows dialogs and toasts."""

    def flash(self, words: str) -> None:
        """Show words for as long as it takes to read them."""

    def frame(self) -> None:
        """Draw everything visible as of the moment looked at."""


class RecordingControl:
    """Turns the recording of a source on and off, and sets marks."""

    def __init__(
        self, view: RecordedView, source: LiveSource, *, begins: str, remark: str = ""
    ) -> None:
        """`begins` says in words when a recording begins that was not begun yet.

        `remark` is said each time the recording is turned on.
        """
        self.view = view
        self.source = source
        self.begins = begins
        self.remark = remark

    @property
    def recorder(self) -> Recorder:
        """What writes the recording."""
        return self.source.recorder

    def acts(self, action: str) -> bool | None:
        """Return None: its actions can always be asked for."""
        return None

    def sign(self) -> RecordingSign:
        """Return whether and how much is recorded."""
        status = self.recorder.status
        return recorder_sign(status, self.source.playhead.end, waiting=self.begins)

    def action_mark(self) -> None:
        """Mark the moment looked at, with a note."""
        t = self.source.playhead.time()

        def noted(note: str | None) -> None:
            if note is not None:
                self.source.mark(note, t)
                if not self.recorder.on:
                    self.view.flash("Recording is off: the mark is kept on this screen only.")
                self.view.frame()

        self.view.app.push_screen(NoteDialog(), noted)

    def action_record(self) -> None:
        """Turn the recording off or on."""
        recorder = self.recorder
        recorder.set_on(not recorder.on)
        self.view.flash("Recording on." if recorder.on else "Recording off.")
        if recorder.on and (before := recorder.status.files):
            count = fmt.counted(len(before), "file")
            name = one_line(before[-1].name, 80)
            self.view.app.notify(
                f"Recording goes on in a new file; this run has {count} already, the last {name}.",
                markup=False,
            )
        self.view.frame()
        if recorder.on and self.remark:
            self.view.app.notify(self.remark, title="Recording", markup=False)

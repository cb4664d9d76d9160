"""Controls a recording: turns it on and off, and sets marks."""

from typing import Any, Protocol

from textual.app import App

from mlxtop import format as fmt
from mlxtop.recording.recorder import Recorder
from mlxtop.sources.base import LiveSource
from mlxtop.text import one_line
from mlxtop.tui.dialogs.question import NoteDialog
from mlxtop.tui.run.header import RecordingSign, recorder_sign


class RecordedView(Protocol):
    """What the control needs of its screen."""

    @property
    def app(self) -> App[Any]:
        """The app, which shows dialogs and toasts."""

    def flash(self, words: str) -> None:
        """Show a message for as long as it takes to read it."""

    def frame(self) -> None:
        """Draw everything visible as of the present moment of the playhead."""


class RecordingControl:
    """Turns the recording of a source on and off, and sets marks."""

    def __init__(
        self, view: RecordedView, source: LiveSource, *, begins: str, remark: str = ""
    ) -> None:
        """`begins` says when a recording that is waiting will begin.

        `remark` is shown each time the recording is turned on.
        """
        self.view = view
        self.source = source
        self.begins = begins
        self.remark = remark

    @property
    def recorder(self) -> Recorder:
        """The recorder."""
        return self.source.recorder

    def acts(self, action: str) -> bool | None:
        """Return None: its actions are always enabled."""
        return None

    def sign(self) -> RecordingSign:
        """Return the state of the recording."""
        status = self.recorder.status
        return recorder_sign(status, self.source.playhead.end, waiting=self.begins)

    def action_mark(self) -> None:
        """Mark the moment on the screen, with a note."""
        t = self.source.playhead.time()

        def noted(note: str | None) -> None:
            if note is not None:
                self.source.mark(note, t)
                if not self.recorder.on:
                    self.view.flash("Recording is off: the mark is only on this screen.")
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
                f"Recording continues in a new file; this run has {count} already, last {name}.",
                markup=False,
            )
        self.view.frame()
        if recorder.on and self.remark:
            self.view.app.notify(self.remark, title="Recording", markup=False)

"""A screen of what happens now: it is recorded, and moments of it can be marked."""

from typing import ClassVar

from mlxtop import format as fmt
from mlxtop.sources.happening import Happening
from mlxtop.text import one_line
from mlxtop.tui.dialogs.note import NoteDialog
from mlxtop.tui.run.header import RecordingSign, recorder_sign
from mlxtop.tui.run.screen import RunScreen


class HappeningScreen(RunScreen):
    """What a live run, a benchmark and a watched machine have in common."""

    recorded_from: ClassVar[str]
    """When a recording begins that was not begun yet, in words."""

    def __init__(self, source: Happening, hz: float) -> None:
        super().__init__(source, hz)
        self.happening = source

    def recording_sign(self) -> RecordingSign:
        """Return whether and how much is recorded."""
        status = self.happening.recorder.status
        return recorder_sign(status, self.playhead.end, waiting=self.recorded_from)

    def action_mark(self) -> None:
        """Mark the moment looked at, with a note."""
        t = self.playhead.time()

        def noted(note: str | None) -> None:
            if note is not None:
                self.happening.mark(note, t)
                if not self.happening.recorder.on:
                    self.say("Recording is off: the mark is kept on this screen only.")
                self.frame()

        self.app.push_screen(NoteDialog(), noted)

    def action_record(self) -> None:
        """Turn the recording off or on."""
        recorder = self.happening.recorder
        recorder.set_on(not recorder.on)
        self.say("Recording on." if recorder.on else "Recording off.")
        if recorder.on and (before := recorder.status.files):
            count = fmt.counted(len(before), "file")
            name = one_line(before[-1].name, 80)
            self.app.notify(
                f"Recording goes on in a new file; this run has {count} already, the last {name}.",
                markup=False,
            )
        self.frame()

"""The screen of a recording."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import BindingType

from mlxtop import format as fmt
from mlxtop.sources import Source
from mlxtop.sources.replay import Replay
from mlxtop.text import one_line
from mlxtop.tui.keys import bindings
from mlxtop.tui.run.header import RecordingSign
from mlxtop.tui.run.screen import NO_KEYS, RunScreen


class ReplayScreen(RunScreen):
    """A recording, played on the screen it was made on."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("replay"))

    def __init__(
        self,
        source: Source,
        hz: float,
        chosen_keys: Mapping[str, str] = NO_KEYS,
        *,
        name: str = "",
        paused: bool = False,
        explain_end: bool = False,
    ) -> None:
        """Play `source`; `name` is the file's; `explain_end` tells what led to its end."""
        super().__init__(source, hz, chosen_keys)
        self.recording_name = name
        self.paused = paused
        self.explain_end = explain_end

    def on_mount(self) -> None:
        """Begin to play only now: reading and starting up are no part of the recording."""
        if not self.paused:
            self.playhead.toggle()
        if self.explain_end:
            self.show_findings(self.playhead.end)

    def recording_sign(self) -> RecordingSign:
        """Return the sign of a replay: nothing is recorded."""
        header = self.timeline.header
        label = "synthetic data  " if header is not None and header.synthetic else ""
        return RecordingSign("▶ REPLAY", label + one_line(self.recording_name, 60))

    def rate_words(self) -> str:
        """Return the playing speed."""
        state = "" if self.playhead.playing else " paused"
        return f"{self.playhead.speed:g}×{state}"

    def status_words(self, t: float) -> str:
        """Return what was said then, else what the reader said and how the file was made."""
        made = self.timeline.header.made if self.timeline.header else ""
        return super().status_words(t) or "  ".join(w for w in (self.file_words(), made) if w)

    def file_words(self) -> str:
        """Return what is to be said of the file: how far it is read, and what is wrong with it."""
        source = self.source
        if not isinstance(source, Replay):
            return ""
        if source.reading:
            return f"Reading on: {fmt.percent(source.share_read * 100)} of the file so far."
        return source.problem or source.said

    @property
    def status_is_quiet(self) -> bool:
        """What a file is made of is good to know; what is wrong is more."""
        return not self.file_words() and not super().status_words(self.playhead.time())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what does nothing at the moment."""
        if action == "leave":
            # Below it lies the app's own empty screen, and a run where it was opened from one.
            return not self.enlarged and self.app.screen_stack.index(self) > 1
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Go back to where the replay was opened."""
        self.source.close()
        self.dismiss()

"""The screen of a recording that another process is still writing."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import BindingType

from mlxtop import format as fmt
from mlxtop.sources.follow import Follow
from mlxtop.text import one_line
from mlxtop.tui.keys import bindings
from mlxtop.tui.run.header import RecordingSign
from mlxtop.tui.run.replay import ReplayScreen
from mlxtop.tui.run.screen import NO_KEYS


class FollowScreen(ReplayScreen):
    """A run that goes on elsewhere, on the screen it would have here."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("replay", "follow"))

    def __init__(
        self,
        source: Follow,
        hz: float,
        chosen_keys: Mapping[str, str] = NO_KEYS,
        *,
        name: str = "",
    ) -> None:
        """Follow `source`; `name` is the file's."""
        super().__init__(source, hz, chosen_keys, name=name, paused=True)
        self.follow = source

    def recording_sign(self) -> RecordingSign:
        """Return whether the run goes on."""
        name = one_line(self.recording_name, 60)
        if self.follow.running:
            return RecordingSign("● FOLLOW", name, on=True)
        return RecordingSign("■ ENDED", name)

    def rate_words(self) -> str:
        """Return whether now is looked at, and how often it is drawn."""
        if not self.playhead.live:
            return super().rate_words()
        return f"{self.hz:g} Hz" if self.playhead.following else f"{self.hz:g} Hz frozen"

    def status_words(self, t: float) -> str:
        """Return what was said, else where the view stands and why the run is over."""
        if self.playhead.frozen:
            behind = fmt.seconds(self.playhead.end - t)
            return f"Frozen {behind} ago. {self.key('freeze')} or {self.key('go_end')} returns."
        if self.follow.problem:
            return self.follow.problem
        if not self.follow.running and not self.follow.report.clean:
            return "Nobody writes this recording any more, and it has no end: its run broke off."
        return super().status_words(t)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what does nothing at the moment."""
        if action == "go_end":
            return not self.playhead.following
        return super().check_action(action, parameters)

    @property
    def status_is_quiet(self) -> bool:
        """What breaks off is more than good to know."""
        return self.follow.running and not self.playhead.frozen

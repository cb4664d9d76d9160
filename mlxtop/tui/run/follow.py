"""The screen of a recording that another process is still writing."""

from typing import ClassVar

from mlxtop import format as fmt
from mlxtop.sources.follow import Follow
from mlxtop.text import one_line
from mlxtop.tui.run.header import RecordingSign
from mlxtop.tui.run.replay import ReplayScreen


class FollowScreen(ReplayScreen):
    """A run that goes on elsewhere, on the screen it would have here."""

    context: ClassVar[str] = "follow"

    def __init__(
        self,
        source: Follow,
        hz: float,
        *,
        name: str = "",
    ) -> None:
        """Follow `source`; `name` is the file's."""
        super().__init__(source, hz, name=name, paused=True)
        self.follow = source

    def react(self) -> None:
        """Take the keys of a replay once the run is over: it can be played from then on."""
        super().react()
        if self.acts_in != "replay" and not self.follow.running:
            self.act_in("replay")

    @property
    def broke_off(self) -> bool:
        """Whether it is a run that ended without saying so."""
        return self.follow.broke_off

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
            return f"You see {behind} ago; the run goes on. {self.key('freeze')} returns."
        if self.follow.problem:
            return self.follow.problem
        if self.broke_off:
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

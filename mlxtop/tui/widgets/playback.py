"""The state of playback, in words."""

from dataclasses import dataclass
from typing import Literal

from mlxtop import format as fmt
from mlxtop.sources.playhead import Playhead
from mlxtop.tui.widgets.rows import Row


def precise_clock(position: float) -> str:
    """Return seconds as `1:23.4`, with tenths, for a moment that does not move."""
    tenths = int(max(0.0, position) * 10 + 1e-6)
    return f"{fmt.clock(tenths / 10)}.{tenths % 10}"


@dataclass(frozen=True, slots=True)
class PlaybackState:
    """Whether the view is live, frozen, paused or playing."""

    mode: Literal["live", "frozen", "playing", "paused"]
    speed: float = 1.0
    loop: tuple[float, float] | None = None
    """The loop that is played; both times are equal until its end is chosen."""
    is_over: bool = False
    """Whether the run has ended, so that its length is final."""

    @classmethod
    def of(cls, playhead: Playhead) -> "PlaybackState":
        """Return the state of a playhead."""
        if playhead.following:
            return cls("live")
        if playhead.live:
            return cls("frozen")
        loop = playhead.loop
        if loop is None and playhead.loop_from is not None:
            loop = (playhead.loop_from, playhead.loop_from)
        return cls(
            "playing" if playhead.playing else "paused",
            playhead.speed,
            loop,
            is_over=not playhead.is_growing,
        )

    def row(self, position: float, whole: float, when: str = "") -> Row:
        """Return the state in words; `position` and `whole` are seconds from the origin.

        `when` is date and time of day of the moment, for a recording.
        """
        match self.mode:
            case "live":
                return ((f"● live {fmt.clock(position)}", "quiet"),)
            case "frozen":
                return (("❄ frozen at ", "mark"), (precise_clock(position), "value"))
            case "playing":
                again = "↻ " if self.loop else ""
                sign, words = f"▶ {again}{self.speed:g}× ", fmt.clock(position)
            case _:
                sign, words = "‖ paused ", precise_clock(position)
        dated: Row = ((f"{when}   ", "quiet"),) if when else ()
        return (
            *dated,
            (sign, "decode"),
            (words, "value"),
            (f" / {fmt.clock(whole)}", "quiet"),
        )

"""When wall time is written against the shared clock."""

from mlxtop.events import Anchor

EVERY_SECONDS = 60.0
STEP_SECONDS = 0.5
# The machine slept or the process was stopped: time is told again even if the clocks agree.
PAUSE_SECONDS = 2.0


class Anchors:
    """Gives an `Anchor` at the start, each minute, after a pause, when wall time steps by 0.5 s."""

    def __init__(self) -> None:
        """Begin without one: the first `due` gives it."""
        self._last: Anchor | None = None
        self._asked: float | None = None

    def due(self, t: float, wall: float) -> Anchor | None:
        """Return the anchor to write at `t`, or None where none is due."""
        last, asked = self._last, self._asked
        self._asked = t
        if last is not None and asked is not None and t - asked <= PAUSE_SECONDS:
            stepped = abs((wall - t) - (last.wall - last.t)) > STEP_SECONDS
            if not stepped and t - last.t < EVERY_SECONDS:
                return None
        self._last = Anchor(t=t, wall=wall)
        return self._last

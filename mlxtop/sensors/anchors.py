"""When wall time is written against the shared clock."""

from mlxtop.events import Anchor

EVERY_SECONDS = 60.0
STEP_SECONDS = 0.5


class Anchors:
    """Gives an `Anchor` at the start, each minute, and when wall time steps by over 0.5 s."""

    def __init__(self) -> None:
        """Begin without one: the first `due` gives it."""
        self._last: Anchor | None = None

    def due(self, t: float, wall: float) -> Anchor | None:
        """Return the anchor to write at `t`, or None where none is due."""
        last = self._last
        if last is not None:
            stepped = abs((wall - t) - (last.wall - last.t)) > STEP_SECONDS
            if not stepped and t - last.t < EVERY_SECONDS:
                return None
        self._last = Anchor(t=t, wall=wall)
        return self._last

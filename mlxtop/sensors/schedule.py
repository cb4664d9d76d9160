"""Deadlines on the shared clock: tick k is due at start + k / hz, whatever came before."""

from math import floor

# Ticks missed for longer than this were not late: the machine slept or the process was stopped.
GAP_SECONDS = 10.0
# Nothing was being read and still nobody woke: no busy machine keeps a thread waiting so long.
GAP_ASLEEP_SECONDS = 2.0


class Schedule:
    """Which tick is next; deadlines never drift and missed ones are never caught up."""

    def __init__(self, start: float, hz: float) -> None:
        """Begin with tick 0 due at `start`, seconds on the shared clock."""
        self._start = start
        self._hz = hz
        self.tick = 0
        self.dropped = 0
        """Ticks that were missed because one before them took too long."""
        self.gaps = 0
        """Times the machine slept or the process was stopped."""

    @property
    def deadline(self) -> float:
        """When the current tick is due, seconds on the shared clock."""
        return self._start + self.tick / self._hz

    def catch_up(self, t: float, *, waited: bool = False) -> None:
        """Move on to the newest tick that is due at `t`, counting those passed over.

        `waited`: nothing was read meanwhile, the thread only waited for its deadline.
        """
        # The epsilon keeps a tick that is woken at its very deadline from rounding down.
        newest = floor((t - self._start) * self._hz + 1e-6)
        missed = newest - self.tick
        if missed > 0:
            longest = GAP_ASLEEP_SECONDS if waited else GAP_SECONDS
            if missed > longest * self._hz:
                self.gaps += 1
            else:
                self.dropped += missed
            self.tick = newest

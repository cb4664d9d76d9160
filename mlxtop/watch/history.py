"""The process list over time: read in a thread of its own, kept for as long as it is looked at."""

import threading
from bisect import bisect_right
from collections.abc import Callable

import psutil

from mlxtop.watch.processes import ProcessReader, Reading

EVERY_SECONDS = 1.0
LARGEST_SHARE = 0.05
"""Part of a core that reading the list may take: a machine with more processes is read less often.
"""
KEPT_READINGS = 600
STOP_SECONDS = 0.5


def wait_after(seconds: float) -> float:
    """Return how long to wait after a reading that took `seconds` of CPU time."""
    return max(EVERY_SECONDS, seconds / LARGEST_SHARE)


class ProcessHistory:
    """Readings of the last ten minutes; `at` answers for any moment, from any thread."""

    def __init__(self, read: Callable[[], Reading] | None = None) -> None:
        """Prepare; nothing is read before `start`."""
        self._read = read or ProcessReader().read
        self._readings: tuple[Reading, ...] = ()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="processes", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """End reading; a reading that is under way is left behind after half a second."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def add(self, reading: Reading) -> None:
        """Keep a reading, and let go of the oldest."""
        # Replaced as a whole: a screen that looks meanwhile sees the one or the other.
        self._readings = (*self._readings[1 - KEPT_READINGS :], reading)

    def at(self, t: float) -> Reading | None:
        """Return the reading that stood at time t; None where none is kept from before it."""
        readings = self._readings
        place = bisect_right(readings, t, key=lambda reading: reading.t)
        return readings[place - 1] if place else None

    def _run(self) -> None:
        wait = 0.0
        while not self._stopping.wait(wait):
            try:
                reading = self._read()
            # A list that cannot be had now may be had in a second: psutil's own RuntimeError is
            # macOS's word for a call that failed without saying why.
            except (psutil.Error, OSError, RuntimeError):
                wait = EVERY_SECONDS
                continue
            self.add(reading)
            # The first CPU shares need a second reading: it comes soon.
            first = len(self._readings) == 1
            wait = 0.3 if first else wait_after(reading.seconds)

"""The lists of processes of the last ten minutes, read in a thread."""

import math
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping

import psutil

from mlxtop.watch.processes import ProcessReader, Reading
from mlxtop.watch.served import Served

EVERY_SECONDS = 1.0
LARGEST_SHARE = 0.05
"""Share of a core for reading the list: with more processes it is read less often.
"""
KEPT_READINGS = 600
STOP_SECONDS = 0.5


def wait_after(seconds: float) -> float:
    """Return how long to wait after a reading that took `seconds` of CPU time."""
    return max(EVERY_SECONDS, seconds / LARGEST_SHARE)


class ProcessHistory:
    """Readings of the last ten minutes; `at` works for any moment, from any thread."""

    def __init__(self, read: Callable[[], Reading] | None = None) -> None:
        """Prepare; nothing is read before `start`."""
        self._served = Served()
        self._read = read or ProcessReader(details=True, served=self._served).read
        self._readings: tuple[Reading, ...] = ()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="processes", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """End reading; a running reading is abandoned after half a second."""
        self._stopping.set()
        self._served.close()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def add(self, reading: Reading) -> None:
        """Keep a reading, and drop the oldest."""
        # Replaced as a whole: other threads see the old or the new readings.
        self._readings = (*self._readings[1 - KEPT_READINGS :], reading)

    def at(self, t: float) -> Reading | None:
        """Return the last reading at time t; None if there is none."""
        readings = self._readings
        place = bisect_right(readings, t, key=lambda reading: reading.t)
        return readings[place - 1] if place else None

    def trails(self, t: float, seconds: float, cells: int) -> Mapping[int, tuple[float, ...]]:
        """Return each process's CPU up to time t: its mean in each of `cells` parts of `seconds`.

        NaN where it was not read. The parts begin at whole multiples of their length, so that a
        later call moves all of them at once.
        """
        part = seconds / cells
        last = math.floor(t / part)
        first = last - cells + 1
        readings = self._readings
        begin = bisect_left(readings, first * part, key=lambda reading: reading.t)
        sums: dict[int, list[float]] = {}
        counts: dict[int, list[int]] = {}
        for reading in readings[begin:]:
            if reading.t > t:
                break
            place = math.floor(reading.t / part) - first
            for process in reading.processes:
                if process.cpu_percent is not None:
                    row = sums.get(process.pid)
                    if row is None:
                        row = sums[process.pid] = [0.0] * cells
                        counts[process.pid] = [0] * cells
                    row[place] += process.cpu_percent
                    counts[process.pid][place] += 1
        return {
            pid: tuple(
                total / count if count else math.nan
                for total, count in zip(row, counts[pid], strict=True)
            )
            for pid, row in sums.items()
        }

    def _run(self) -> None:
        wait = 0.0
        while not self._stopping.wait(wait):
            try:
                reading = self._read()
            # The list may be available again in a second; on macOS psutil raises RuntimeError
            # for a call that failed without a reason.
            except (psutil.Error, OSError, RuntimeError):
                wait = EVERY_SECONDS
                continue
            self.add(reading)
            # The first CPU shares need a second reading soon.
            first = len(self._readings) == 1
            wait = 0.3 if first else wait_after(reading.seconds)

"""The clock that engine, sensors and screen share.

`time.monotonic` stops while a machine sleeps, so a suspend would leave no gap in a recording.
CLOCK_BOOTTIME (Linux) and CLOCK_MONOTONIC_RAW (macOS) continue, and are the same in every process.
"""

import sys
import time

if sys.platform == "darwin":
    CLOCK_NAME = "CLOCK_MONOTONIC_RAW"
    _CLOCK = time.CLOCK_MONOTONIC_RAW
else:
    CLOCK_NAME = "CLOCK_BOOTTIME"
    _CLOCK = time.CLOCK_BOOTTIME


def now() -> float:
    """Return seconds on the shared clock (since boot), comparable between processes."""
    return time.clock_gettime(_CLOCK)


def wall() -> float:
    """Return wall time in seconds since the Unix epoch, for clock anchors and names only."""
    return time.time()

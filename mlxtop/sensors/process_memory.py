"""How much memory a process takes: one way to read it, for sensors and for the list."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import psutil

RESIDENT = "psutil Process.memory_info rss"


@dataclass(frozen=True)
class ProcessMemory:
    """`read` returns bytes and raises psutil's errors; `source` says in words what they are."""

    source: str
    read: Callable[[psutil.Process], int]


def resident(process: psutil.Process) -> int:
    """Return what of a process lies in memory; what processes share counts in each."""
    return int(process.memory_info().rss)


def process_memory(platform: str = sys.platform, library: str | None = None) -> ProcessMemory:
    """Return the way of `platform`: the footprint on macOS, resident memory elsewhere.

    Resident memory too where the footprint cannot be had; `library` has the call.
    """
    if platform == "darwin":
        from mlxtop.sensors.macos.footprint import SOURCE, Footprints

        try:
            footprints = Footprints(library)
        except (OSError, AttributeError):
            return ProcessMemory(RESIDENT, resident)

        def footprint(process: psutil.Process) -> int:
            found = footprints.of(process.pid)
            return resident(process) if found is None else found

        # What works for this process works for all of this user's.
        if footprints.of(os.getpid()) is not None:
            return ProcessMemory(SOURCE, footprint)
    return ProcessMemory(RESIDENT, resident)

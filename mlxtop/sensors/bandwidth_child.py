"""Measures how fast this machine copies memory, in a short-lived process: one line of JSON.

Run: python -m mlxtop.sensors.bandwidth_child

Several threads copy at the same time, each between its own two buffers, larger than the last-level
cache. A copy of n bytes is n read and n written, as STREAM counts it; the best round counts.
"""

import contextlib
import ctypes
import json
import mmap
import os
import statistics
import sys
import threading
import time
from pathlib import Path

from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.parse import parse_meminfo

MEMINFO = Path("/proc/meminfo")
CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
MOST_THREADS = 8
SMALLEST_CACHE_BYTES = 32 << 20
ROUNDS = 10
COPIES = 3
"""Copies in a round: the wait at its start is then a small part of the time."""
LARGEST_SHARE = 8
"""The buffers together take at most this part of the available memory."""


def cache_bytes(folder: Path = CACHES) -> int:
    """Return the size of the largest cache of the first core, at least 32 MiB."""
    found = [SMALLEST_CACHE_BYTES]
    for path in folder.glob("index*/size"):
        try:
            text = path.read_text().strip()
            found.append(int(text.removesuffix("K")) << 10 if text.endswith("K") else int(text))
        except (OSError, ValueError):
            continue
    return max(found)


def threads_here() -> int:
    """Return how many threads copy: one for each core this process may use, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(MOST_THREADS, usable or 1))


def _memory(size: int) -> mmap.mmap:
    memory = mmap.mmap(-1, size)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        # With small pages, the page tables would count as much as the memory.
        with contextlib.suppress(OSError):
            memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


def copy_rates(threads: int, size: int, rounds: int = ROUNDS) -> list[float]:
    """Return the bytes read and written per second in each round.

    Each thread copies `size` bytes. Raises OSError if there is not enough memory.
    """
    buffers = [(_memory(size), _memory(size)) for _ in range(threads)]
    barrier = threading.Barrier(threads)
    times: list[list[tuple[float, float]]] = [[] for _ in range(threads)]

    def work(place: int) -> None:
        source, target = (ctypes.addressof(ctypes.c_char.from_buffer(b)) for b in buffers[place])
        # Pages never written are all the same page of zeros and occupy no memory.
        ctypes.memset(source, 1, size)
        ctypes.memset(target, 1, size)
        for _ in range(rounds):
            barrier.wait()
            begun = time.perf_counter()
            for _ in range(COPIES):
                # ctypes releases the interpreter's lock meanwhile: the threads copy in parallel.
                ctypes.memmove(target, source, size)
            times[place].append((begun, time.perf_counter()))

    workers = [threading.Thread(target=work, args=(place,)) for place in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    moved = 2 * size * COPIES * threads
    return [
        moved / (max(end for _, end in spans) - min(begun for begun, _ in spans))
        for spans in zip(*times, strict=True)
    ]


def main() -> None:
    """Measure, and print the best and the median round."""
    threads, size = threads_here(), cache_bytes()
    # Not by psutil, whose virtual_memory() raises on macOS 27.
    available = parse_meminfo(try_text(MEMINFO)).get("MemAvailable")
    if available is not None and 2 * size * threads > available // LARGEST_SHARE:
        sys.exit("too little memory is free for buffers larger than the cache")
    rates = copy_rates(threads, size)
    print(
        json.dumps(
            {
                "bytes_per_second": max(rates),
                "median_bytes_per_second": statistics.median(rates),
                "threads": threads,
                "buffer_bytes": size,
            }
        )
    )


if __name__ == "__main__":
    main()

"""Apple's table of chips: theoretical memory bandwidth by chip and GPU cores."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TABLE = "apple_chips.csv"
# Apple's "GB" of memory are binary, its GB/s are decimal.
GIBIBYTE = 1 << 30


@dataclass(frozen=True)
class Chip:
    """One row of the table; None if Apple does not specify it."""

    name: str
    gpu_cores: int | None
    bandwidth_bytes_per_second: float | None
    largest_memory_bytes: int


@cache
def chips() -> tuple[Chip, ...]:
    """Return the table next to this module."""
    with files(__package__).joinpath(TABLE).open(encoding="utf-8") as lines:
        return tuple(
            Chip(
                name=row["chip"],
                gpu_cores=int(row["gpu_cores"]) if row["gpu_cores"] else None,
                bandwidth_bytes_per_second=(
                    float(row["bandwidth_gbs"]) * 1e9 if row["bandwidth_gbs"] else None
                ),
                largest_memory_bytes=int(row["max_memory_gb"]) * GIBIBYTE,
            )
            for row in csv.DictReader(lines)
        )


def memory_bandwidth_bytes_per_second(
    chip: str, gpu_cores: int | None = None, memory_bytes: int | None = None
) -> float | None:
    """Return the theoretical bandwidth of a chip's memory in bytes a second.

    None for a chip that is not in the table, and if rows with different figures match.
    """
    rows = [row for row in chips() if row.name == chip]
    if gpu_cores is not None:
        rows = [row for row in rows if row.gpu_cores in (gpu_cores, None)]
    if memory_bytes is not None:
        rows = [row for row in rows if memory_bytes <= row.largest_memory_bytes]
    found = {row.bandwidth_bytes_per_second for row in rows}
    return found.pop() if len(found) == 1 else None

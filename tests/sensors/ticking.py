"""A clock that does as it is told, and where captured output lies."""

import os
from collections.abc import Callable
from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"


class Ticking:
    """Moves only while someone waits, or when told to."""

    def __init__(self) -> None:
        self.t = 1000.0
        self.wall_offset = 1_700_000_000.0
        self.waits = 0
        self.most_waits = 10
        self.on_wait: Callable[[int], None] = lambda number: None

    def now(self) -> float:
        return self.t

    def wall(self) -> float:
        return self.t + self.wall_offset

    def wait(self, seconds: float) -> bool:
        self.t += seconds
        self.waits += 1
        self.on_wait(self.waits)
        return self.waits >= self.most_waits


def captures(pattern: str) -> list[Path]:
    """Return our own fixtures that match, and the files of MLXTOP_CAPTURES that do."""
    found = sorted(FIXTURES.glob(pattern))
    if folder := os.environ.get("MLXTOP_CAPTURES"):
        found += sorted(Path(folder).rglob(pattern))
    return found

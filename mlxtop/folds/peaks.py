"""The highest value of any stretch of a long array, without looking at all of it."""

import math
from array import array
from collections.abc import Sequence

BLOCK = 64
"""Values that one value of the next coarser level stands for."""


def highest(values: Sequence[float]) -> float:
    """Return the highest known value; NaN, which is "unknown", where there is none."""
    # A comparison with NaN is false, so that only one in the first place can win over the others.
    best = max(values, default=math.nan)
    if best == best:
        return best
    return max((value for value in values if value == value), default=math.nan)


class Peaks:
    """The highest of each block of an array that grows, the highest of those, and so on.

    Made when asked for and extended from there. What is cut off or put in between is reported
    by `forget`.
    """

    __slots__ = ("_coarse", "_values")

    def __init__(self, values: "array[float]") -> None:
        """Look at `values`, which may grow."""
        self._values = values
        self._coarse: tuple[array[float], Peaks] | None = None

    def highest(self, low: int, high: int) -> float:
        """Return the highest known of values[low:high]; NaN where there is none."""
        values = self._values
        if high - low <= 2 * BLOCK:
            return highest(values[low:high])
        first, last = -(-low // BLOCK), high // BLOCK
        between = self._blocks()[1].highest(first, last)
        return highest(
            (highest(values[low : first * BLOCK]), between, highest(values[last * BLOCK : high]))
        )

    def last_known(self, high: int) -> int:
        """Return the place of the last known value of values[:high]; -1 where there is none."""
        values, place = self._values, high - 1
        while place >= 0 and values[place] != values[place]:
            if place % BLOCK == 0:
                # On to the last of the blocks before that holds anything.
                place = (self._blocks()[1].last_known(place // BLOCK) + 1) * BLOCK
            place -= 1
        return place

    def prepare(self) -> None:
        """Make now what the next question about a long stretch would have to make."""
        self.highest(0, len(self._values))

    def forget(self, place: int) -> None:
        """Forget what is known of values[place:], which have changed."""
        if self._coarse is not None:
            blocks, peaks = self._coarse
            del blocks[place // BLOCK :]
            peaks.forget(place // BLOCK)

    def _blocks(self) -> "tuple[array[float], Peaks]":
        if self._coarse is None:
            blocks = array("d")
            self._coarse = blocks, Peaks(blocks)
        blocks, values = self._coarse[0], self._values
        for start in range(len(blocks) * BLOCK, len(values) - BLOCK + 1, BLOCK):
            blocks.append(highest(values[start : start + BLOCK]))
        return self._coarse

"""Figures that are codes: a level among words, or a mask of bits with a word each."""

import math
from collections.abc import Iterable
from functools import reduce
from operator import or_

import msgspec

from mlxtop.format import UNKNOWN

_LARGEST_MASK = 1 << 53


class Levels(msgspec.Struct, frozen=True):
    """Whole numbers from 0 on, each with a word. A level has a highest, but no mean."""

    words: tuple[str, ...]
    noun: str = "level"
    """What the word is, in a column of units."""
    slows_from: int | None = None
    """The lowest level that slows the machine down; None if none does."""
    signs: tuple[str, ...] = ()
    """Shapes before the words, so that a level does not depend on its colour alone."""
    inks: tuple[str, ...] = ()
    """Names of the colours of the levels."""

    def word(self, level: float | None) -> str:
        """Return the word of a level; `—` for any other value."""
        if level is None or not math.isfinite(level) or not 0 <= level < len(self.words):
            return UNKNOWN
        return self.words[int(level)]

    def said(self, level: float | None) -> str:
        """Return a level as a pane and a table show it; "—" for what is not a level."""
        return self.word(level)

    def slowing(self, levels: Iterable[float | None]) -> list[str]:
        """Return the word of the worst of the levels, where it slows the machine down."""
        known = [level for level in levels if level is not None and math.isfinite(level)]
        worst = max(known, default=0.0)
        slow = self.slows_from is not None and worst >= self.slows_from
        return [self.word(worst)] if slow else []


class Mask(msgspec.Struct, frozen=True):
    """Bits with a word each. A mask has neither a highest nor a mean."""

    bits: tuple[tuple[int, str], ...]
    harmless: int = 0
    """Bits that slow nothing down."""
    noun: str = "reasons"
    """What the words are, in a column of units."""
    none: str = "nothing"
    """Said behind the figure's label where no bit is set."""
    alone: str = "none"
    """Said without a label."""

    def words(self, mask: float | None) -> list[str]:
        """Return the words of the bits that are set; of a bit without a word its number.

        Empty for 0 and for a number that is not a mask.
        """
        bits = bits_of(mask)
        words = [word for bit, word in self.bits if bits & bit]
        rest = bits & ~sum(bit for bit, _ in self.bits)
        return [*words, f"reason {rest:#x}"] if rest else words

    def said(self, mask: float | None) -> str:
        """Return the words behind the figure's label."""
        return UNKNOWN if mask is None else ", ".join(self.words(mask)) or self.none

    def brakes(self, masks: Iterable[float | None]) -> int:
        """Return the bits of any of the masks that slow the machine down."""
        return reduce(or_, map(bits_of, masks), 0) & ~self.harmless

    def slowing(self, masks: Iterable[float | None]) -> list[str]:
        """Return the words of the bits that slow the machine down."""
        return self.words(self.brakes(masks))


def bits_of(mask: float | None) -> int:
    """Return the bits of a mask; none for what is not a mask."""
    if mask is None or not 0 <= mask < _LARGEST_MASK or mask != int(mask):
        return 0
    return int(mask)

"""Figures that are codes, in words: pure, for panes and pages that show them."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

THERMAL_WORDS = ("nominal", "moderate", "heavy", "trapping", "sleeping")

# NVML's nvmlClocksEventReasons, bit by bit.
_THROTTLE = (
    (0x1, "idle"),
    (0x2, "set clocks"),
    (0x4, "power cap"),
    (0x8, "hardware slowdown"),
    (0x10, "sync boost"),
    (0x20, "heat"),
    (0x40, "heat, by hardware"),
    (0x80, "power brake"),
    (0x100, "display clocks"),
    (0x200, "board limit"),
    (0x400, "reliability"),
)
# Neither is a brake: an idle GPU clocks down, and somebody chose the clocks.
_NO_BRAKE = 0x1 | 0x2 | 0x100
_LARGEST_MASK = 1 << 53


def thermal_word(level: float | None) -> str:
    """Return macOS's word for a thermal level of 0 to 4; "—" for any other."""
    if level is None or level != level or not 0 <= level < len(THERMAL_WORDS):
        return "—"
    return THERMAL_WORDS[int(level)]


def asleep_word(asleep: float | None) -> str:
    """Return whether a GPU is asleep or awake; "—" where that is not known."""
    return "—" if asleep is None or asleep != asleep else "asleep" if asleep else "awake"


def throttle_words(mask: float | None) -> list[str]:
    """Return why an NVIDIA GPU's clocks are held back, a word or two for each bit.

    Empty for 0 and for what is no mask; a bit without a name is given as its number.
    """
    bits = _bits(mask)
    words = [word for bit, word in _THROTTLE if bits & bit]
    rest = bits & ~sum(bit for bit, _ in _THROTTLE)
    return [*words, f"reason {rest:#x}"] if rest else words


def brakes(masks: Iterable[float | None]) -> int:
    """Return the bits that name a brake in any of the masks, not idleness or a choice of clocks."""
    return reduce(or_, map(_bits, masks), 0) & ~_NO_BRAKE


def is_throttled(mask: float | None) -> bool:
    """Return whether the mask names a brake."""
    return bool(brakes((mask,)))


def _bits(mask: float | None) -> int:
    """Return the bits of a mask; none for what is not a mask."""
    if mask is None or not 0 <= mask < _LARGEST_MASK or mask != int(mask):
        return 0
    return int(mask)

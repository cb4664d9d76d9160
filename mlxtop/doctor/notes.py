"""What a figure that is a code, or zero, means: pure."""

from mlxtop.figures import CATALOGUE, Mask
from mlxtop.format import UNKNOWN

NO_SWAP = (
    "no swap now; macOS makes swap files when it needs them, Linux needs a swap file, a partition"
    " or zram"
)


def meaning(name: str, value: float) -> str:
    """Return what a value means in words; empty where the number says it."""
    if name == "swap.total_bytes" and value == 0:
        return NO_SWAP
    codes = CATALOGUE.of(name).codes
    if codes is None:
        return ""
    if isinstance(codes, Mask):
        return ", ".join(codes.words(value)) or codes.alone
    word = codes.word(value)
    return "" if word == UNKNOWN else word.lower()

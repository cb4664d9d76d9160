"""What a figure that is a code, or a nought, means: pure."""

from mlxtop.sensors.words import asleep_word, thermal_word, throttle_words

_PRESSURE = {0: "normal", 1: "warn", 2: "critical"}
NO_SWAP = (
    "no swap now; macOS makes swap files when it needs them, Linux needs a swap file, a partition"
    " or zram"
)


def meaning(name: str, value: float) -> str:
    """Return what a value means in words; empty where the number says it."""
    if name == "pressure.level":
        return _PRESSURE.get(int(value), "")
    if name == "thermal.level":
        return thermal_word(value)
    if name.endswith(".throttle_reasons"):
        return ", ".join(throttle_words(value)) or "not held back"
    if name.endswith(".asleep"):
        return asleep_word(value)
    if name == "swap.total_bytes" and value == 0:
        return NO_SWAP
    return ""

"""Python's collections of garbage, kept out of a start.

What a start makes stays: a full collection in the middle of it looks at some 300,000 objects and
finds none, 65 ms of the 0.6 s to the first frame of a replay. Later ones need not look at them.
"""

import gc

_OF_A_START = 200_000
"""More new objects than a start makes between two collections."""
_USUAL = (700, 10, 10)
"""Python's own thresholds."""


def put_off() -> None:
    """Collect nothing while this process starts."""
    gc.set_threshold(_OF_A_START, 10, 10)


def start_is_over() -> None:
    """Collect as usual from now on, but for what is there, where `put_off` was called."""
    if gc.get_threshold()[0] == _OF_A_START:
        gc.freeze()
        gc.set_threshold(*_USUAL)

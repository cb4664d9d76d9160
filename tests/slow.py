"""No test of a screen may hold up the UI thread for long: handlers are timed in all of them.

CPU time of the thread is what counts, so a busy machine fails nothing. The slowest handler of 1,200
tests took 0.13 s on two busy cores; a file that is read or an interval that is drawn by lot in a
handler took 0.7 s and more.
"""

from collections.abc import Iterator

import pytest

from mlxtop.tui.slow import HandlerTimer

BOUND_SECONDS = 0.5
KNOWN: dict[str, str] = {}
"""Name of a handler that may take longer → the reason."""


@pytest.fixture(autouse=True)
def nothing_slow() -> Iterator[None]:
    """Fail a test in which a handler holds up the UI thread."""
    slow: list[str] = []

    def tell(name: str, seconds: float) -> None:
        if name not in KNOWN:
            slow.append(f"{name} held up the UI thread for {seconds:.2f} s of CPU time")

    watch = HandlerTimer(tell, BOUND_SECONDS)
    watch.on()
    yield
    watch.off()
    assert not slow, "; ".join(slow)

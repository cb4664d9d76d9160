"""What is said in the tests of sources."""

from mlxtop.events import TurnStart


def turn_start(number: int, t: float, *, index: int = 1) -> TurnStart:
    return TurnStart(t=t, turn=number, index=index)

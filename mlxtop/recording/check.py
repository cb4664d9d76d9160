"""Whether an event can be true, beyond having the right types."""

from math import isfinite

from mlxtop import events
from mlxtop.events import AnyEvent

# Seconds since boot, or since the epoch: 30,000 years are enough.
LARGEST_TIME = 1e12


def _possible(t: float) -> bool:
    return 0.0 <= t <= LARGEST_TIME


def unsound(event: AnyEvent) -> str:
    """Return why the event cannot be true, in a few words; empty where nothing speaks against it.

    A time must be finite, not negative, and at most 1e12 s.
    """
    if not _possible(event.t):
        return "its time is out of range"
    if isinstance(event, events.Tokens):
        if not all(map(_possible, event.times)):
            return "a token's time is out of range"
        number = len(event.times)
        if event.text is not None and len(event.text) != number:
            return "its times and its pieces of text differ in number"
        if event.draft is not None and len(event.draft) != number:
            return "its times and its draft flags differ in number"
    if isinstance(event, events.Header | events.Anchor) and (
        not isfinite(event.wall) or abs(event.wall) > LARGEST_TIME
    ):
        return "its wall time is out of range"
    return ""

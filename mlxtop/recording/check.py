"""Whether an event can be true, beyond having the right types."""

from collections.abc import Mapping
from math import isfinite

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent

# Seconds since boot, or since the epoch: 30,000 years are enough.
LARGEST_TIME = 1e12
# Of anything: a JSON number may have thousands of digits, and twice the largest float is none.
LARGEST_NUMBER = 1e30

_NUMBERS = {
    struct: tuple(
        field.name
        for field in msgspec.structs.fields(struct)
        if field.type in (int, int | None, float, float | None) and field.name != "t"
    )
    for struct in (*AnyEvent.__args__, events.Sampling, events.Purpose)
}


def _possible(t: float) -> bool:
    return 0.0 <= t <= LARGEST_TIME


def unsound(event: AnyEvent) -> str:
    """Return why the event cannot be true, in a few words; empty where nothing speaks against it.

    A time must be finite, not negative, and at most 1e12 s, other numbers at most 1e30 either way.
    """
    if not _possible(event.t):
        return "its time is out of range"
    name = _too_large(event)
    if not name and isinstance(event, events.TurnStart):
        name = "batch" if event.batch < 1 else _too_large(event.sampling)
        if not name and event.purpose is not None:
            name = _too_large(event.purpose)
    if name:
        return f"field `{name}` is out of range"
    if isinstance(event, events.Sample) and _any_too_large(event.values):
        return "a value in field `values` is out of range"
    if isinstance(event, events.Breakdown) and _any_too_large(event.parts):
        return "a value in field `parts` is out of range"
    if isinstance(event, events.BenchmarkStart) and _any_too_large_setting(event):
        return "a value in field `settings` is out of range"
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


def _any_too_large(figures: Mapping[str, float | None]) -> bool:
    for value in figures.values():
        if value is not None and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            return True
    return False


def _any_too_large_setting(event: events.BenchmarkStart) -> bool:
    for value in event.settings.values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, int | float) and not -LARGEST_NUMBER <= one <= LARGEST_NUMBER:
                return True
    return False


def _too_large(struct: AnyEvent | events.Sampling | events.Purpose) -> str:
    """Return the name of a field that nothing can be as large as; empty for none."""
    for name in _NUMBERS[type(struct)]:
        value = getattr(struct, name)
        if value is not None and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            return name
    return ""

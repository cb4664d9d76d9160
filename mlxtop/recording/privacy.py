"""Events without what was said: for recordings that keep timings and counts only."""

from typing import TypeVar

import msgspec

from mlxtop import events

# Only these write about the machine; an error of engine or app may quote a prompt.
_SPEAK_OF_THE_MACHINE = frozenset({"sensors", "recorder"})
LEFT_OUT = "(left out: this recording keeps no text)"

PROMPTED = frozenset({"scenarios", "dataset"})
"""Kinds of plan whose points are called after their prompts."""

E = TypeVar("E", bound=events.Event)


def without_text(event: E) -> E:
    """Return the event with prompts and replies, and what may quote them, left out.

    The user's own notes on marks stay.
    """
    match event:
        case events.Message():
            return msgspec.structs.replace(event, text=None)
        case events.Tokens():
            return msgspec.structs.replace(event, text=None)
        case events.TurnEnd():
            error = LEFT_OUT if event.error else ""
            return msgspec.structs.replace(event, tail_text=None, error=error)
        case events.Notice() if event.origin not in _SPEAK_OF_THE_MACHINE:
            return msgspec.structs.replace(event, text=LEFT_OUT)
        case events.Error() if event.origin not in _SPEAK_OF_THE_MACHINE:
            return msgspec.structs.replace(event, text=LEFT_OUT, log=[])
        case events.Header():
            return msgspec.structs.replace(event, text=False)
        case events.BenchmarkStart():
            points, settings = _without_prompts(event)
            return msgspec.structs.replace(event, points=points, settings=settings)
        case events.Trial() | events.BenchmarkEnd():
            return msgspec.structs.replace(event, **_said_of(event))
        case _:
            return event


def _without_prompts(
    event: events.BenchmarkStart,
) -> tuple[list[events.PlanPoint], dict[str, events.Scalar | list[events.Scalar]]]:
    """Return points and settings of a plan without what it asks."""
    points, settings = event.points, event.settings
    if event.plan in PROMPTED:
        points = [numbered(point, place) for place, point in enumerate(points)]
    if "system" in settings:
        settings = {**settings, "system": LEFT_OUT}
    return points, settings


def numbered(point: events.PlanPoint, place: int) -> events.PlanPoint:
    """Return a point without its words: called by its place, so that it is told from others."""
    skipped = LEFT_OUT if point.skipped else ""
    return events.PlanPoint(label=f"point {place + 1}", skipped=skipped)


def _said_of(event: events.Trial | events.BenchmarkEnd) -> dict[str, str]:
    """Return what is put in place of errors, which may quote a prompt."""
    name = "failed" if isinstance(event, events.Trial) else "error"
    return {name: LEFT_OUT} if getattr(event, name) else {}

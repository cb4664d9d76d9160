"""A recording without what says who made it and what was said: timings and figures stay."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.check import unsound
from mlxtop.recording.privacy import LEFT_OUT, numbered, without_text
from mlxtop.recording.reader import UNDECODABLE, Recording
from mlxtop.recording.report import cut_off_after, refuse_rubbish
from mlxtop.recording.rewrite import new_file
from mlxtop.recording.unknown import unknown_fields

_NO_EVENT = "line that holds no known event"


_Naming = events.LoadStart | events.LoadEnd | events.Unload | events.TurnStart
"""Events that tell what models are called."""


@dataclass
class Removed:
    """What was taken out: words for people → how often."""

    counts: Counter[str] = field(default_factory=Counter)
    cut_off: str = ""
    """What is said of a packed file whose end is missing; empty where it is whole."""
    names: dict[str, str] = field(default_factory=dict)
    """Models, adapters and draft models as they were called → as they are called now."""

    def sentences(self) -> list[str]:
        """Return what was removed, a line each."""
        return [f"{count:,} × {what}" for what, count in sorted(self.counts.items()) if count]


def redacted(event: AnyEvent, removed: Removed) -> AnyEvent:
    """Return the event without text, names and paths; what it held is counted in `removed`."""
    counts = removed.counts
    match event:
        case events.Header():
            counts["host name"] += bool(event.host)
            event = msgspec.structs.replace(event, host="", made=event.made and LEFT_OUT)
        case events.LoadStart() | events.LoadEnd() | events.Unload() | events.TurnStart():
            event = _without_paths(event, counts)
        case events.Mark():
            counts["note of a mark"] += bool(event.note)
            event = msgspec.structs.replace(event, note="")
        case events.BenchmarkStart():
            event = _without_names(event, counts)
        case events.Trial():
            counts["note on a trial"] += bool(event.note)
            counts["error of a trial"] += bool(event.failed)
            event = msgspec.structs.replace(event, note="")
        case events.BenchmarkEnd():
            counts["error of a benchmark"] += bool(event.error)
        case events.Message():
            counts["message"] += event.text is not None
        case events.Tokens():
            counts["token's text"] += len(event.text or ())
        case events.TurnEnd():
            counts["text after the last token"] += bool(event.tail_text)
            counts["error of a reply"] += bool(event.error)
        case events.Notice():
            counts["notice"] += 1
            return msgspec.structs.replace(event, text=LEFT_OUT)
        case events.Error():
            counts["error message"] += 1
            return msgspec.structs.replace(event, text=LEFT_OUT, log=[])
        case _:
            pass
    return without_text(event)


def anonymized(event: AnyEvent) -> AnyEvent:
    """Return the event without text, names and paths."""
    return redacted(event, Removed())


def _without_paths(event: _Naming, counts: Counter[str]) -> _Naming:
    """Keep a model's name, which is no secret on a hub; of a directory only its last part."""
    changes: dict[str, str] = {}
    for name in ("model", "path", "adapter", "draft"):
        value = getattr(event, name, "")
        if not value:
            continue
        if name == "path":
            changes[name] = ""
        elif os.sep in value and (value.startswith((os.sep, "~", ".")) or value.count(os.sep) > 1):
            changes[name] = value.rstrip(os.sep).rsplit(os.sep, 1)[-1]
    counts["path"] += len(changes)
    if isinstance(event, events.LoadEnd) and event.error:
        counts["error of a load"] += 1
        changes["error"] = LEFT_OUT
    return msgspec.structs.replace(event, **changes) if changes else event


_OF_NUMBERS = frozenset({"tokens", "batch", "stress", "warm"})
"""Kinds of plan whose points are called by nothing but numbers and our own words."""


def _without_names(event: events.BenchmarkStart, counts: Counter[str]) -> AnyEvent:
    """Keep the numbers of a plan; its texts are prompts, names of files and models."""
    settings: dict[str, events.Scalar | list[events.Scalar]] = {}
    for name, value in event.settings.items():
        many = value if isinstance(value, list) else [value]
        texts = sum(isinstance(one, str) for one in many)
        counts["text of a plan"] += texts
        settings[name] = LEFT_OUT if texts else value
    points = event.points
    # The points of a sweep are called after what is swept.
    if event.plan not in _OF_NUMBERS and not (event.plan == "sweep" and settings == event.settings):
        points = [numbered(point, place) for place, point in enumerate(points)]
        counts["name of a point"] += len(points)
    return msgspec.structs.replace(event, points=points, settings=settings)


def _renamed(event: AnyEvent, removed: Removed, name: str) -> AnyEvent:
    """Return the event with every model called `name`, the second one `name 2`; none: as it was."""
    if not isinstance(event, _Naming):
        return event
    changes: dict[str, str] = {}
    for key in ("model", "adapter", "draft"):
        if value := getattr(event, key, ""):
            number = len(removed.names) + 1
            new = (name if number == 1 else f"{name} {number}") if name else value
            changes[key] = removed.names.setdefault(value, new)
    return msgspec.structs.replace(event, **changes)


def redact(source: Path, target: Path, model_name: str = "") -> Removed:
    """Write the recording `source` without text, names and paths to `target`, which must be new.

    Raises RecordingError where one cannot be read or the other not be written; then nothing is
    left at `target`. Lines that hold no known event are left out, and so are fields that are not
    known: nobody knows what they say. Models keep their names unless `model_name` gives another.
    """
    removed, number = Removed(), 0
    with Recording(source) as recording, new_file(target) as file:
        for number, line in recording.raw_lines():
            event = _known(line)
            if event is None:
                removed.counts[_NO_EVENT] += 1
                refuse_rubbish(
                    source, removed.counts[_NO_EVENT], number - removed.counts[_NO_EVENT]
                )
                continue
            removed.counts["unknown field"] += len(unknown_fields(line, event))
            event = _renamed(redacted(event, removed), removed, model_name)
            file.write(events.encode(event))
        if recording.cut_off:
            removed.cut_off = cut_off_after(number)
    return removed


def _known(line: bytes) -> AnyEvent | None:
    try:
        event = events.decode(line)
    except UNDECODABLE:
        return None
    return None if unsound(event) else event

"""A recording without what says who made it and what was said: timings and figures stay."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording import vocabulary
from mlxtop.recording.check import unsound
from mlxtop.recording.owned import owned
from mlxtop.recording.privacy import LEFT_OUT, numbered, without_text
from mlxtop.recording.reader import UNDECODABLE, Recording
from mlxtop.recording.report import cut_off_after, refuse_rubbish
from mlxtop.recording.rewrite import new_file
from mlxtop.recording.unknown import unknown_fields
from mlxtop.recording.vocabulary import is_path

_NO_EVENT = "line that holds no known event"


_Naming = events.LoadStart | events.LoadEnd | events.Unload | events.TurnStart
"""Events that tell what models are called."""


@dataclass
class Removed:
    """What was taken out: words for people → how often."""

    counts: Counter[str] = field(default_factory=Counter)
    cut_off: str = ""
    """What is said about a packed file whose end is missing; empty where it is whole."""
    names: dict[str, str] = field(default_factory=dict)
    """Models and draft models as they were called → as they are called now."""

    def sentences(self) -> list[str]:
        """Return what was removed, a line each."""
        return [f"{count:,} × {what}" for what, count in sorted(self.counts.items()) if count]


def redacted(event: AnyEvent, removed: Removed) -> AnyEvent:
    """Return the event without text, names and paths; what it held is counted in `removed`.

    What is not declared in `owned` as mlxtop's own is left out as well.
    """
    counts = removed.counts
    _count(event, counts)
    if isinstance(event, events.BenchmarkStart):
        event = _without_names(event, counts)
    elif isinstance(event, events.Notice | events.Error):
        # Those of the recorder and of sensors stay in recordings without text.
        event = msgspec.structs.replace(event, text=LEFT_OUT)
    return owned(without_text(event), counts)


def _count(event: AnyEvent, counts: Counter[str]) -> None:
    """Count what is taken out of an event, in words for people."""
    match event:
        case events.Header():
            counts["host name"] += bool(event.host)
        case events.LoadStart() | events.LoadEnd() | events.Unload() | events.TurnStart():
            for name in ("model", "path", "adapter", "draft"):
                value = getattr(event, name, "")
                counts["path"] += bool(value) and (name == "path" or is_path(value))
            counts["error of a load"] += isinstance(event, events.LoadEnd) and bool(event.error)
        case events.Mark():
            counts["note of a mark"] += bool(event.note)
        case events.Trial():
            counts["note on a trial"] += bool(event.note)
            counts["error of a trial"] += bool(event.failed)
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
        case events.Error():
            counts["error message"] += 1
        case _:
            pass


def anonymized(event: AnyEvent) -> AnyEvent:
    """Return the event without text, names and paths."""
    return redacted(event, Removed())


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
    for key in ("model", "draft"):
        value = getattr(event, key, "")
        if value and value != vocabulary.LEFT_OUT:
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

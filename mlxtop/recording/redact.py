"""A recording without its prompts, its replies and who made it: timings and figures stay."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.holds import NOT_OWN, Holds, Text
from mlxtop.recording.check import UNDECODABLE, unknown_fields, unsound
from mlxtop.recording.privacy import E, Keeper, Place, places
from mlxtop.recording.reader import Recording
from mlxtop.recording.report import cut_off_after, refuse_rubbish
from mlxtop.recording.rewrite import new_file
from mlxtop.recording.vocabulary import RULES, is_path

_NO_EVENT = "line that is not a known event"
_FOREIGN = "text that is not mlxtop's own"
_NAMES = (Holds.MODEL, Holds.FILE)


@dataclass
class Removed:
    """What was removed: words for people → number."""

    counts: Counter[str] = field(default_factory=Counter)
    cut_off: str = ""
    """The sentence about a compressed file whose end is missing; empty if it is complete."""
    names: dict[str, str] = field(default_factory=dict)
    """Old name → new name of models and draft models."""

    def sentences(self) -> list[str]:
        """Return what was removed, a line each."""
        return [f"{count:,} × {what}" for what, count in sorted(self.counts.items()) if count]


class Redaction(Keeper):
    """Removes every text except the parts that are known to be harmless."""

    def places(self, struct: type[msgspec.Struct]) -> Mapping[str, Place]:
        """Return the fields of a struct that may hold any text."""
        return places(struct)

    def is_private(self, holds: Holds) -> bool:
        """Return whether such a text is removed completely."""
        return holds is not Holds.WORDS

    def may_quote(self, text: Text, under: str) -> bool:
        """Return True: any message may quote."""
        return True

    def text(self, value: str, text: Text) -> str:
        """Return what the rule for such a text keeps."""
        if text.holds is not Holds.WORDS and (text.holds not in _NAMES or is_path(value)):
            self.count(text.called)
        if value == NOT_OWN:
            return value
        kept = NOT_OWN
        if text.words:
            kept = value if value in text.words else NOT_OWN
        elif text.holds in RULES:
            kept = RULES[text.holds](value)
        self.count(_FOREIGN, kept == NOT_OWN)
        return kept

    def is_empty(self, item: Any) -> bool:
        """Return whether it describes a figure whose name was left out, and so is useless."""
        return isinstance(item, msgspec.Struct) and any(
            place.text.holds is Holds.FIGURE and getattr(item, name) == NOT_OWN
            for name, place in places(type(item)).items()
        )


def anonymized(event: E) -> E:
    """Return the event without text, names and paths."""
    return Redaction().event(event)


def _renamed(event: AnyEvent, removed: Removed, name: str) -> AnyEvent:
    """Return the event with models renamed to `name`, `name 2`…; unchanged without a name."""
    changes: dict[str, str] = {}
    for key, place in places(type(event)).items():
        value = getattr(event, key) if place.text.holds is Holds.MODEL else ""
        if value and value != NOT_OWN:
            number = len(removed.names) + 1
            new = (name if number == 1 else f"{name} {number}") if name else value
            changes[key] = removed.names.setdefault(value, new)
    return msgspec.structs.replace(event, **changes) if changes else event


def redact(source: Path, target: Path, model_name: str = "") -> Removed:
    """Write the recording `source` without text, names and paths to `target`, which must be new.

    Raises RecordingError if `source` cannot be read or `target` not be written; then nothing is
    left at `target`. Unknown lines and unknown fields are left out, because their content may be
    private. Models keep their names unless `model_name` gives another.
    """
    redaction, number = Redaction(), 0
    removed = Removed(redaction.counts)
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
            event = _renamed(redaction.event(event), removed, model_name)
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

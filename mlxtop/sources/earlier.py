"""A conversation of a recording up to a moment, which another run continues."""

import math
from dataclasses import dataclass
from pathlib import Path

from mlxtop import events, paths, sampling_settings
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import LoadStart, Sampling
from mlxtop.models.locate import looked_at
from mlxtop.recording.reader import Bound, Recording
from mlxtop.sources.options import EarlierConversation, ModelSpec
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.timeline.transcript import Entry


class CannotResume(Exception):
    """There is no conversation to continue; the text is a sentence."""


def earlier_conversation(timeline: Timeline, t: float, name: str) -> EarlierConversation:
    """Return the conversation of a timeline as it was at time t; raises CannotResume.

    `name` is that of the file. A reply that is being written at that moment counts as it is.
    """
    shown = one_line(name, 120)
    entries = timeline.transcript.at(t)
    if any(entry.text is None for entry in entries):
        raise CannotResume(
            f"{shown} was recorded or redacted without text: its conversation cannot be resumed."
        )
    kept = [entry for entry in entries if entry.index >= 0 and _is_kept(entry, t)]
    if not any(entry.role == "user" and not entry.example for entry in kept):
        raise CannotResume(f"There are no messages to resume in {shown} up to this moment.")
    turn = next((entry.turn for entry in reversed(entries) if entry.turn is not None), None)
    asked = t if turn is None else turn.start.t
    loaded = [one for one in timeline.model.until(asked) if one is not None]
    model = loaded[-1] if loaded else None
    loads = timeline.loading.between(-math.inf, asked)
    load = next((event for _, event in reversed(loads) if isinstance(event, LoadStart)), None)
    start = timeline.header.t if timeline.header is not None else 0.0
    last = t if math.isfinite(t) else max(start, timeline.last or start)
    return EarlierConversation(
        recording=name,
        seconds=max(0.0, last - start),
        system=next((entry.text or "" for entry in entries if entry.role == "system"), ""),
        messages=tuple(ChatMessage(role=entry.role, text=entry.text or "") for entry in kept),
        examples=sum(entry.example for entry in kept),
        sampling=None if turn is None else _valid(turn.start.sampling),
        model="" if model is None else model.model,
        path="" if model is None else model.path,
        adapter="" if model is None or load is None or not model.adapter else load.adapter,
        draft="" if model is None else model.draft,
    )


def _valid(chosen: Sampling) -> Sampling | None:
    """Return the settings; None if another version allowed what this one does not."""
    return None if sampling_settings.problems(chosen) else chosen


def _is_kept(entry: Entry, t: float) -> bool:
    """Return whether a message is in the next prompt: a reply that never began is not."""
    if entry.turn is None or entry.text:
        return True
    end = entry.turn.end
    return end is not None and end.t <= t and end.finish_reason in ("stop", "length")


def read_conversation(path: Path) -> EarlierConversation:
    """Return the conversation at the end of a recording.

    Raises CannotResume, or RecordingError if the file cannot be read.
    """
    timeline = Timeline()
    with Recording(path) as recording:
        timeline.add(recording.header)
        for event in Bound(path).of(recording.events()):
            # Most of a file are readings, which are not part of a conversation.
            if not isinstance(event, events.Sample | events.MlxMemory):
                timeline.add(event)
    return earlier_conversation(timeline, math.inf, path.name)


@dataclass(frozen=True, slots=True)
class FoundModel:
    """The model of an earlier conversation on this machine."""

    spec: ModelSpec | None
    """None if it is not here."""
    name: str = ""
    needs_code: bool = False
    """Whether loading it runs Python code from its directory."""
    remark: str = ""
    """What is not as it was, in a sentence; empty if nothing is known to differ."""


def find_model(earlier: EarlierConversation) -> FoundModel:
    """Return the model that an earlier conversation had, if it is on this machine."""
    name = one_line(earlier.model or earlier.path, 120)
    if not name:
        return FoundModel(None, remark="The recording does not name its model: open one.")
    named = [earlier.path, paths.model_named(earlier.model), earlier.model]
    for one in filter(None, named):
        found = looked_at(one)
        if found is not None and not found.problem:
            spec, remark = _with_parts(one, earlier)
            return FoundModel(spec, name, found.needs_code, remark)
    return FoundModel(None, name, remark=f"{name} is not on this machine: open another model.")


def _with_parts(model: str, earlier: EarlierConversation) -> tuple[ModelSpec, str]:
    """Return a model with its adapter and draft model, and a sentence on those that are gone."""
    adapter, draft = earlier.adapter, earlier.draft
    gone = []
    if adapter and not Path(adapter).expanduser().is_dir():
        gone.append(f"adapter {one_line(adapter, 80)}")
        adapter = ""
    if draft and ((found := looked_at(draft)) is None or found.problem):
        gone.append(f"draft model {one_line(draft, 80)}")
        draft = ""
    remark = f"It was loaded without its {' and its '.join(gone)}, not found here." if gone else ""
    return ModelSpec(model=model, adapter=adapter or None, draft=draft or None), remark

"""Chains of messages hold what spans of time would: each message from its start to a cut."""

import math
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from mlxtop.events import AnyEvent, Conversation, Message, TurnStart
from mlxtop.timeline import Timeline


@dataclass
class Span:
    """A message and the time during which it stood."""

    index: int
    role: str
    start: float
    cut: float = math.inf


class Simple:
    """All messages in a list, each cut by hand."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def add(self, event: AnyEvent) -> None:
        t = event.t
        if isinstance(event, Conversation):
            self.cut(t, -1)
        elif isinstance(event, Message) and event.role == "system":
            for span in self.spans:
                if span.index == -1:
                    span.cut = min(span.cut, t)
            if event.text:
                self.spans.append(Span(-1, "system", t))
        elif isinstance(event, Message):
            self.cut(t, event.index)
            self.spans.append(Span(event.index, event.role, t))
        elif isinstance(event, TurnStart):
            asked = [s for s in self.spans if (s.role, s.index) == ("user", event.index - 1)]
            if event.index == 0 or any(span.cut > t for span in asked):
                self.cut(t, event.index)
                self.spans.append(Span(event.index, "assistant", t))

    def cut(self, t: float, index: int) -> None:
        for span in self.spans:
            if span.index >= index:
                span.cut = min(span.cut, t)

    def at(self, t: float) -> list[tuple[int, str, float]]:
        standing = [span for span in self.spans if span.start <= t < span.cut]
        return sorted((span.index, span.role, span.start) for span in standing)


def event_of(kind: str, index: int, t: float) -> AnyEvent:
    match kind:
        case "conversation":
            return Conversation(t=t, id=int(t))
        case "user":
            return Message(t=t, index=index, role="user", text="q")
        case "reply":
            return TurnStart(t=t, turn=int(t), index=index)
        case _:
            return Message(t=t, index=-1, role="system", text="s" if index % 2 else "")


kinds = st.sampled_from(["conversation", "user", "user", "reply", "reply", "system"])


@given(st.lists(st.tuples(kinds, st.integers(0, 5)), min_size=1, max_size=25))
def test_a_conversation_is_what_was_not_cut_off(said: list[tuple[str, int]]) -> None:
    timeline, simple = Timeline(), Simple()
    for number, (kind, index) in enumerate(said):
        event = event_of(kind, index, float(number))
        timeline.add(event)
        simple.add(event)
    for moment in range(-1, len(said)):
        entries = timeline.transcript.at(float(moment))
        assert [(e.index, e.role, e.key[0]) for e in entries] == simple.at(float(moment))
    begun = [saying.t for saying in timeline.transcript.sayings()]
    assert begun == [span.start for span in simple.spans]

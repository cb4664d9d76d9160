"""The vocabulary: what is written can be read, now and by older readers."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop import events
from tests.recording.filled import filled

EXAMPLES: list[events.AnyEvent] = [
    events.Header(t=1.0, schema=1, wall=1e9, clock="CLOCK_BOOTTIME", mlxtop="0.1.0"),
    events.Anchor(t=1.0, wall=1e9),
    events.Sample(t=1.5, values={"cpu.user_percent": 3.25, "gpu.busy_percent": None}),
    events.EngineReady(t=2.0, pid=7, mlx="0.1", mlx_lm="0.2"),
    events.MlxMemory(t=2.0, active_bytes=1, cache_bytes=2, peak_bytes=3),
    events.LoadStart(t=2.0, model="demo"),
    events.LoadProgress(t=2.1, done_bytes=5, total_bytes=10),
    events.LoadEnd(t=2.2, model="demo", seconds=0.2),
    events.Unload(t=9.0, model="demo"),
    events.Conversation(t=2.0, id=1),
    events.Message(t=3.0, index=0, role="user", text='quotes " and \u2028 and ␛ \x1b[31m'),
    events.TurnStart(
        t=3.0,
        turn=1,
        index=1,
        sampling=events.Sampling(temperature=0.7),
        purpose=events.Purpose(benchmark=1, what="trial", point=0, number=1),
    ),
    events.Prefill(t=3.1, turn=1, done_tokens=5, total_tokens=9),
    events.Tokens(t=3.3, turn=1, times=[3.2, 3.3], text=["Hi", " there"]),
    events.TurnEnd(t=3.4, turn=1, finish_reason="stop", generation_tokens=2),
    events.Breakdown(t=3.4, turn=1, parts={"forward": 0.2, "overhead": 0.01}, steps=2),
    events.BenchmarkStart(
        t=2.0,
        benchmark=1,
        plan="sweep",
        points=[events.PlanPoint(label="kv bits 4"), events.PlanPoint(label="x", skipped="no")],
        trials=3,
        settings={"prompt_tokens": 8, "sweep.kv_bits": [None, 4]},
    ),
    events.Trial(t=3.4, benchmark=1, point=0, number=1, turn=1, disturbed=["swap"], note="n"),
    events.BenchmarkEnd(t=3.9, benchmark=1, outcome="stopped"),
    events.Mark(t=3.5, note="here"),
    events.Notice(t=3.5, text="rebuilt"),
    events.Error(t=3.6, text="gone", origin="engine", log=["a", "b"]),
    events.End(t=4.0),
    *map(filled, events.AnyEvent.__args__),
]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_survives_its_line(event: events.AnyEvent) -> None:
    line = events.encode(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert events.decode(line) == event


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_with_lone_surrogates_has_a_line(event: events.AnyEvent) -> None:
    names = [name for name in ("model", "text", "host", "note", "reason") if hasattr(event, name)]
    texts = [name for name in names if isinstance(getattr(event, name), str)]
    odd = msgspec.structs.replace(event, **dict.fromkeys(texts, "a\udce9"))
    line = events.encode(odd)
    assert events.decode(line) == msgspec.structs.replace(event, **dict.fromkeys(texts, "a\ufffd"))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_fields_of_a_later_version_are_skipped(event: events.AnyEvent) -> None:
    later = json.loads(events.encode(event)) | {"field_of_tomorrow": {"deep": [1, 2]}}
    assert events.decode(json.dumps(later).encode()) == event


def test_an_unknown_kind_is_told_from_a_broken_line() -> None:
    with pytest.raises(events.UnknownKind, match="hologram"):
        events.decode(b'{"kind":"hologram","t":1.0,"beam":3}')
    with pytest.raises(msgspec.ValidationError):
        events.decode(b'{"kind":"mark"}')
    with pytest.raises(msgspec.DecodeError):
        events.decode(b'{"kind":"mark","t":')


def test_a_name_stands_on_every_line() -> None:
    fields = json.loads(events.encode(EXAMPLES[2]))
    assert fields == {
        "kind": "sample",
        "t": 1.5,
        "values": {"cpu.user_percent": 3.25, "gpu.busy_percent": None},
    }


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_a_decode_error(line: bytes) -> None:
    try:
        event = events.decode(line)
    except (events.UnknownKind, msgspec.DecodeError, UnicodeDecodeError):
        return
    assert isinstance(event, events.Event)

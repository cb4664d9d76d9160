"""What an event's fields hold is declared, and nothing private stays of what is not."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest

from mlxtop import events
from mlxtop.bench.plan import Plan
from mlxtop.events import AnyEvent
from mlxtop.holds import LEFT_OUT, NOT_OWN, Asked, Holds, ModelName, Text, Words
from mlxtop.recording.privacy import without_text
from mlxtop.recording.redact import Redaction, anonymized
from tests.recording.filled import MARKER, filled

KINDS = AnyEvent.__args__


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a value with its path: `field`, `list[].field`, `dict{}` for names."""
    match value:
        case str():
            yield path, value
        case dict():
            for name, one in value.items():
                yield path + "{}", name
                yield from texts(one, path + "{}=")
        case list():
            for one in value:
                yield from texts(one, path + "[]")
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from texts(getattr(value, name), f"{path}.{name}".lstrip("."))
        case _:
            pass


def marked(event: msgspec.Struct) -> set[str]:
    """Return the paths of all texts of an event that still have the marker."""
    tag = event.__struct_config__.tag
    return {f"{tag} {path}" for path, text in texts(event) if MARKER in text}


def undeclared(kind: Any, path: str, declared: bool = False) -> Iterator[str]:
    """Yield the paths in a type where there may be text that no declaration is for."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        said = any(isinstance(one, Text) for one in parts)
        yield from undeclared(parts[0], path, declared or said)
    elif origin in (Union, types.UnionType, list, dict):
        for part in parts:
            yield from undeclared(part, path, declared)
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            yield from undeclared(field.type, f"{path}.{field.name}")
    elif kind is str:
        if not declared:
            yield path
    elif origin is not Literal and kind not in (bool, int, float, types.NoneType):
        yield f"{path}: a type that redaction does not know"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_text_of_every_kind_has_a_declaration(kind: type[events.Event]) -> None:
    assert not list(undeclared(kind, kind.__name__))


STAYS_REDACTED = {
    # The last part of a model's name.
    "load_start model", "load_start draft", "load_end model", "load_end draft", "unload model",
    "turn_start draft",
}  # fmt: skip
STAYS_WITHOUT_TEXT = STAYS_REDACTED | {
    "header clock", "header mlxtop", "header python", "header os", "header host", "header chip",
    "header gpu", "header memory_bandwidth_source", "header mlx", "header mlx_lm",
    "header mlx_build", "header sensors[].name", "header sensors[].unit",
    "header sensors[].source", "header made",
    "sample values{}",
    "engine_ready mlx", "engine_ready mlx_lm", "engine_ready device", "engine_ready device_name",
    "engine_ready device_address",
    "load_start path", "load_start adapter",
    "load_end path", "load_end adapter", "load_end quantization", "load_end architecture",
    "load_end error",
    "breakdown parts{}",
    "conversation continues",
    "benchmark_start plan", "benchmark_start settings{}", "benchmark_start labels",
    "trial disturbed[]", "trial unchecked[]", "trial note",
    "mark note",
    "notice origin", "error origin",
    "end reason",
}  # fmt: skip


def test_what_may_stay_of_every_kind() -> None:
    """All of it is in these two lists: a field that is not is gone."""
    made = [filled(kind) for kind in KINDS]
    assert set().union(*map(marked, map(anonymized, made))) == STAYS_REDACTED
    assert set().union(*map(marked, map(without_text, made))) == STAYS_WITHOUT_TEXT


@pytest.mark.parametrize("origin", ["sensors", "recorder"])
def test_what_is_said_of_the_machine_stays_without_text_and_never_redacted(origin: str) -> None:
    for event in (
        events.Notice(t=1, text=MARKER, origin=origin),
        events.Error(t=1, text=MARKER, origin=origin, log=[MARKER]),
    ):
        assert without_text(event) == event
        assert not marked(anonymized(event))


# -- what nobody declared -------------------------------------------------------------------------


class Part(msgspec.Struct, frozen=True, kw_only=True):
    word: str
    known: Words = ""


class Login(events.Event, tag="login", frozen=True, kw_only=True):
    """A kind whose author forgot every declaration."""

    user: str
    alias: str | None
    words: list[str]
    of_names: dict[str, int]
    of_words: dict[Words, str | list[str]]
    of_parts: dict[str, list[dict[str, str]]]
    parts: list[Part]
    part: Part | None
    raw: bytes
    pair: tuple[str, int]
    anything: Any
    count: int
    state: Literal["in", "out"]


def test_what_is_not_declared_is_named() -> None:
    assert list(undeclared(Login, "")) == [
        ".user", ".alias", ".words", ".of_names", ".of_words", ".of_words", ".of_parts",
        ".of_parts", ".of_parts", ".parts.word", ".part.word",
        ".raw: a type that redaction does not know",
        ".pair: a type that redaction does not know",
        ".anything: a type that redaction does not know",
    ]  # fmt: skip


@pytest.mark.parametrize("keep", [without_text, anonymized])
def test_what_is_not_declared_is_private(keep: Any) -> None:
    part = Part(word=MARKER, known="tokens")
    event = Login(
        t=1,
        user=MARKER,
        alias=MARKER,
        words=[MARKER],
        of_names={MARKER: 1},
        of_words={"tokens": MARKER, "batch": [MARKER]},
        of_parts={MARKER: [{MARKER: MARKER}]},
        parts=[part],
        part=part,
        raw=MARKER.encode(),
        pair=(MARKER, 1),
        anything={MARKER: (MARKER, {MARKER})},
        count=3,
        state="in",
    )
    kept = keep(event)
    assert MARKER.encode() not in events.encode(kept)
    assert MARKER not in str(kept)
    out = LEFT_OUT if keep is without_text else NOT_OWN
    assert (kept.user, kept.count, kept.state) == (out, 3, "in")
    assert kept.of_words == {"tokens": out, "batch": [out]}
    assert kept.parts == [Part(word=out, known="tokens")]


def test_a_kind_declares_what_it_needs_by_itself() -> None:
    class Fetched(events.Event, tag="fetched", frozen=True, kw_only=True):
        model: ModelName
        asked: Annotated[str, Text(Holds.MESSAGE, "question")]
        heard: Annotated[list[str] | None, Text(Holds.SAID, "word")] = None
        tokens: Annotated[list[int] | None, Text(Holds.SAID)] = None
        state: Annotated[str, Text(Holds.WORDS, words=("found", "lost"))] = ""

    event = Fetched(
        t=1, model="bob/model", asked=MARKER, heard=[MARKER] * 2, tokens=[7], state=MARKER
    )
    redaction = Redaction()
    assert redaction.event(event) == Fetched(t=1, model="model", asked=LEFT_OUT, state=NOT_OWN)
    assert redaction.counts == {
        "path": 1, "question": 1, "word": 2, "text that is not mlxtop's own": 1,
    }  # fmt: skip
    assert without_text(event) == Fetched(t=1, model="bob/model", asked=LEFT_OUT, state=MARKER)


# -- plans ----------------------------------------------------------------------------------------


def of_plan(plan: str, labels: str = "") -> events.BenchmarkStart:
    points = [events.PlanPoint(label="8 tokens", skipped="not measured")] * 2
    return events.BenchmarkStart(t=1, benchmark=1, plan=plan, points=points, labels=labels)


NUMBERED = [events.PlanPoint(label=f"point {place}", skipped=LEFT_OUT) for place in (1, 2)]


@pytest.mark.parametrize(
    ("labels", "redacted", "without"),
    [
        ("words", False, False),
        ("names", True, False),
        ("prompts", True, True),
        ("of a later version", True, True),
        ("", True, True),
    ],
)
def test_a_kind_of_plan_says_what_its_labels_are_made_of(
    labels: str, redacted: bool, without: bool
) -> None:
    """One that does not, and is not of the kinds from before, is taken for one of prompts."""
    start = of_plan("a new one", labels)
    assert anonymized(start).points == (NUMBERED if redacted else start.points)
    assert without_text(start).points == (NUMBERED if without else start.points)


@pytest.mark.parametrize("plan", ["scenarios", "dataset"])
def test_labels_that_are_prompts_are_left_out(plan: str) -> None:
    assert anonymized(of_plan(plan)).points == NUMBERED
    assert without_text(of_plan(plan)).points == NUMBERED


def test_labels_that_are_names_are_left_out_of_what_is_redacted() -> None:
    assert anonymized(of_plan("models")).points == NUMBERED
    assert without_text(of_plan("models")) == of_plan("models")


def test_an_asked_declaration_names_a_property_of_its_event() -> None:
    for kind in KINDS:
        for field in msgspec.structs.fields(kind):
            for said in get_args(field.type):
                if isinstance(said, Asked):
                    assert isinstance(getattr(filled(kind), said.name), Holds)


def test_of_a_plans_texts_only_names_stay_without_text() -> None:
    """A text field that a plan gets is left out until it is among those that only name things."""
    named = {"models", "scenarios", "dataset", "prompt_config"}
    assert named <= set(Plan.__struct_fields__)
    settings: dict[str, events.Scalar | list[events.Scalar]] = {
        **dict.fromkeys([*Plan.__struct_fields__, "sampling.draft", "sweep.draft"], MARKER),
        "seed": 1,
        "batch": [1, 4],
    }
    start = msgspec.structs.replace(of_plan("tokens"), settings=settings)
    kept = without_text(start).settings
    assert {name for name, value in kept.items() if value == MARKER} == named | {
        "sampling.draft", "sweep.draft",
    }  # fmt: skip
    assert (kept["seed"], kept["batch"]) == (1, [1, 4])

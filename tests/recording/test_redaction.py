"""What is redacted says nothing that mlxtop does not say itself: in no field, of no writer."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.bench.disturbance import (
    NOT_KNOWN,
    NOT_READ,
    OTHERS_UNKNOWN,
    STATES,
    TOO_SHORT,
    disturbances,
)
from mlxtop.bench.expansion import expanded
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan
from mlxtop.events import AnyEvent
from mlxtop.paths import shipped_recordings_dir
from mlxtop.recording import vocabulary
from mlxtop.recording.reader import read
from mlxtop.recording.redact import anonymized, redact
from mlxtop.recording.validate import validate
from mlxtop.sensors import default_sensors, read_machine
from mlxtop.sources.options import ModelSpec
from mlxtop.timeline import Timeline
from tests.recording.desk import Desk, user
from tests.recording.filled import MARKER, filled


@pytest.mark.parametrize("kind", AnyEvent.__args__, ids=lambda kind: kind.__name__)
def test_no_field_of_any_kind_keeps_what_is_not_mlxtops_own(kind: type[events.Event]) -> None:
    event = filled(kind)
    line = events.encode(anonymized(event))
    # A model's name may stay; nothing else has the marker.
    named = [getattr(event, name, "") for name in ("model", "draft")]
    told = line.decode()
    for name in filter(None, named):
        told = told.replace(f'"{name}"', '""')
    assert MARKER not in told
    assert MARKER.encode() in events.encode(event) or MARKER not in repr(event)


SECRET = "Zebedee"
NAMED = [
    "/home/{}", "/home/{}/", "~{}/m", "~{}", "/Users/{}", "C:\\Users\\{}\\m", "C:\\Users\\{}",
    "{}@host:m/llama", "{}/llama", "／home／{}", "／home／{}／m", "∕home∕{}∕m", "file:///home/{}/m",
    "./{}/m", "../{}/b/m", "{}/b/m", "\\\\{}\\share\\m", "{}:m", "/root/{}/m", "m@{}/n",
]  # fmt: skip


@pytest.mark.parametrize("form", NAMED)
@pytest.mark.parametrize("rename", ["", "a model"])
def test_of_a_model_only_the_last_part_of_its_name_stays(
    tmp_path: Path, form: str, rename: str
) -> None:
    name = form.format(SECRET)
    said: list[events.Event] = [
        events.LoadStart(t=1, model=name, path=name, adapter=name, draft=name),
        events.LoadEnd(t=2, model=name, path=name, adapter=name, draft=name, error=name),
        events.TurnStart(t=3, turn=1, index=1, draft=name),
        events.Unload(t=4, model=name),
    ]
    source, target = tmp_path / "run.jsonl", tmp_path / "out.jsonl"
    header = events.Header(t=1, schema=1, wall=1.0, clock="", mlxtop="0")
    source.write_bytes(b"".join(map(events.encode, [header, *said])))
    redact(source, target, rename)
    assert SECRET not in target.read_text()
    assert SECRET not in str([anonymized(one) for one in said])


@pytest.mark.parametrize("adapter", ["acmecorp/lora", "lora", "/home/bob", "a/b/c"])
def test_of_an_adapter_nothing_stays_but_that_there_was_one(adapter: str) -> None:
    for event in (
        events.LoadStart(t=1, model="m", adapter=adapter),
        events.LoadEnd(t=2, model="m", adapter=adapter),
    ):
        kept = anonymized(event)
        assert isinstance(kept, events.LoadStart | events.LoadEnd)
        assert (kept.model, kept.adapter) == ("m", "left out")


def test_the_home_of_whoever_redacts_is_no_models_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/data/people/zebedee-h"))
    assert vocabulary.model("/data/people/zebedee-h") == "left out"
    assert vocabulary.model("org/zebedee-model") == "zebedee-model"


def test_an_anonymous_recording_is_not_called_after_a_directory(tmp_path: Path) -> None:
    desk = Desk(tmp_path, anonymous=True)
    desk.tape.expect(f"/home/{SECRET}")
    desk.put(user(100))
    desk.work()
    desk.finish()
    assert desk.files()[0].name.endswith("_left-out.jsonl")


# What mlxtop says itself must stay, or a redacted recording would be worth less every year.


def test_the_shipped_recordings_keep_every_figure_of_theirs(tmp_path: Path) -> None:
    for source in shipped_recordings_dir().glob("*.jsonl"):
        target = tmp_path / source.name
        redact(source, target)
        assert validate(target).sound
        for one, other in zip(read(source), read(target), strict=True):
            assert dict(losses(one, other)).keys() <= {
                "text", "tail_text", "made", "os", "host", "path", "note",
            }, source.name  # fmt: skip


def losses(one: AnyEvent, other: AnyEvent) -> Iterator[tuple[str, object]]:
    """Yield the fields that differ."""
    for name in one.__struct_fields__:
        if getattr(one, name) != getattr(other, name):
            yield name, getattr(other, name)


def test_all_sensors_of_this_machine_are_known() -> None:
    infos = [info for sensor in default_sensors() for info in sensor.infos]
    header = events.Header(t=1, schema=1, wall=1.0, clock="", mlxtop="0.1.0", sensors=infos)
    kept = anonymized(header)
    assert isinstance(kept, events.Header)
    assert kept.sensors == infos
    assert kept.mlxtop == "0.1.0"


@pytest.mark.parametrize(
    ("rule", "text", "stays"),
    [
        *((vocabulary.hardware, text, text) for text in (
            "Apple M2 Max", "Apple M5 Ultra", "AMD EPYC 7763 64-Core Processor", "NVIDIA H200",
            "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", "NVIDIA GeForce RTX 4090",
            "13th Gen Intel(R) Core(TM) i7-13700K", "AMD Radeon RX 7900 XTX", "Neoverse-N1",
            "NVIDIA A100-SXM4-80GB", "aarch64", "x86_64",
        )),
        (vocabulary.hardware, "Zebedee's AMD EPYC 7763", "AMD EPYC 7763"),
        (vocabulary.hardware, "zebedee", "left out"),
        (vocabulary.system, "macOS 26.1", "macOS 26.1"),
        (
            vocabulary.system,
            "Debian GNU/Linux 12 (bookworm), Linux 6.18.44-zebedee",
            "Debian GNU/Linux 12 (bookworm), Linux 6.18.44",
        ),
        (vocabulary.version, "0.32.4", "0.32.4"),
        (vocabulary.version, "0.33.0.dev20260101+zebedee", "0.33.0.dev20260101"),
        (vocabulary.version, "zebedee", "left out"),
        (vocabulary.architecture, "llama", "llama"),
        (vocabulary.architecture, "mistral", "mistral"),
        (vocabulary.architecture, "zebedee", "left out"),
        (vocabulary.sentence, "4 and 8 bits, groups of 64", "4 and 8 bits, groups of 64"),
        (
            vocabulary.sentence,
            "4 bits, mxfp4, 30 % of it, the rest bfloat16",
            "4 bits, mxfp4, 30 % of it, the rest bfloat16",
        ),
        (vocabulary.figure, "gpu1.memory_used_bytes", "gpu1.memory_used_bytes"),
        (vocabulary.figure, "gpu.zebedee_bytes", "left out"),
        (vocabulary.figure, "memory", "left out"),
        (vocabulary.address, "0000:65:00.0", "0000:65:00.0"),
        (vocabulary.address, "zebedee", "left out"),
        *((vocabulary.sentence, text, text) for text in (
            "mlx-metal, macosx_26_0_arm64", "mlx-cuda-13, manylinux_2_35_x86_64",
            "mlx-cpu, manylinux_2_35_aarch64",
        )),
    ],
)  # fmt: skip
def test_words_of_makers_and_builders(rule: vocabulary.Rule, text: str, stays: str) -> None:
    assert rule(text) == stays
    assert rule(stays) == stays, "what was redacted can be redacted again"


def test_this_machine_is_told_as_it_is_called() -> None:
    assert vocabulary.hardware(read_machine().chip) != "left out"


@pytest.mark.parametrize("kind", KINDS)
def test_plans_and_their_settings_keep_their_own_words(kind: str) -> None:
    names = [
        *Plan.__struct_fields__,
        *(f"sweep.{name}" for name in events.Sampling.__struct_fields__),
    ]
    settings: dict[str, events.Scalar | list[events.Scalar]] = dict.fromkeys(names, 1)
    del settings["system"]  # which is text
    start = events.BenchmarkStart(t=1, benchmark=1, plan=kind, points=[], settings=settings)
    assert anonymized(start) == start


@pytest.mark.parametrize(
    "plan",
    [
        Plan(),
        Plan(kind="batch", batch=(1, 4)),
        Plan(kind="warm"),
        Plan(kind="stress"),
        Plan(kind="sweep", sweep={"kv_bits": (None, 4), "temperature": (0.7,)}),
        Plan(kind="tokens", prompt_tokens=100_000),
    ],
)
def test_points_of_numbers_keep_their_names(plan: Plan) -> None:
    came_to = expanded(plan, [ModelSpec("m")], [4096])
    points = [events.PlanPoint(label=one.label, skipped=one.invalid) for one in came_to.points]
    start = events.BenchmarkStart(t=1, benchmark=1, plan=plan.kind, points=points)
    assert points
    assert anonymized(start) == start


def test_what_disturbs_a_trial_is_told() -> None:
    timeline = Timeline()
    timeline.add(events.Header(t=0, schema=1, wall=1, clock="", mlxtop="", cpu_cores=8))
    for t in range(4):
        values: dict[str, float | None] = {
            "pressure.level": 2.0, "swap.out_bytes_per_second": 1.0, "thermal.level": 2.0,
            "cpu.user_percent": 90.0, "cpu.system_percent": 1.0, "engine.cpu_percent": 1.0,
            "app.cpu_percent": 90.0, "app.sampling_gaps": float(t), "power.on_battery": t % 2,
            "gpu.throttle_reasons": 8.0,
        }  # fmt: skip
        timeline.add(events.Sample(t=float(t), values=values))
    said = list(disturbances(timeline, 0.0, 3.0))
    assert len(said) >= 7
    trial = events.Trial(t=3, benchmark=1, point=0, number=1, disturbed=said)
    assert anonymized(trial) == trial


def test_what_could_not_be_judged_is_told() -> None:
    said = [OTHERS_UNKNOWN, TOO_SHORT, "the GPU's clocks were not read"]
    said += [f"{words} {why}" for words in STATES.values() for why in (NOT_KNOWN, NOT_READ)]
    trial = events.Trial(t=3, benchmark=1, point=0, number=1, unchecked=said)
    assert anonymized(trial) == trial


def test_reasons_of_an_end_stay(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "one", anonymous=True)
    desk.put(user(100))
    desk.work()
    desk.tape.switch(False)
    desk.tape.switch(True)
    desk.put(user(101, 2))
    desk.work(5)
    desk.finish()
    ends = [desk.read(place)[-1] for place in (0, 1)]
    assert [anonymized(end) for end in ends] == ends


def test_a_crafted_recording_keeps_none_of_its_secrets(tmp_path: Path) -> None:
    """Fields of no version, kinds of no version, lines that are no JSON, names of figures."""
    header = {"kind": "header", "t": 0, "schema": 1, "wall": 1e9, "clock": "c", "mlxtop": "0"}
    sensor = {"name": f"gpu.{SECRET}", "unit": SECRET, "source": f"/home/{SECRET}", "hz": 1}
    said = [
        header | {"user": SECRET, "sensors": [sensor | {"serial": SECRET}]},
        {"kind": "login", "t": 1, "user": SECRET},
        {"kind": "sample", "t": 1, "values": {f"gpu.{SECRET}.local": 1.0, "cpu.user_percent": 5}},
        {"kind": "breakdown", "t": 1, "turn": 1, "parts": {SECRET: 1.0, "prefill": 1}, "steps": 1},
        {"kind": "turn_start", "t": 2, "turn": 1, "index": 1, "sampling": {"stop": SECRET}},
        {"kind": "message", "t": 2, "index": 0, "role": "user", "text": "x", "attached": SECRET},
        {
            "kind": "benchmark_start", "t": 3, "benchmark": 1, "plan": SECRET,
            "points": [{"label": "a", "skipped": "b", "extra": SECRET}], "settings": {SECRET: 1},
        },
    ]  # fmt: skip
    source, target = tmp_path / "run.jsonl", tmp_path / "out.jsonl"
    lines = [json.dumps(one) for one in said]
    source.write_text("\n".join([*lines, f"no JSON {SECRET}", ""]), "utf-8")
    removed = redact(source, target)
    assert SECRET not in target.read_text()
    kept = list(read(target))
    assert [one.values for one in kept if isinstance(one, events.Sample)] == [
        {"cpu.user_percent": 5}
    ]
    assert [one.parts for one in kept if isinstance(one, events.Breakdown)] == [{"prefill": 1}]
    assert removed.counts["text that is not mlxtop's own"] > 5
    again = tmp_path / "again.jsonl"
    redact(target, again)
    assert again.read_bytes() == target.read_bytes()

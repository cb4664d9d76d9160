"""A benchmark in its recording: what is told of it, kept private, checked, carried along."""

from pathlib import Path

import msgspec
import pytest

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.check import unsound
from mlxtop.recording.context import Context
from mlxtop.recording.privacy import without_text
from mlxtop.recording.reader import read
from mlxtop.recording.redact import redact
from mlxtop.recording.validate import validate
from tests.recording.plans import Bench, measured
from tests.recording.test_files import SECRETS, header, written


def secretive(plan: str) -> list[AnyEvent]:
    settings: dict[str, events.Scalar | list[events.Scalar]] = {
        "system": "open sesame",
        "dataset": "/home/ada/questions.jsonl",
        "limit": 3,
        "sweep.draft": [None, "/home/ada/tiny"],
    }
    bench = Bench(labels=("sesame 1", "/home/ada/tiny"), plan=plan, settings=settings)
    bench.trial(0, 1, failed="sesame is no word")
    bench.judge(0, 1, 1, dropped=True, note="sesame", later=1.0)
    return [header(), *bench.end("failed", "no sesame in /home/ada")]


@pytest.mark.parametrize("plan", ["dataset", "sweep", "models", "of a later version"])
def test_a_redacted_benchmark_keeps_its_numbers_and_no_names(tmp_path: Path, plan: str) -> None:
    source, target = written(tmp_path / "run.jsonl", secretive(plan)), tmp_path / "out.jsonl"
    removed = redact(source, target)
    assert not [secret for secret in SECRETS if secret in target.read_text()]
    start = next(one for one in read(target) if isinstance(one, events.BenchmarkStart))
    assert start.settings["limit"] == 3
    assert [point.label for point in start.points] == ["point 1", "point 2"]
    assert "1 × note on a trial" in removed.sentences()
    assert "3 × text of a plan" in removed.sentences()
    assert validate(target).sound


def test_points_that_are_called_by_numbers_keep_their_names_when_redacted(tmp_path: Path) -> None:
    source = written(tmp_path / "run.jsonl", [header(), *measured()])
    redact(source, tmp_path / "out.jsonl")
    start = next(e for e in read(tmp_path / "out.jsonl") if isinstance(e, events.BenchmarkStart))
    assert [point.label for point in start.points] == ["kv bits off", "kv bits 4"]


def test_a_benchmark_without_text_keeps_no_prompts_but_the_users_notes() -> None:
    said = b"".join(events.encode(without_text(event)) for event in secretive("dataset"))
    told = [events.decode(line) for line in said.splitlines()]
    notes = [event.note for event in told if isinstance(event, events.Trial)]
    assert notes == ["", "sesame"]
    assert said.count(b"sesame") == 1
    assert b"/home/ada/questions.jsonl" in said, "names and paths are another wish"
    swept = next(e for e in measured() if isinstance(e, events.BenchmarkStart))
    assert without_text(swept) == swept


def test_a_sound_benchmark_is_called_so_and_changes_may_come_late(tmp_path: Path) -> None:
    said = [header(), *measured()]
    path = written(tmp_path / "run.jsonl", said)
    assert validate(path).problems == []
    # Written 0.6 s after what it tells of, and behind later lines.
    late = [*said[:-1], events.Trial(t=30.0, benchmark=1, point=0, number=1, turn=2), said[-1]]
    assert validate(written(tmp_path / "late.jsonl", late)).problems == []


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (events.Trial(t=99.0, benchmark=7, point=0, number=1), "benchmark 7, which has not begun"),
        (events.Trial(t=99.0, benchmark=1, point=2, number=1), "point 2, but the plan has 2"),
        (
            events.BenchmarkStart(t=99.0, benchmark=1, plan="tokens", points=[]),
            "benchmark 1 begins a second time",
        ),
        (
            events.BenchmarkEnd(t=99.0, benchmark=2, outcome="stopped"),
            "benchmark 2, which has not begun",
        ),
    ],
)
def test_what_does_not_follow_is_told(tmp_path: Path, event: AnyEvent, words: str) -> None:
    path = written(tmp_path / "run.jsonl", [header(), *measured(), event])
    (wrong,) = validate(path).problems
    assert words in wrong.text


@pytest.mark.parametrize(
    "event",
    [
        events.BenchmarkStart(t=1.0, benchmark=1, plan="x", points=[], settings={"a": [1, 1e99]}),
        events.BenchmarkStart(t=1.0, benchmark=10**40, plan="x", points=[]),
        events.Trial(t=1.0, benchmark=1, point=-(10**40), number=1),
        events.TurnStart(
            t=1.0,
            turn=1,
            index=0,
            purpose=events.Purpose(benchmark=1, what="trial", point=10**40),
        ),
    ],
)
def test_numbers_that_cannot_be_true_are_refused(event: AnyEvent) -> None:
    assert "out of range" in unsound(event)


def test_a_file_that_begins_in_mid_benchmark_holds_its_plan_and_trials_so_far() -> None:
    said = measured()
    half = next(i for i, one in enumerate(said) if isinstance(one, events.Trial) and one.point) + 1
    context = Context()
    for event in said[:half]:
        context.add(event)
    opening = context.opening()
    assert isinstance(opening[0], events.BenchmarkStart)
    trials = [event for event in opening if isinstance(event, events.Trial)]
    assert [(trial.point, trial.number) for trial in trials] == [(0, 1), (0, 2), (1, 1)]
    for event in said[half:]:
        context.add(event)
    last = context.opening()[-1]
    assert isinstance(last, events.BenchmarkEnd)
    dropped = [e for e in context.opening() if isinstance(e, events.Trial) and e.dropped]
    assert [(e.point, e.number, e.note) for e in dropped] == [(0, 2, "somebody came in")]


def test_older_lines_read_as_before() -> None:
    line = b'{"kind":"turn_start","t":1.0,"turn":1,"index":1}'
    turn = events.decode(line)
    assert isinstance(turn, events.TurnStart)
    assert turn.purpose is None
    assert msgspec.json.encode(turn) == line

"""A kind of plan is one class and one entry: TOML, form, flag, run, results, recordings use it."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from textual.widgets import Input, OptionList, Static
from typer.testing import CliRunner

from mlxtop import events
from mlxtop.bench import report
from mlxtop.bench.expansion import expand
from mlxtop.bench.field import Flag
from mlxtop.bench.formats import csv_text, document, read_result
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.kind import Labels, PlanKind, random_point
from mlxtop.bench.layout import Table
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.bench.plan_fields import make, quickened, read_plan
from mlxtop.bench.plan_toml import to_toml
from mlxtop.bench.point import Contexts, Point, Points
from mlxtop.bench.recorded import BenchmarkReplay
from mlxtop.bench.result import Result
from mlxtop.commands.app import build
from mlxtop.recording.privacy import without_text
from mlxtop.recording.reader import read
from mlxtop.recording.redact import anonymized, redact
from mlxtop.sources.options import ModelSpec
from mlxtop.timeline import Timeline
from mlxtop.tui.bench.charts import chart_names
from mlxtop.tui.bench.chooser import PlanChooser
from mlxtop.tui.bench.screen import BenchScreen
from mlxtop.tui.run.trials import draw_trials
from mlxtop.tui.widgets.rows import text
from tests.app.desk import is_a, living
from tests.bench.desk import DEMO, Desk


class Prefill(PlanKind):
    """A made-up kind: half of the prompt compared with all of it."""

    name = "prefill"
    words = "half of the prompt and all of it"
    form = ("prompt_tokens", "trials", "sampling")
    quick: ClassVar = {"prompt_tokens": 32, "trials": 1}
    flag = Flag(names=("--prefill",), help="Half of the prompt and all of it.")
    one_thing_changed = True
    charts = ("prefill", "TTFT")

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return the half and the whole."""
        whole = random_point(plan, wanted[0], label=f"prompt tokens {plan.prompt_tokens}")
        half = max(1, plan.prompt_tokens // 2)
        return Points(
            [
                msgspec.structs.replace(whole, label=f"prompt tokens {half}", prompt_tokens=half),
                whole,
            ]
        )

    def labels(self, plan: Plan) -> Labels:
        """Return that labels are made of words."""
        return "words"

    def measured(self, plan: Plan, points: Sequence[Point]) -> str:
        """Return a description of the points."""
        return f"half of {plan.prompt_tokens} tokens and all"

    def tables(self, result: Result) -> list[Table]:
        """Return a table of its own."""
        return [Table.of(("of its own", "tokens"), [("half", str(result.plan.prompt_tokens // 2))])]


class Undeclared(Prefill):
    """The same kind, without a declaration of its labels."""

    def labels(self, plan: Plan) -> Labels:
        """Return the default."""
        return PlanKind.labels(self, plan)


LABELS = ["prompt tokens 8", "prompt tokens 16"]


@pytest.fixture(autouse=True)
def _entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "prefill", Prefill())


@pytest.fixture
def result() -> Result:
    desk = Desk(make({"kind": "prefill", "prompt_tokens": 16, "trials": 2}))
    desk.run()
    return desk.runner.result


def test_a_plan_file_can_use_it_and_other_fields_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    plan = Plan(kind="prefill", prompt_tokens=64, trials=3)
    path.write_text(to_toml(plan))
    assert make(read_plan(path)) == plan
    assert quickened({"kind": "prefill"}) == {"kind": "prefill", "prompt_tokens": 32, "trials": 1}
    with pytest.raises(PlanError, match="A plan of the kind prefill has no minutes"):
        make({"kind": "prefill", "minutes": 1})
    with pytest.raises(PlanError, match=r"kind must be one of tokens, .*, prefill, not odd"):
        make({"kind": "odd"})
    assert [point.label for point in expand(plan, [DEMO])] == [
        "prompt tokens 32",
        "prompt tokens 64",
    ]


def test_the_command_line_has_its_flag() -> None:
    def output(*words: str) -> str:
        done = CliRunner().invoke(build(), ["bench", *words], prog_name="mlxtop")
        return " ".join(done.output.split())

    assert "--prefill Half of the prompt and all of it." in output("--help")
    both = output("demo", "--prefill", "--warm")
    assert "--warm and --prefill are two kinds of plan: use one of them." in both
    refused = output("demo", "--prefill", "--limit", "3")
    assert "A plan of the kind prefill has no --limit: leave it out" in refused


def test_it_runs_and_its_result_is_reported(result: Result) -> None:
    half, whole = result.points
    assert [len(one.counted) for one in (half, whole)] == [2, 2]
    assert half.point.prompt_tokens == 8
    written = report.text(result)
    assert "prefill: half of 16 tokens and all, 16 random prompt tokens" in written
    assert "2 trials of each" in written
    assert "of its own  tokens" in written
    assert "first" in written, "what the change does to the speed"
    assert "| half | 8 |" in report.markdown(result)
    assert chart_names(result) == ["prefill", "TTFT"]
    assert read_result(document(result)) == result
    labels = [row["label"] for row in csv.DictReader(csv_text(result).splitlines())]
    assert labels == LABELS * 2


def test_a_result_of_an_unknown_kind_cannot_be_read(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = document(result)
    monkeypatch.delitem(KINDS, "prefill")
    with pytest.raises(msgspec.DecodeError, match="prefill"):
        read_result(data)


async def test_the_form_and_the_replay_show_it(tmp_path: Path) -> None:
    async with living(tmp_path, sensors=[], hz=20.0) as desk:
        await desk.press("f5")
        form = desk.screen
        assert isinstance(form, PlanChooser)
        form.query_one("#kinds", OptionList).highlighted = list(KINDS).index("prefill")
        await desk.until(lambda: form.kind == "prefill", "the kind")
        rows = [row.id for row in form.query(".field") if row.display]
        assert rows == ["row-prompt_tokens", "row-trials", "row-sampling"]
        for name, typed in (("prompt_tokens", "16"), ("trials", "1")):
            form.query_one(f"#{name}", Input).value = typed
        comes_to = form.query_one("#comes-to", Static)
        await desk.until(
            lambda: str(comes_to.content).endswith("2 trials of 2 points on up, a warm-up each."),
            "what it comes to",
        )
        await desk.press("enter")
        await desk.until(lambda: is_a(desk, BenchScreen), "the benchmark")
        screen = desk.screen
        assert isinstance(screen, BenchScreen)
        await desk.until(lambda: screen.runner.done, "the plan's end")
        assert screen.runner.complete
    (recording,) = (tmp_path / "recordings").glob("*.jsonl")
    check_replay(recording)
    redact(recording, tmp_path / "redacted.jsonl")
    check_replay(tmp_path / "redacted.jsonl")


def check_replay(path: Path) -> None:
    """Check the trials that a replay of a recording shows."""
    timeline = Timeline()
    for event in read(path):
        timeline.add(event)
    t = timeline.last or 0.0
    benchmark = BenchmarkReplay(timeline).at(t)
    assert benchmark is not None
    rows, _ = draw_trials(benchmark, t, 100, 24)
    lines = [text(row) for row in rows]
    assert lines[0].startswith("benchmark  prefill · 2 points · 1 trial each")
    assert [label for label in LABELS if any(label in line for line in lines)] == LABELS


class Burst(PlanKind):
    """A kind with words of its own, and a fixed length of replies."""

    name = "zephyr"
    words = "a gust"
    quick: ClassVar = {"prompt_tokens": 32, "trials": 1}
    form = ("prompt_tokens", "trials")
    fixes = ("generation_tokens",)
    label_words = "gust"

    def points(self, plan: Plan, wanted: Sequence[ModelSpec], contexts: Contexts) -> Points:
        """Return the one point."""
        return Points([random_point(plan, wanted[0], label="gust 1")])

    def labels(self, plan: Plan) -> Labels:
        """Return that they are words."""
        return "words"


def test_its_name_and_its_declared_words_stay_in_a_redacted_recording(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [events.PlanPoint(label="gust 1")]
    start = events.BenchmarkStart(t=1, benchmark=1, plan="zephyr", points=points, labels="words")
    kept = anonymized(start)
    assert (kept.plan, kept.points[0].label) == ("left out", "left out")
    monkeypatch.setitem(KINDS, "zephyr", Burst())
    assert anonymized(start) == start


def test_a_shared_field_that_it_fixes_is_refused_and_no_result_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(KINDS, "zephyr", Burst())
    with pytest.raises(PlanError, match="kind zephyr has no generation_tokens: leave it out"):
        make({"kind": "zephyr", "generation_tokens": 5})
    desk = Desk(make({"kind": "zephyr", "prompt_tokens": 16, "trials": 1}))
    desk.run()
    written = document(desk.runner.result)
    assert "generation_tokens" not in json.loads(written)["plan"]
    assert read_result(written) == desk.runner.result


@pytest.mark.parametrize("kind", [Prefill, Undeclared])
def test_redaction_keeps_only_labels_declared_as_words(
    kind: type[PlanKind], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "prefill", kind())
    desk = Desk(make({"kind": "prefill", "prompt_tokens": 16, "trials": 1}))
    desk.run(lambda: desk.live.timeline.benchmarks)
    (benchmark,) = desk.live.timeline.benchmarks.values()
    start = without_text(benchmark.start)
    assert isinstance(start, events.BenchmarkStart)
    kept = LABELS if kind is Prefill else ["point 1", "point 2"]
    assert [point.label for point in start.points] == kept

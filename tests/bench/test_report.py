"""What is told of a result: pages, tables in a width, baselines, what a stress plan says."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len

from mlxtop import events
from mlxtop.bench import report
from mlxtop.bench.formats import csv_text, document, read_result
from mlxtop.bench.layout import Table, TableColumn
from mlxtop.bench.plan_fields import make
from mlxtop.bench.point import Skipped
from mlxtop.bench.report import plan_words
from mlxtop.bench.result import Result, of_point, over_all
from mlxtop.bench.stress import stress_of
from mlxtop.bench.tables import few
from mlxtop.bench.trial import measured
from mlxtop.markdown import escaped
from mlxtop.timeline import Timeline
from tests.bench.desk import HEADER, QUIET, Desk, slowed, with_first

Start = Callable[..., Desk]
PLAN = make({"generation_tokens": 10, "trials": 3})


def test_a_page_tells_of_every_point_and_of_what_was_left_out(sweep: Result) -> None:
    said = report.text(sweep)
    assert "prompt tokens 8 " in said
    assert "prompt tokens 16 " in said
    assert "left out   top p 0.5: not measured: top p has no effect at temperature 0" in said
    assert "5 of 5" in said
    assert "10.0 – 10.0" in said
    assert few(sweep.points) in said
    for words in ("prompt tokens 8", "gen. tok/s", "× first", "lowest – highest"):
        assert words in report.markdown(sweep)
    assert read_result(document(sweep)) == sweep


def test_the_answer_is_first_and_says_whether_points_differ(sweep: Result) -> None:
    slower = slowed(sweep, 1, 0.5)
    words = "prompt tokens 8: 10.0 tok/s · prompt tokens 16: 5.0 tok/s (×0.50, slower)"
    assert report.text(slower).splitlines()[0] == f"result     {words}"
    assert report.markdown(slower).splitlines()[2] == f"**{escaped(words)}**"
    equal = "prompt tokens 16: 10.0 tok/s (×1.00, not told apart)"
    assert equal in report.text(sweep).splitlines()[0]


@pytest.mark.parametrize("width", [80, 120])
def test_a_page_fits_the_terminal(sweep: Result, width: int) -> None:
    more = {"prompt_tokens_per_second": 2000.0, "peak_mlx_bytes": 19.5e9}
    points = [
        of_point(
            one.point,
            # Six: they have an interval, which takes room.
            [msgspec.structs.replace(trial, **more) for trial in (*one.trials, *one.trials[:1])],
        )
        for one in sweep.points
    ]
    said = report.text(msgspec.structs.replace(sweep, points=points), width)
    assert max(map(cell_len, said.splitlines())) <= width
    assert ("no room for p99" in said) == (width == 80)


def test_how_a_point_differs_from_the_first_is_a_column(sweep: Result) -> None:
    first, second, idle = sweep.points
    halved = [
        msgspec.structs.replace(trial, generation_tokens_per_second=5.0) for trial in second.trials
    ]
    changed = msgspec.structs.replace(sweep, points=[first, of_point(second.point, halved), idle])
    for result, ratio in ((sweep, "1.00"), (changed, "0.50")):
        row = next(line for line in report.text(result).splitlines()[1:] if "tokens 16 " in line)
        assert row.split()[4] == ratio


def test_a_table_gives_up_columns_by_rank_and_then_cells_of_labels() -> None:
    table = Table(
        (
            TableColumn("", ("a label that is long", "short")),
            TableColumn("kept", ("1", "2")),
            TableColumn("first\nto go", ("100", "200"), 2),
            TableColumn("next", ("3", "4"), 1),
        )
    )
    assert table.text() == [
        "                            first",
        "                      kept  to go  next",
        "a label that is long     1    100     3",
        "short                    2    200     4",
    ]
    assert table.text(36)[2:] == [
        "a label that is …     1    100     3",
        "short                 2    200     4",
    ]
    assert all(len(line) <= 24 for line in table.text(24)[:3])
    assert table.text(24)[1].startswith("a label tha")
    assert "no room for first to go" in table.text(24)[-1]
    assert table.rows()[0] == ("", "kept", "first to go", "next")


def test_a_disturbed_trial_is_told_and_not_counted(sweep: Result) -> None:
    bad = with_first(sweep, disturbed=("memory was swapped out",))
    assert len(bad.points[0].valid) == 4
    said = report.text(bad)
    assert "prompt tokens 8: trial 1: memory was swapped out" in said
    assert "4 of 5" in said
    line = report.trial_line("a", bad.points[0].trials[0])
    assert line.startswith("a, trial 1  prompt ")
    assert line.endswith("NOT VALID: memory was swapped out")


def test_too_few_trials_and_failures_are_said(sweep: Result) -> None:
    few = msgspec.structs.replace(
        sweep, points=[of_point(one.point, one.trials[:2]) for one in sweep.points]
    )
    assert report.TOO_FEW in report.text(few)
    failed = with_first(sweep, failed="The engine stopped.")
    assert "1 trial did not finish" in report.text(failed)
    assert "trial 1: The engine stopped." in report.text(failed)
    assert "FAILED: The engine stopped." in report.trial_line("", failed.points[0].trials[0])


def test_trials_that_could_not_be_judged_are_called_unchecked_everywhere(sweep: Result) -> None:
    assert "unchecked" not in report.text(sweep)
    result = with_first(sweep, unchecked=("too short to tell",))
    one = result.points[0]
    assert (len(one.valid), len(one.counted), result.enough) == (4, 5, True)
    assert one.figures["generation_tokens_per_second"].trials == 5
    for said in (report.text(result), report.markdown(result)):
        assert "9 of 10 trials, 1 unchecked" in said
        assert "prompt tokens 8: trial 1: too short to tell" in said
        assert "4 of 5" in said
        assert report.UNCHECKED in said.replace("\\", "")
    line = report.trial_line("", one.trials[0])
    assert line.endswith("UNCHECKED: too short to tell")
    told = json.loads(document(result))["points"][0]["trials"][0]
    assert (told["valid"], told["state"], told["reasons"]) == (
        False,
        "unchecked",
        ["too short to tell"],
    )
    row = next(csv.DictReader(io.StringIO(csv_text(result))))
    assert (row["valid"], row["state"], row["reasons"]) == (
        "false",
        "unchecked",
        "too short to tell",
    )
    assert read_result(document(result)) == result


def test_markdown_has_ranges_intervals_and_notes_of_each_point(sweep: Result) -> None:
    said = report.markdown(with_first(sweep, note="an odd one"))
    assert "- note: prompt tokens 8, trial 1: “an odd one”" in said
    assert "| lowest – highest | prompt tok/s | gen. tok/s | TTFT | p99 | 95 % of gen. tok/s |" in (
        said
    )
    assert "| prompt tokens 16 | — | 10.0 – 10.0 | 2.00 s – 2.10 s | 100 ms – 100 ms | — |" in said
    assert few(sweep.points) in said


def test_a_line_of_the_csv_has_the_range_of_its_point(sweep: Result) -> None:
    row = list(csv.DictReader(io.StringIO(csv_text(slowed(sweep, 1, 0.5)))))[-1]
    figures = {name: row[f"generation_tokens_per_second_{name}"] for name in ("median", "lowest")}
    assert list(map(float, figures.values())) == pytest.approx([5.0, 5.0])
    assert row["generation_tokens_per_second_low"] == "", "five trials have no 95 % interval"


def test_a_formula_in_a_text_is_none_in_the_csv_and_a_number_stays_one(sweep: Result) -> None:
    result = with_first(sweep, note="=1+1", mlx_growth_bytes=-5.0)
    one = result.points[0]
    odd = msgspec.structs.replace(one.point, label="@SUM(A1)")
    result = msgspec.structs.replace(
        result, points=[msgspec.structs.replace(one, point=odd), *result.points[1:]]
    )
    row = next(csv.DictReader(io.StringIO(csv_text(result))))
    assert (row["note"], row["label"], row["mlx_growth_bytes"]) == ("'=1+1", "'@SUM(A1)", "-5.0")


def test_what_feeds_the_machine_is_in_the_head(desk: Start) -> None:
    it = desk(make({"generation_tokens": 10, "trials": 1}))
    it.readings = lambda t: {**QUIET, "power.on_battery": 1.0}
    it.run()
    assert "power      on battery" in report.text(it.runner.result)
    again = desk(make({"generation_tokens": 10, "trials": 1}))
    again.run()
    assert again.runner.result.conditions.on_battery is False
    assert "on battery" not in report.text(again.runner.result)


def test_text_of_others_cannot_write_to_the_terminal_or_break_a_table(sweep: Result) -> None:
    odd = msgspec.structs.replace(sweep.points[0].point, label="\x1b[2J|evil<b>\n")
    result = msgspec.structs.replace(
        sweep, points=[msgspec.structs.replace(sweep.points[0], point=odd), sweep.points[1]]
    )
    assert "\x1b" not in report.text(result) + report.markdown(result)
    assert "\\|evil\\<b\\>" in report.markdown(result)


# -- prompts with words ----------------------------------------------------------------------------


@pytest.fixture
def prompts(desk: Start, tmp_path: Path) -> Result:
    path, config = tmp_path / "mine.jsonl", tmp_path / "config.json"
    path.write_text('"What is wired memory?"\n5\n"And a longer question than the first?"\n')
    config.write_text('{"sampling": {"temperature": 0.5, "max_tokens": 10}}')
    fields = {"kind": "dataset", "dataset": str(path), "prompt_config": str(config)}
    it = desk(make({**fields, "trials": 3}))
    it.run()
    return it.runner.result


def test_prompts_have_columns_of_tokens_and_a_row_of_all(prompts: Result) -> None:
    changed = slowed(prompts, 1, 0.5)
    changed = msgspec.structs.replace(changed, overall=over_all(changed.points))
    said = report.text(changed)
    rows = {line.split(":")[0].split("  ")[0]: line for line in said.splitlines()}
    assert "mine 1: What is wired memory?" in said
    assert "prompt tokens | gen. tokens |" in report.markdown(changed)
    speeds = [changed.points[place].figures["generation_tokens_per_second"] for place in (0, 1)]
    assert [speed.median for speed in speeds] == pytest.approx([10.0, 5.0])
    everything = changed.overall["generation_tokens_per_second"]
    assert everything.trials == 6
    assert everything.lowest == pytest.approx(5.0)
    assert everything.median == pytest.approx(7.5)
    assert "all together" in rows
    note = "all together: medians over the 6 trials that count"
    assert note in said
    assert note in report.markdown(changed)
    assert max(map(cell_len, report.text(changed, 80).splitlines())) <= 80


def test_the_plan_is_told_as_it_held(prompts: Result) -> None:
    words = plan_words(prompts)
    assert "mine.jsonl, at most 10 tokens generated" in words
    assert words.endswith("temperature 0.5")


def test_what_is_swept_is_not_told_of_all_points(sweep: Result) -> None:
    assert "random prompt tokens" not in plan_words(sweep)
    assert "10 generated" in plan_words(sweep)


def test_of_how_many_trials_a_figure_is_and_what_was_not_read(desk: Start) -> None:
    it = desk(PLAN)
    it.run()
    result = it.runner.result
    said = report.text(result)
    assert "load (1 trial)" in said
    assert re.search("peak engine process +— +— +—", said)
    assert "—: not known, or the trials were shorter than the time between two readings" in said
    read = report.text(with_first(result, peak_engine_bytes=1e6, peak_wired_bytes=1e6))
    assert "peak engine process (1 trial)" in read
    assert "not known, or" not in read
    whole = [msgspec.structs.replace(one, load_seconds=1.0) for one in result.trials]
    points = [of_point(result.points[0].point, whole)]
    assert "load   " in report.text(msgspec.structs.replace(result, points=points))


def test_entries_that_were_left_out_are_in_the_page_and_the_document(prompts: Result) -> None:
    left = Skipped(file="mine.jsonl", what="line", places=(2,))
    told = msgspec.structs.replace(prompts, skipped=(left,))
    assert f"left out   {left.sentence}" in report.text(told)
    assert json.loads(document(told))["skipped"] == [
        {"file": "mine.jsonl", "what": "line", "places": [2], "empty": []}
    ]


# -- stress ----------------------------------------------------------------------------------------


def cycle(timeline: Timeline, number: int, start: float, gaps: list[float], level: float) -> None:
    """Add a cycle of tokens with given intervals, and readings beside it."""
    times = [start]
    for gap in gaps:
        times.append(times[-1] + gap)
    timeline.add(events.TurnStart(t=start, turn=number, index=1))
    timeline.add(events.Tokens(t=times[-1], turn=number, times=times))
    values: dict[str, float | None] = {"thermal.level": level, "engine.memory_bytes": 1e6 * number}
    timeline.add(events.Sample(t=times[-1] - 0.01, values=values))
    timeline.add(
        events.TurnEnd(
            t=times[-1], turn=number, finish_reason="length", generation_tokens=len(times)
        )
    )


def test_stress_tells_context_from_time_and_counts_what_was_throttled() -> None:
    timeline = Timeline()
    timeline.add(HEADER)
    # The second half of each cycle is half as fast; the third cycle is slower as a whole.
    steps = [0.01] * 50 + [0.02] * 50
    cycle(timeline, 1, 100.0, steps, 0.0)
    cycle(timeline, 2, 130.0, steps, 1.0)
    cycle(timeline, 3, 160.0, [2 * step for step in steps[:60]], 1.0)  # cut off
    trials = [
        measured(timeline, timeline.turns[number], point=0, number=number, load_seconds=None)
        for number in (1, 2, 3)
    ]
    assert [bool(trial.disturbed) for trial in trials] == [False, True, True]
    trials[2] = msgspec.structs.replace(trials[2], dropped=True)
    found = stress_of(timeline, trials)
    assert found is not None
    assert found.cycles == 3
    assert found.context_speeds == pytest.approx((100.0, 50.0))
    assert found.compared_tokens == 61
    assert found.time_speeds is not None
    assert found.time_speeds[1] / found.time_speeds[0] == pytest.approx(0.5)
    assert found.engine_bytes_per_minute == pytest.approx(2e6, rel=0.01), "1 MB in half a minute"
    assert found.throttled == 2
    assert stress_of(timeline, []) is None


def test_one_cycle_says_nothing_of_time() -> None:
    timeline = Timeline()
    cycle(timeline, 1, 100.0, [0.01] * 100, 0.0)
    trial = measured(timeline, timeline.turns[1], point=0, number=1, load_seconds=None)
    found = stress_of(timeline, [trial])
    assert found is not None
    assert (found.time_speeds, found.engine_bytes_per_minute) == (None, None)
    assert found.context_speeds == pytest.approx((100.0, 100.0))


def test_a_table_of_many_points_measures_each_column_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    measure = TableColumn.width.fget  # type: ignore[attr-defined]

    def width(column: TableColumn) -> int:
        asked.append(column)
        return int(measure(column))

    monkeypatch.setattr(TableColumn, "width", property(width))
    table = Table.of(("", "one", "other"), [(f"point {place}", "1", "22") for place in range(500)])
    assert len(table.text(80)) == 501
    assert len(asked) < 30

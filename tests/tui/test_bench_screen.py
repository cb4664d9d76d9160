"""What the benchmark's screens draw: rows, charts and pages of results of every kind."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from mlxtop import events
from mlxtop.bench.kinds.kind import ChartName
from mlxtop.bench.outcome import start_of
from mlxtop.bench.plan import Plan
from mlxtop.bench.report import head
from mlxtop.bench.result import Result, of_point
from mlxtop.bench.runner import Runner
from mlxtop.bench.trial import Trial
from mlxtop.folds.turn import Turn
from mlxtop.tui.bench.bars import EIGHTHS, Bar, BarChart, bar_rows
from mlxtop.tui.bench.charts import (
    ALL_BARS,
    NAMES,
    all_bars,
    bars,
    chart_names,
    chart_rows,
    group,
    left_out_lines,
    page_names,
    plots,
    table_lines,
)
from mlxtop.tui.bench.figures import Shown
from mlxtop.tui.bench.lines import speeds
from mlxtop.tui.bench.progress import Coming, coming, doing_row, progress_row, state_of_plan
from mlxtop.tui.bench.trial_table import (
    COLUMNS,
    MARGIN,
    layout,
    median_row,
    medians_title,
    settings_words,
    state_of,
    title,
    titles,
    trial_row,
)
from mlxtop.tui.widgets.rows import Row, length, text
from tests.bench.desk import Desk

SIZES = [(200, 46), (120, 36), (80, 20), (30, 8), (10, 3), (1, 1)]
SWEEP = Plan(kind="sweep", sweep={"prompt_tokens": (8, 16, 32, 64)}, trials=2)
PLANS = {
    "tokens": Plan(trials=5),
    "sweep": SWEEP,
    "batch": Plan(kind="batch", batch=(1, 2), trials=2),
    "stress": Plan(kind="stress", minutes=0.2),
}


@pytest.fixture
def ran() -> Callable[..., Runner]:
    """Return a function that runs a plan on a clock of its own, to its end or to some trials."""

    def run(plan: Plan, trials: int | None = None) -> Runner:
        desk = Desk(plan)
        desk.run(until=lambda: trials is not None and len(desk.runner.trials) >= trials)
        return desk.runner

    return run


def shown(runner: Runner, size: tuple[int, int] = (120, 36), first: int = 0) -> Shown:
    return Shown(runner.result, runner.live.timeline, first, *size)


def drawn(rows: list[Row]) -> str:
    return "\n".join(text(row) for row in rows)


# -- the table -------------------------------------------------------------------------------------


TRIAL = Trial(
    point=0,
    number=3,
    turn=4,
    began=1.0,
    ended=2.0,
    prompt_tokens_per_second=2_800.0,
    generation_tokens_per_second=123.4,
    ttft_seconds=0.0451,
    p99_seconds=0.0057,
    peak_mlx_bytes=3_650_000.0,
)


@pytest.mark.parametrize("width", [150, 109, 70, 50, 30, 5])
def test_titles_trials_and_medians_stand_in_the_same_columns(width: int) -> None:
    columns = layout(width, ["kv bits off", "kv bits 4"])
    rows = [
        *titles(columns, "trial", "state"),
        trial_row(columns, "kv bits off", TRIAL),
        median_row(columns, "kv bits off", [TRIAL], ""),
    ]
    assert [length(row) for row in rows[2:]] == [columns.width] * 2
    if width >= 50:
        assert columns.width == width
        ends = [
            text(row).index(word) + len(word)
            for row, word in zip(
                (rows[0], rows[2], rows[3]), ("gen.", "123.4", "123.4"), strict=True
            )
        ]
        assert len(set(ends)) == 1


@pytest.mark.parametrize("width", [110, 70, 47, 35])
@pytest.mark.parametrize("labels", [["a"], ["a", "b"], ["prompt tokens 16", "prompt tokens 32"]])
def test_words_of_a_heading_are_whole_and_apart(width: int, labels: list[str]) -> None:
    columns = layout(width, labels)
    head = text(medians_title(columns)).split()
    assert head[0] == "medians"
    assert ("valid" in head) == (len(labels) > 1)
    trials = text(titles(columns, "trial", "state")[0])
    assert ("point" in trials.split()) == (len(labels) > 1)
    shift = text(medians_title(columns)).index("gen.") - trials.index("gen.")
    assert shift == MARGIN, "over the same columns"


@pytest.mark.parametrize("width", [110, 60, 40])
def test_what_is_measured_stands_apart_from_how_it_goes(width: int) -> None:
    start = start_of(SWEEP, [], 1, 0.0)
    row = text(title(start, ("● complete", "normal"), width, settings_words(start)))
    assert len(row) == width
    assert row.startswith("benchmark  sweep")
    assert row.endswith("  ● complete")
    assert settings_words(start) == "prompt tokens 8, 16, 32, 64"


def test_a_narrow_table_leaves_out_what_matters_least() -> None:
    assert len(layout(110, ["a", "b"]).columns) == len(COLUMNS)
    left = {column.name for column in layout(48, ["a", "b"]).columns}
    assert "generation_tokens_per_second" in left
    assert "p99_seconds" not in left
    assert layout(60, ["only one"]).label == 0, "one point needs no name"


def test_a_trial_says_why_it_does_not_count() -> None:
    change = msgspec.structs.replace
    assert state_of(TRIAL) == ("● valid", "normal")
    dropped = change(TRIAL, dropped=True, note="the fan\x1b[31m")
    assert state_of(dropped) == ("○ dropped", "value"), "another sign than what was disturbed"
    assert "○ dropped ✎ the fan␛[31m" in text(trial_row(layout(110, ["a"]), "a", dropped))
    noted = change(TRIAL, note="a note that is long")
    assert text(trial_row(layout(60, ["a"]), "a", noted)).rstrip().endswith("● valid ✎")
    disturbed = change(TRIAL, disturbed=("memory was swapped out",))
    assert state_of(disturbed)[0] == "▲ memory was swapped out"
    assert state_of(change(TRIAL, failed="The engine stopped."))[0] == "✕ The engine stopped."


@pytest.mark.parametrize("width", [48, 70, 110])
def test_no_state_is_cut_in_its_row(width: int) -> None:
    for changes, word in (
        ({"disturbed": ("other processes took 197 % of a core", "memory was swapped out")}, "▲"),
        ({"failed": "The engine stopped because there was not enough memory."}, "✕"),
        ({"unchecked": ("the CPU use of other processes is not known",)}, "◌"),
    ):
        trial = msgspec.structs.replace(TRIAL, **changes)
        columns = layout(width, ["a"])
        told = text(trial_row(columns, "a", trial)).rstrip()
        assert told.endswith((f"{word} {trial.state}", trial.reason))


def test_repeats_are_told_from_the_trials_of_the_plan(ran: Callable[..., Runner]) -> None:
    runner = ran(Plan(trials=3))
    assert "repeat" not in text(progress_row(runner, 65.0, 90))
    runner.repeat(0)
    runner.repeat(0)
    for _ in range(2):
        (trial,) = [one for one in runner.trials if one.number == 3]
        runner.trials.append(msgspec.structs.replace(trial, number=len(runner.trials) + 1))
    assert "5 of 7 trials, 2 repeats" in text(progress_row(runner, 65.0, 90))
    assert ("valid", "5 of 5 trials, 2 repeats") in head(runner.result)
    assert "repeat" not in text(progress_row(ran(PLANS["stress"]), 65.0, 90)), "cycles"


def test_medians_are_of_the_valid_trials_that_know_a_figure() -> None:
    change = msgspec.structs.replace
    trials = [
        TRIAL,
        change(TRIAL, generation_tokens_per_second=99.0, ttft_seconds=None),
        change(TRIAL, generation_tokens_per_second=math.nan),
        change(TRIAL, generation_tokens_per_second=1.0, dropped=True),
    ]
    row = text(median_row(layout(110, ["a"]), "a", trials, ""))
    assert row.split()[:3] == ["3/4", "2,800", "111.2"]
    assert "99.0 – 123.4" in row
    assert text(median_row(layout(110, ["a"]), "a", [TRIAL], "")).split()[-2:] == ["1", "trial"]
    assert "—" in text(median_row(layout(110, ["a"]), "a", [], ""))
    refused = text(median_row(layout(110, ["a"]), "a", [], "it is the same as b"))
    assert "✕ it is the same as b" in refused


def test_the_head_tells_what_the_plan_is_at(ran: Callable[..., Runner]) -> None:
    runner = ran(SWEEP, trials=3)
    width = 70
    t = runner.live.timeline.last or 0.0
    progress = text(progress_row(runner, 65.0, width))
    assert "3 of 8 trials   1:05" in progress
    assert "left" in progress
    assert state_of_plan(runner)[0] == "● running"
    runner.paused = True
    assert state_of_plan(runner)[0] == "● about to pause", "the trial before it goes on"
    assert length(doing_row(runner, coming(runner, t), "", width)) == width
    now = Coming(prompt_share=1.0, tokens=3, wanted=9)
    assert "prompt tokens 64" in text(doing_row(runner, now, "", width))
    short = text(doing_row(runner, now, "", 34))
    assert ("3 of 9 tokens" in short, "prompt" in short) == (True, False), "its place gives way"
    assert "said" in text(doing_row(runner, coming(runner, t), "said", width))
    runner.cancel()
    assert state_of_plan(runner)[0] == "■ stopped"
    row = progress_row(runner, 65.0, width, unmeasured=5)
    assert "3 of 8 trials, stopped" in text(row)
    runner.change(1, dropped=True)
    assert "3 of 8 trials, 2 valid, stopped" in text(progress_row(runner, 65.0, 90, 5))
    bar = {sign: text(row).count(sign) for sign in "━─"}
    assert bar["━"] / (bar["━"] + bar["─"]) == pytest.approx(3 / 8, abs=0.03)


# -- charts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("trials", [0, 1, None])
def test_every_page_is_drawn_at_every_size(
    ran: Callable[..., Runner], kind: str, trials: int | None
) -> None:
    runner = ran(PLANS[kind], trials)
    result = runner.result
    assert (trials is None) == result.complete
    for size in SIZES:
        for name in chart_names(result):
            for first in (0, len(result.points) - 1):
                rows = chart_rows(name, shown(runner, size, first))
                assert all(length(row) == size[0] for row in rows), (name, size)
        assert left_out_lines(result, size[0])
        assert table_lines(result, size[0])


@pytest.mark.parametrize("name", NAMES)
def test_figures_that_are_no_numbers_end_no_chart(
    ran: Callable[..., Runner], name: ChartName
) -> None:
    runner = ran(SWEEP)
    odd: dict[str, Any] = {
        "generation_tokens_per_second": math.nan,
        "prompt_tokens_per_second": math.inf,
        "ttft_seconds": None,
    }
    result = runner.result
    points = [
        of_point(one.point, [msgspec.structs.replace(trial, **odd) for trial in one.trials])
        for one in result.points
    ]
    result = msgspec.structs.replace(result, points=points)
    given = msgspec.structs.replace(runner.trials[0], dropped=True)
    runner.trials[0] = given
    for size in SIZES:
        rows = chart_rows(name, Shown(result, runner.live.timeline, 0, *size))
        assert all(length(row) == size[0] for row in rows)


def of_speed(result: Result, **spreads: float | None) -> Result:
    """Return a result whose first point has these figures of its speed, and the others none."""
    name = "generation_tokens_per_second"
    spread = msgspec.structs.replace(result.points[0].figures[name], **spreads)
    first, *others = result.points
    change = msgspec.structs.replace
    points = [change(first, figures={name: spread}), *(change(one, figures={}) for one in others)]
    return change(result, points=points)


def test_bars_are_medians_with_what_lies_around_them(ran: Callable[..., Runner]) -> None:
    runner = ran(Plan(kind="batch", batch=(1, 2), trials=5))
    result = of_speed(runner.result, median=10.0, low=8.0, high=14.0)
    rows = drawn(chart_rows("speed", Shown(result, runner.live.timeline, 0, 80, 20))).splitlines()
    assert "95 % intervals" in rows[0]
    once = of_speed(runner.result, median=10.0, lowest=10.0, highest=10.0, low=None, high=None)
    bare = drawn(chart_rows("speed", Shown(once, runner.live.timeline, 0, 80, 20)))
    assert bare.splitlines()[0].rstrip() == " generation, tok/s: medians", "no stroke is explained"
    (bar,) = (row for row in rows if "batch 1 │" in row)
    (stroke,) = (row for row in rows if "├" in row and "8.0 – 14.0" in row)
    assert bar.rstrip().endswith(" 10.0")
    ends = [stroke.index(sign) for sign in "├┃┤"]
    assert ends == sorted(ends)
    assert abs(ends[1] - bar.rindex("█")) <= 1, "the stroke's median is the end of the bar"
    assert any("batch 2 " in row and "— no valid trial" in row for row in rows)
    assert "Nothing to draw yet" in drawn(
        chart_rows("prefill", Shown(result, runner.live.timeline, 0, 80, 20))
    )


def test_bars_tell_a_small_difference_and_begin_at_zero() -> None:
    def ends(*values: float) -> list[float]:
        groups = [[Bar(f"{value}", value, f"{value} tok/s", "speed")] for value in values]
        rows = drawn(bar_rows(BarChart("speed", groups, 500.0, "{:.0f}".format), 80, 6))
        lines = [row.split("│")[1] for row in rows.splitlines() if "tok/s" in row]
        assert all(f" {value} tok/s" in line for value, line in zip(values, lines, strict=True))
        assert rows.splitlines()[-1].split()[0] == "0"
        # The sign of a bar's end is none of a whole cell, or the last of those.
        return [line.count("█") + max(0, EIGHTHS.find(line.split()[0][-1])) / 8 for line in lines]

    less, more = ends(412.9, 418.0)
    assert 0 < more - less < 1, "by less than a cell"
    assert ends(250.0)[0] == pytest.approx(ends(500.0)[0] / 2, abs=0.13)


def test_one_point_is_its_trials_in_their_order_with_the_median(ran: Callable[..., Runner]) -> None:
    runner = ran(Plan(trials=5, generation_tokens=10))
    speeds_of = [5.0, 4.0, 6.0, 7.0, 1.0]
    for place, value in enumerate(speeds_of):
        trial = runner.trials[place]
        runner.trials[place] = msgspec.structs.replace(trial, generation_tokens_per_second=value)
    runner.change(4, dropped=True)
    rows = drawn(chart_rows("speed", shown(runner, (120, 16)))).splitlines()
    of_trials = [row for row in rows if "trial " in row and "│" in row]
    assert [row.split()[1] for row in of_trials] == ["1", "2", "3", "4", "5"]
    assert [row.rstrip().rsplit(" ", 1)[1] for row in of_trials[:4]] == ["5.0", "4.0", "6.0", "7.0"]
    assert of_trials[1].count("█") < of_trials[0].count("█") < of_trials[2].count("█")
    assert "░" in of_trials[4]
    assert of_trials[4].rstrip().endswith("1.0  ○ dropped")
    (median,) = (row for row in rows if row.lstrip().startswith("median"))
    assert "┃" in median
    assert "┤ 5.5, lowest to highest 4.0 – 7.0" in median
    assert not any("┃" in row for row in of_trials), "beside the bars, not through them"
    tall = drawn(chart_rows("speed", shown(runner, (120, 36))))
    assert "intervals between tokens, by length: 36 in 4 trials" in tall, (
        "the gaps below, where there is room"
    )
    (dots,) = plots("speed", shown(runner, (120, 7)))
    labels = {line.label: list(line.ys) for line in dots.lines}
    assert labels["does not count"] == [1.0]
    assert set(labels["median 5.5"]) == {5.5}
    few = drawn(chart_rows("speed", shown(runner, (120, 7))))
    assert "••• a trial" in few, "points where bars have no room"


def test_a_sweep_of_lengths_is_drawn_over_the_length(ran: Callable[..., Runner]) -> None:
    runner = ran(SWEEP)
    (plot,) = plots("speed", shown(runner))
    assert bars("speed", shown(runner), 4) is None
    dots = next(line for line in plot.lines if line.sign)
    assert list(dots.xs) == [3.0, 4.0, 5.0, 6.0], "on a logarithmic scale"
    assert "over prompt tokens" in plot.title
    assert [text.split(":")[0] for _, text in plot.x_ticks] == ["8", "16", "32", "64"]
    other = ran(Plan(kind="sweep", sweep={"prompt_tokens": (8, 16), "batch": (1, 2)}, trials=1))
    assert bars("speed", shown(other), 4), "more than one setting is changed"


def test_the_speed_of_a_batch_is_that_of_all_its_requests() -> None:
    def turn(batch: int) -> Turn:
        turn = Turn(events.TurnStart(t=0.0, turn=1, index=0, batch=batch))
        times = [1.0 + 0.1 * step for step in range(41) for _ in range(batch)]
        turn.add(events.Tokens(t=times[-1], turn=1, times=times))
        turn.finish(
            events.TurnEnd(t=5.1, turn=1, finish_reason="length", prompt_tokens=100 * batch)
        )
        return turn

    for batch in (1, 4):
        found = speeds(turn(batch), 5)
        assert [round(y, 6) for _, y in found] == [10.0 * batch] * 5
        assert found[0][0] == 104.0, "tokens in the context of one request"
    assert speeds(Turn(events.TurnStart(t=0.0, turn=1, index=0)), 5) == []


def test_the_bursts_of_a_draft_model_are_no_speed() -> None:
    drafted = Turn(events.TurnStart(t=0.0, turn=1, index=0))
    times = [1.0 + step * 0.1 for step in range(20) for _ in range(4)]
    proposed = [True, True, True, False] * 20
    drafted.add(events.Tokens(t=times[-1], turn=1, times=times, draft=proposed))
    found = speeds(drafted, 5)
    assert [y for _, y in found] == pytest.approx([40.0] * len(found))
    (window,) = {round(late - early, 6) for (early, _), (late, _) in pairwise(found)}
    assert all((x - window / 2) % window == 0 for x, _ in found), "places that others have too"


def test_the_bars_of_all_figures_share_a_page_that_is_large_enough(
    ran: Callable[..., Runner],
) -> None:
    result = ran(Plan(kind="batch", batch=(1, 2), trials=2)).result
    assert page_names(result, 200, 46)[:2] == [ALL_BARS, "over the context"]
    assert page_names(result, 80, 20)[:3] == ["generation", "prompt", "TTFT"]
    runner = ran(PLANS["tokens"])
    assert page_names(runner.result, 200, 46)[0] == ALL_BARS
    rows = [text(row) for row in all_bars(shown(runner, (200, 46)))]
    assert len(rows) <= 46
    for figure in ("generation, tok/s", "TTFT"):
        assert any(row.startswith(f" {figure}") for row in rows), figure
    for number in range(1, 6):
        bars_of = [row for row in rows if f"  trial {number} │" in row]
        assert len(bars_of) == sum("each trial, in order" in row for row in rows), "one row each"


def test_more_points_than_there_is_room_for_are_shown_in_turns(ran: Callable[..., Runner]) -> None:
    runner = ran(SWEEP)
    assert group("context", runner.result, 80, 20) == 3
    assert group("speed", runner.result, 80, 20) == 4, "all on one line"
    batches = ran(Plan(kind="batch", batch=(1, 2, 3, 4, 5), trials=1))
    few = drawn(chart_rows("speed", shown(batches, (80, 9), first=3)))
    assert "points 4 to 5 of 5" in few
    assert ("batch 3 " in few, "batch 4 " in few) == (False, True)
    first, last = (drawn(chart_rows("context", shown(runner, first=at))) for at in (0, 3))
    assert "points 1 to 3 of 4" in first
    assert "prompt tokens 8" in first
    assert "points 4 to 4 of 4" in last
    assert "prompt tokens 64" in last
    assert "prompt tokens 16   point 2 of 4" in drawn(chart_rows("gaps", shown(runner, first=1)))


def test_what_was_left_out_is_told_with_its_reason_and_notes(ran: Callable[..., Runner]) -> None:
    runner = ran(Plan(trials=3))
    assert left_out_lines(runner.result, 80)[0].startswith(" Nothing was left out")
    runner.change(1, dropped=True, note="a\x1bb")
    runner.change(2, note="fine")
    said = "\n".join(left_out_lines(runner.result, 80))
    assert "trial 2: dropped (a␛b)" in said
    assert "trial 3: “fine”" in said
    assert page_names(runner.result)[-2:] == ["tables", "left out"]

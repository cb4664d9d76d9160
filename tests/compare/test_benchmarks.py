"""Benchmarks held against each other: only valid trials, point by point."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlxtop import events
from mlxtop.commands.app import build
from mlxtop.compare import report, rows
from mlxtop.compare.comparison import Comparison
from mlxtop.compare.part import Choice
from mlxtop.compare.run import NothingToCompare, Run, read_run
from mlxtop.events import AnyEvent
from mlxtop.tui.compare.details import choices, details
from mlxtop.tui.widgets.rows import text as row_text
from tests.compare.runs import HEADER, Turn, compared, recording
from tests.recording.plans import Bench

app = build()

TOKENS = 201
NAMES = ("a", "b")


def write(path: Path, said: list[AnyEvent]) -> Path:
    lines = [events.Header(t=10.0, **HEADER), *said, events.End(t=said[-1].t)]
    path.write_bytes(b"".join(map(events.encode, lines)))
    return path


def sweep(
    path: Path,
    rates: dict[str, float],
    *,
    invalid: int = 0,
    dropped: bool = False,
    trials: int = 2,
) -> Path:
    """A sweep with warm-ups and a breakdown that are far off, and valid trials at these rates."""
    # Not the same times in two of them: those would be one and the same run.
    bench = Bench(labels=tuple(rates), trials=trials, t=20.0 + ord(path.stem[0]))
    for point, rate in enumerate(rates.values()):
        bench.ask("warm-up", point, rate=rate / 8, count=TOKENS)
        for number in range(1, trials + 1):
            bench.trial(point, number, rate=rate, count=TOKENS)
        for number in range(trials + 1, trials + 1 + invalid):
            bench.trial(point, number, "memory was swapped out", rate=rate / 4, count=TOKENS)
    if dropped:
        number = trials + invalid + 1
        bench.trial(0, number, rate=1000.0, count=TOKENS)
        bench.judge(0, number, bench.turn, dropped=True, later=2.0)
    bench.ask("breakdown", 0, rate=1.0, count=TOKENS)
    return write(path, bench.end())


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Run, Run]:
    """Off is as fast in both, 4 bits a fifth faster in B; each has a point of its own."""
    one = sweep(tmp_path / "a.jsonl", {"off": 50.0, "4": 60.0, "2": 80.0}, invalid=1)
    other = sweep(tmp_path / "b.jsonl", {"off": 50.0, "4": 72.0, "8": 40.0}, dropped=True)
    return read_run(one), read_run(other)


def numbers(result: Comparison) -> list[list[int]]:
    return [[reply.turn.number for reply in one.replies] for one in (result.first, result.second)]


def test_only_valid_trials_of_points_that_both_have_count(pair: tuple[Run, Run]) -> None:
    result = compared(*pair)
    # A turn each: a warm-up, two trials, in A one that is not valid.
    assert numbers(result) == [[2, 3, 6, 7], [2, 3, 5, 6]]
    assert "A: 3 warm-ups, 1 breakdown, 3 trials that are not valid and 2 trials of other points " \
        "do not count." in result.reasons  # fmt: skip
    assert "B: 3 warm-ups, 1 breakdown, 1 trial that is not valid and 2 trials of other points " \
        "do not count." in result.reasons  # fmt: skip
    assert "Only A has 2: that does not count." in result.reasons
    assert "Only B has 8: that does not count." in result.reasons


def test_each_point_has_a_verdict_of_its_own(pair: tuple[Run, Run]) -> None:
    found = {point.label: point.result for point in compared(*pair).points}
    assert list(found) == ["off", "4"]
    assert found["off"].verdict == "inconclusive"
    assert found["4"].verdict == "faster"
    ratio = found["4"].ratio
    assert ratio is not None
    assert ratio.value == pytest.approx(1.2)
    table = rows.points(compared(*pair))
    assert [(row.name, row.change) for row in table if not row.first] == [
        ("off", "not told apart"),
        ("4", "faster"),
    ]
    pooled, median = table[6:8]
    assert (pooled.name, median.name) == ("  tok/s, same place", "  tok/s, median")
    assert (pooled.first, pooled.second) == (median.first, median.second) == ("60.0", "72.0")
    assert pooled.change.startswith("1.200 [")
    assert median.change == "1.200"


def test_what_points_have_more_trials_of_does_not_shift_the_others(tmp_path: Path) -> None:
    rates = {"off": 50.0, "4": 100.0}
    one = read_run(sweep(tmp_path / "a.jsonl", rates, trials=2))
    other = read_run(sweep(tmp_path / "b.jsonl", rates, trials=3))
    found = compared(one, other)
    assert found.ratio is not None
    assert found.ratio.value == pytest.approx(1.0)
    assert found.verdict == "inconclusive"


def test_a_point_of_few_tokens_says_so(tmp_path: Path) -> None:
    """Two short trials of each of three points: together enough, each too few."""
    pair: list[Run] = []
    for name, rate in (("a", 50.0), ("b", 51.0)):
        bench = Bench(labels=("1", "2", "3"), t=20.0 + rate)
        for point in range(3):
            for number in (1, 2):
                bench.trial(point, number, rate=rate, count=40)
        pair.append(read_run(write(tmp_path / f"{name}.jsonl", bench.end())))
    result = compared(pair[0], pair[1])
    table = rows.points(result)
    assert [row.change for row in table if not row.first] == ["too few tokens"] * 3
    assert [row.change for row in table if row.name == "  tok/s, median"] == ["1.020"] * 3
    assert result.verdict == "faster"
    assert result.reasons == [], "the prompts are alike: nothing is to be said of places"


def test_plans_without_a_common_point_are_held_together_and_that_is_said(tmp_path: Path) -> None:
    one = read_run(sweep(tmp_path / "a.jsonl", {"a": 50.0}))
    other = read_run(sweep(tmp_path / "b.jsonl", {"b": 60.0}))
    result = compared(one, other)
    assert numbers(result) == [[2, 3], [2, 3]]
    assert result.points == ()
    assert any("no point in common" in reason for reason in result.reasons)
    assert result.verdict == "faster"


def test_a_benchmark_against_a_chat_says_what_does_not_count(tmp_path: Path) -> None:
    bench = read_run(sweep(tmp_path / "a.jsonl", {"off": 50.0}, invalid=1))
    chat = read_run(recording(tmp_path / "b.jsonl", Turn(), Turn(start=60.0)))
    result = compared(bench, chat)
    assert numbers(result) == [[2, 3], [1, 2]]
    assert result.reasons[:2] == [
        "A is a benchmark, the other one a chat.",
        "A: 1 warm-up, 1 breakdown and 1 trial that is not valid do not count.",
    ]
    assert compared(chat, bench).reasons[0] == "B is a benchmark, the other one a chat."


def test_of_a_chat_with_a_benchmark_in_it_counts_what_the_other_one_is(tmp_path: Path) -> None:
    bench = Bench(labels=("off",), turn=1, t=100.0)
    bench.trial(0, 1, rate=50.0, count=TOKENS)
    mixed = read_run(write(tmp_path / "a.jsonl", [*Turn().events(1), *bench.end()]))
    chat = read_run(recording(tmp_path / "b.jsonl", Turn(seed=2)))
    alone = read_run(sweep(tmp_path / "c.jsonl", {"off": 50.0}))
    assert numbers(compared(mixed, chat)) == [[1], [1]]
    assert "A: 1 trial do not count." not in compared(mixed, chat).reasons
    assert "A: 1 trial does not count." in compared(mixed, chat).reasons
    assert numbers(compared(mixed, alone)) == [[2], [2, 3]]
    assert "A: 1 chat reply does not count." in compared(mixed, alone).reasons


def test_a_benchmark_without_a_valid_trial_is_refused(tmp_path: Path) -> None:
    none = read_run(sweep(tmp_path / "a.jsonl", {"off": 50.0}, invalid=1, trials=0))
    with pytest.raises(NothingToCompare, match="without a trial that counts"):
        compared(none, none)


def test_a_single_point_may_be_chosen(pair: tuple[Run, Run]) -> None:
    offered = [item for item in choices(pair[0]) if item.value.point is not None]
    assert [item.value.point for item in offered] == ["off", "4", "2"]
    result = compared(*pair, Choice(point="4"))
    assert numbers(result) == [[6, 7], [5, 6]]
    with pytest.raises(NothingToCompare, match='it has some of "off", "4", "8"'):
        compared(*pair, Choice(point="2"))


def test_points_stand_in_every_form_of_the_comparison(pair: tuple[Run, Run]) -> None:
    result = compared(*pair)
    for width in (80, 120):
        lines = report.text(result, NAMES, width, chart=False).splitlines()
        assert any(line.split() == ["4", "faster"] for line in lines)
        assert max(map(len, lines)) <= width
    assert "## Point by point" in report.markdown(result, NAMES)
    shown = [row_text(row) for row in details(result, 48)]
    assert any(line.startswith("point by point") for line in shown)
    place = next(at for at, line in enumerate(shown) if line.split() == ["4", "faster"])
    assert shown[place + 1].split() == ["tok/s,", "same", "place", "60.0", "72.0", "1.200"]
    off = next(line for line in shown if line.startswith("off"))
    assert off.endswith("not told apart"), "whole"
    assert any(line.split() == ["TTFT,", "median", "1.00", "s", "1.00", "s", "1.000"]
               for line in shown), "and no value gives way to it"  # fmt: skip
    plain = json.loads(json.dumps(report.as_json(result, NAMES)))
    assert [point["label"] for point in plain["points"]] == ["off", "4"]
    assert plain["points"][1]["verdict"] == "faster"
    assert plain["points"][1]["a"]["turns"] == [6, 7]


def test_the_command_compares_two_benchmarks(tmp_path: Path) -> None:
    one = sweep(tmp_path / "a.jsonl", {"off": 50.0, "4": 60.0})
    other = sweep(tmp_path / "b.jsonl", {"off": 50.0, "4": 30.0})
    done = CliRunner().invoke(app, ["compare", str(one), str(other), "--no-chart"])
    assert done.exit_code == 0, done.output
    assert ["4", "slower"] in [line.split() for line in done.output.splitlines()]


def test_one_point_of_two_benchmarks(tmp_path: Path) -> None:
    one = sweep(tmp_path / "a.jsonl", {"off": 50.0, "4": 60.0})
    other = sweep(tmp_path / "b.jsonl", {"off": 50.0, "4": 72.0})
    chat = recording(tmp_path / "chat.jsonl", Turn())

    def said(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["compare", *words])
        return done.exit_code, done.output

    status, found = said(str(one), str(other), "--point", "4", "--json")
    assert (status, json.loads(found)["ratio"]["value"]) == (0, pytest.approx(1.2))
    assert said(str(one), str(other), "--point", "2\x1b[1m") == (
        1,
        'mlxtop: a.jsonl has no trial that counts of the point "2␛[1m"; '
        'it has some of "off", "4".\n',
    )
    status, found = said(str(one), str(chat), "--point", "4")
    assert (status, found) == (
        1,
        "mlxtop: chat.jsonl is not a benchmark: it has no points to choose from.\n",
    )
    status, found = said(str(one), str(other), "--point", "4", "--turn", "1")
    assert status == 2
    assert "a turn, a mark or a point" in found


def test_trials_that_could_not_be_judged_count_and_are_told(tmp_path: Path) -> None:
    runs = []
    for name, rate in (("a", 50.0), ("b", 60.0)):
        bench = Bench(labels=("off",), t=20.0 + ord(name))
        for number in (1, 2):
            turn = bench.ask("trial", 0, number, rate=rate, count=TOKENS)
            why = ["too short to measure the CPU use of other processes"] if name == "b" else []
            bench.judge(0, number, turn, unchecked=why)
        runs.append(read_run(write(tmp_path / f"{name}.jsonl", bench.end())))
    result = compared(runs[0], runs[1])
    assert numbers(result) == [[1, 2], [1, 2]]
    said = "B: 2 trials unchecked: whether anything disturbed them could not be judged."
    assert said in result.reasons
    assert not any(reason.startswith("A: 2 trials unchecked") for reason in result.reasons)

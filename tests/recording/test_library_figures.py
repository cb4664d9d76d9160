"""The figures of a whole recording: as the timeline has them, in one pass and bounded memory."""

import math
import statistics
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.medians import weighted_median
from mlxtop.recording.curve import MOST_COLUMNS, Curve
from mlxtop.recording.directory import Index
from mlxtop.recording.figures import Figures
from mlxtop.recording.reader import Recording
from mlxtop.recording.totals import TURNS_KEPT, Totals
from mlxtop.timeline import Timeline

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "recordings").glob("*.jsonl"))
MAC = events.SensorInfo(name="memory.wired_bytes", unit="bytes", source="vm_stat", hz=5.0)
LINUX = msgspec.structs.replace(MAC, source="/proc/meminfo Unevictable")


def header(*sensors: events.SensorInfo) -> events.Header:
    return events.Header(
        t=10.0, schema=1, wall=1.7e9, clock="TEST", mlxtop="0", host="mine", sensors=list(sensors)
    )


def totals(*given: AnyEvent, sensor: events.SensorInfo = MAC) -> Figures:
    found = Totals(header(sensor))
    for event in given:
        found.add(event)
    return found.figures()


def turn(
    number: int, start: float, tokens: int, seconds: float, end: bool = True
) -> list[AnyEvent]:
    """Return a turn whose first token comes after 0.5 s and whose decode takes `seconds`."""
    times = [start + 0.5 + seconds * place / max(1, tokens - 1) for place in range(tokens)]
    made: list[AnyEvent] = [
        events.Message(t=start, index=0, role="user", text=f"question {number}"),
        events.TurnStart(t=start, turn=number, index=1),
        *(events.Tokens(t=batch[-1], turn=number, times=batch) for batch in _batches(times)),
    ]
    if end:
        made.append(
            events.TurnEnd(t=times[-1], turn=number, finish_reason="stop", generation_tokens=tokens)
        )
    return made


def _batches(times: list[float]) -> list[list[float]]:
    return [times[place : place + 3] for place in range(0, len(times), 3)]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_they_are_those_of_the_timeline(path: Path) -> None:
    with Recording(path) as recording:
        timeline, found = Timeline(), Totals(recording.header)
        for event in recording.events():
            timeline.add(event)
            found.add(event)
    figures, turns = found.figures(), list(timeline.turns.values())
    rates = [turn.decode_rate(math.inf) for turn in turns]
    assert [turn.tokens_per_second for turn in figures.first_turns] == rates
    assert [turn.ttft_seconds for turn in figures.first_turns] == [t.ttft(math.inf) for t in turns]
    trials = {
        trial.turn: trial.valid
        for benchmark in timeline.benchmarks.values()
        for trial in benchmark.trials()
    }
    counted = [
        turn for turn in turns if turn.start.purpose is None or trials.get(turn.number, False)
    ]
    known = [turn for turn in counted if turn.decode_rate(math.inf)]
    each = [rate for turn in known for rate in [turn.decode_rate(math.inf)] * (len(turn.times) - 1)]
    assert figures.tokens_per_second == statistics.median(rate for rate in each if rate)
    assert figures.tokens == sum(turn.end.generation_tokens for turn in turns if turn.end)
    assert figures.worst_level == max(timeline.series["pressure.level"].values)
    assert figures.peak_bytes["used"] == max(timeline.series["memory.used_bytes"].values)
    assert figures.peak_bytes["mlx"] == max(timeline.series["mlx.peak_bytes"].values)
    assert figures.marks == len(timeline.marks) - len(trials), "those of trials are no user's"


def test_the_median_is_over_tokens_so_that_a_short_reply_does_not_pull_it() -> None:
    long, short = turn(1, 20.0, 201, 4.0), turn(2, 30.0, 3, 0.1)
    assert totals(*long, *short).tokens_per_second == pytest.approx(50.0)
    assert totals(*short, *long, *turn(3, 50.0, 5, 0.1)).tokens_per_second == pytest.approx(50.0)
    assert totals(*turn(1, 20.0, 1, 1.0)).tokens_per_second is None


@given(st.lists(st.tuples(st.floats(0, 1000), st.integers(1, 20)), max_size=8))
def test_a_weighted_median_is_that_of_values_repeated(values: list[tuple[float, int]]) -> None:
    repeated = [value for value, weight in values for _ in range(weight)]
    expected = statistics.median(repeated) if repeated else None
    assert weighted_median(values) == pytest.approx(expected)


def test_turns_count_however_they_ended() -> None:
    figures = totals(
        *turn(1, 20.0, 11, 1.0),
        *turn(2, 30.0, 11, 0.5),
        *turn(3, 40.0, 11, 0.1, end=False),
        *turn(4, 50.0, 1, 1.0),
    )
    assert [t.finish_reason for t in figures.first_turns] == ["stop", "stop", "", "stop"]
    assert figures.tokens_per_second == pytest.approx(20.0)
    assert (figures.turns, figures.tokens) == (4, 34)
    assert figures.ttft_seconds == pytest.approx(0.5)
    assert figures.prompt == "question 1"


def test_a_turn_that_goes_on_counts_as_it_stands() -> None:
    found = Totals(header())
    for event in turn(1, 20.0, 11, 1.0, end=False):
        found.add(event)
    assert (found.figures().turns, found.figures().tokens) == (1, 11)
    found.add(events.TurnEnd(t=22.0, turn=1, finish_reason="length", generation_tokens=12))
    (line,) = found.figures().first_turns
    assert (line.finish_reason, line.tokens) == ("length", 12)


def test_wired_memory_is_macos_and_unevictable_is_linux() -> None:
    readings = [
        events.Sample(t=11.0, values={"memory.wired_bytes": 3e9, "memory.used_bytes": 9e9}),
        events.Sample(t=12.0, values={"memory.wired_bytes": 5e9, "memory.used_bytes": None}),
        events.Sample(t=13.0, values={"memory.wired_bytes": 4e9}),
    ]
    mac, linux = totals(*readings), totals(*readings, sensor=LINUX)
    assert (mac.wires, mac.peak_bytes) == (True, {"wired": 5e9, "used": 9e9})
    assert (linux.wires, linux.peak_bytes) == (False, {"unevictable": 5e9, "used": 9e9})
    assert max(value for value in mac.memory if value is not None) == 5e9
    assert max(value for value in linux.memory if value is not None) == 9e9


def test_bytes_are_whole_numbers_whether_computed_or_cached(tmp_path: Path) -> None:
    found = totals(
        events.Sample(t=11.0, values={"memory.wired_bytes": 3e9, "memory.used_bytes": 9.5}),
        events.MlxMemory(t=12.0, active_bytes=1, cache_bytes=2, peak_bytes=9_099_037),
    )
    file = tmp_path / "run.jsonl"
    file.touch()
    index = Index(tmp_path / "index.json")
    index.put(file, file.stat(), found)
    index.save()
    cached = Index(tmp_path / "index.json").get(file, file.stat())
    assert cached is not None
    for figures in (found, cached):
        assert figures.peak_bytes == {"wired": 3_000_000_000, "used": 9, "mlx": 9_099_037}
        text = msgspec.json.encode((figures.peak_bytes, figures.memory)).decode()
        assert "3000000000" in text
        assert "." not in text


def test_the_worst_pressure_is_read_or_derived() -> None:
    some = "pressure.some_avg10_percent"
    derived = [
        events.Sample(t=11.0, values={some: 20.0}),
        events.Sample(t=12.0, values={some: 0.0}),
    ]
    assert totals(*derived).pressure == "WARN"
    read = events.Sample(t=10.5, values={"pressure.level": 0.0})
    assert totals(read, *derived).pressure == "NORMAL", "what the system says goes before"
    assert (
        totals(read, events.Sample(t=13.0, values={"pressure.level": 2.0})).pressure == "CRITICAL"
    )
    assert totals(events.Mark(t=11.0)).pressure == ""


def test_a_long_run_is_kept_short() -> None:
    found = Totals(header(MAC))
    for number in range(300):
        for event in turn(number, 20.0 + 100 * number, 10, 1.0):
            found.add(event)
        found.add(events.Mark(t=30.0 + 100 * number, note="x" * 5000))
        values: dict[str, float | None] = {"memory.wired_bytes": 1e9 + number}
        found.add(events.Sample(t=30.0 + 100 * number, values=values))
    figures = found.figures()
    assert (figures.turns, figures.marks) == (300, 300)
    assert len(figures.first_turns) == TURNS_KEPT
    assert len(figures.rates) <= MOST_COLUMNS
    assert max(value for value in figures.memory if value is not None) == 1e9 + 299
    assert len(msgspec.json.encode(figures)) < 20_000
    assert figures.header.host == ""
    assert figures.header.sensors == []


def test_a_curve_holds_its_figures_however_often_its_columns_are_joined() -> None:
    curve = Curve()
    for second in range(5000):
        curve.tokens(second, 40, 1.0 if second < 2500 else 0.5)
    known = [rate for rate in curve.rates if rate is not None]
    assert MOST_COLUMNS / 2 <= len(curve.rates) <= MOST_COLUMNS
    assert (known[0], known[-1]) == (40.0, 80.0)
    assert len(curve.rates) * curve.seconds >= 5000


def test_memory_is_held_for_a_moment_and_then_unknown() -> None:
    curve = Curve()
    for t in (0.1, 1.1, 9.9):
        curve.memory(t, 7.0)
    at = {place * curve.seconds: value for place, value in enumerate(curve.highest)}
    assert at[0.5] == at[3.25] == 7.0
    assert at[5.0] is None


def test_the_first_prompt_is_one_of_the_files_own_turns() -> None:
    old = events.Message(t=5.0, index=0, role="user", text="asked before")
    reply = events.Message(t=6.0, index=1, role="assistant", text="yes")
    assert totals(old, reply).prompt == "", "nothing was asked in it"
    assert totals(old, reply, *turn(1, 20.0, 3, 1.0)).prompt == "question 1"
    goes_on = events.TurnStart(t=6.0, turn=1, index=1)
    assert totals(old, goes_on, *turn(2, 20.0, 3, 1.0)).prompt == "asked before"

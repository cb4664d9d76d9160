"""A recorded benchmark on the screen of a replay: its table as of each moment, its text."""

from pathlib import Path
from typing import Any

import pytest
from textual.widget import Widget

from mlxtop import events
from mlxtop.bench.recorded import BenchmarkReplay
from mlxtop.events import AnyEvent
from mlxtop.timeline import Timeline
from mlxtop.tui.bench.trial_table import SELECTED
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.run.status import StatusLine
from mlxtop.tui.run.trials import TrialTable, draw_trials
from mlxtop.tui.widgets.rows import length, text
from tests.app.desk import Desk, replaying
from tests.app.terminal import settle
from tests.app.terminal import text as cells_text
from tests.recording.desk import HEADER
from tests.recording.plans import Bench, measured

LOAD = events.LoadEnd(t=11.0, model="org/model")


def timeline_of(said: list[AnyEvent]) -> Timeline:
    timeline = Timeline()
    for event in (HEADER, LOAD, *said):
        timeline.add(event)
    return timeline


def drawn(timeline: Timeline, t: float, width: int = 100, height: int = 24) -> list[str]:
    told = BenchmarkReplay(timeline).at(t)
    assert told is not None
    rows, _ = draw_trials(told, t, width, height)
    assert len(rows) <= height
    assert all(length(row) == width for row in rows)
    return [text(row) for row in rows]


def trial_ends(said: list[AnyEvent]) -> list[float]:
    return [event.t for event in said if isinstance(event, events.Trial)]


def test_the_table_is_filled_as_of_the_moment() -> None:
    said = measured()
    timeline, ends = timeline_of(said), trial_ends(said)
    for count, t in enumerate(ends[:-1], 1):
        shown = drawn(timeline, t)
        rows = [line for line in shown if "● valid" in line or "▲" in line]
        assert len(rows) == count
        assert [line.startswith(SELECTED) for line in rows] == [False] * (count - 1) + [True]
    # Before the last change the trial counted; after it, it is left out and says why.
    before, after = drawn(timeline, ends[-1] - 0.1), drawn(timeline, ends[-1])
    assert sum("● valid" in line for line in before) == 4
    assert sum("● valid" in line for line in after) == 3
    assert any("○ dropped ✎ somebody came in" in line for line in after)
    swapped = [line for line in after if "memory was swapped out" in line]
    assert len(swapped) == 1
    assert any("kv bits 4" in line and "2/3" in line and "20.0 – 22.0" in line for line in after)


def test_what_is_done_and_how_it_ended_is_said() -> None:
    said = measured()
    timeline = timeline_of(said)
    turns = {turn.number: turn.start.t for turn in timeline.turn_log.values}
    warming = drawn(timeline, turns[1] + 0.5)
    assert warming[2].startswith("warming up   kv bits off   first since the model was loaded")
    assert "● running" in warming[0]
    measuring = drawn(timeline, turns[2] + 1.55)
    assert measuring[2].startswith("measuring   kv bits off, trial 1   6 of 4,096 tokens")
    assert next(line for line in measuring if line.startswith(SELECTED)).split()[4:6] == ["1", "—"]
    assert drawn(timeline, turns[8] + 0.5)[2].startswith("breaking down, with barriers")
    noted = Bench(labels=("a",))
    noted.trial(0, 1)
    noted.judge(0, 1, 2, note="a note that no row has room for", later=1.0)
    last = drawn(timeline_of(noted.said), noted.t, 60)
    assert last[2].startswith("between trials   ✎ a note that no row has room for")
    end = drawn(timeline, 1e9)
    assert "● complete" in end[0]
    assert end[2].startswith("3 of 5 trials valid")
    bench = Bench(plan="models", labels=("a",))
    bench.judge(0, 1, None, failed="It is not there.")
    lost = drawn(timeline_of(bench.end("failed", "It is not there.")), 1e9)
    assert "✕ failed" in lost[0]
    assert lost[2].startswith("It is not there.")
    assert any("✕ It is not there." in line for line in lost[3:])


@pytest.mark.parametrize(("width", "height"), [(110, 44), (70, 30), (78, 17), (30, 8), (12, 4)])
def test_the_table_fits_its_room(width: int, height: int) -> None:
    timeline = timeline_of(measured())
    for t in (21.0, 40.0, 1e9):
        drawn(timeline, t, width, height)


def test_a_chat_that_goes_on_after_a_benchmark_is_a_chat_again() -> None:
    said = measured()
    t = said[-1].t + 10
    said += [
        events.Message(t=t, index=0, role="user", text="hello"),
        events.TurnStart(t=t + 1, turn=99, index=1),
    ]
    teller = BenchmarkReplay(timeline_of(said))
    assert teller.at(19.0) is None
    assert teller.at(t) is not None
    assert teller.at(t + 1) is None


async def press(desk: Desk, *keys: str) -> None:
    await desk.press(*keys)
    await settle(desk.pilot)


def shown(desk: Desk) -> str:
    return "\n".join(map(cells_text, desk.app.cells()))


def table(desk: Desk) -> str:
    return desk.region_text(desk.run.query_one(TrialTable))


async def test_a_replay_shows_trials_steps_by_them_and_shows_text_by_a_key(tmp_path: Path) -> None:
    bench = Bench(labels=("greeting", "question"), plan="scenarios", words="say so")
    for number in (1, 2):
        for point in (0, 1):
            bench.trial(point, number)
    said = bench.end()
    ends = trial_ends(said)
    async with replaying(tmp_path, said=[HEADER, LOAD, *said], t=ends[0]) as desk:
        heading = "benchmark  scenarios · 2 points · 2 trials each"
        await desk.until(lambda: heading in table(desk), "the table")
        assert table(desk).count("● valid") == 1
        await press(desk, ")")
        assert desk.playhead.time() == pytest.approx(ends[1])
        assert table(desk).count("● valid") == 2
        assert "⚑ question, trial 1: 10.0 tok/s" in shown(desk)
        await press(desk, "v")
        assert not desk.run.query_one(TrialTable).display
        assert "say so" in desk.region_text(desk.run.query_one(Transcript))
        assert "so so so" in desk.region_text(desk.run.query_one(Transcript))
        await press(desk, "v", "end")
        assert "● complete" in table(desk)
        # A row is a place to go to: the first trial.
        place = next(y for y, line in enumerate(table(desk).splitlines()) if "● valid" in line)
        await desk.pilot.click(TrialTable, offset=(10, place))
        await desk.pilot.pause()
        assert desk.playhead.time() == pytest.approx(ends[0])
        assert table(desk).count("● valid") == 1


async def test_no_toast_repeats_what_a_mark_says_of_a_trial(tmp_path: Path) -> None:
    bench = Bench(labels=("greeting",), plan="scenarios", words="say so")
    bench.trial(0, 1, *(f"reason {number} of many that disturbed it" for number in range(5)))
    said = bench.end()
    (end,) = trial_ends(said)
    options: dict[str, Any] = {"size": (80, 24), "notices": True}
    async with replaying(tmp_path, said=[HEADER, LOAD, *said], t=end, **options) as desk:
        status = desk.run.query_one(StatusLine)
        await desk.until(lambda: status.is_cut, "the mark, which has no room")
        assert status.sentence.startswith("⚑ ")
        for _ in range(3):
            desk.run.frame()
        await desk.settle()
        assert not desk.run.query("Toast")
        assert "does not count   reason 0 of many" in table(desk)
        desk.app.notify("word " * 30, markup=False)
        await desk.until(lambda: desk.run.query("Toast"), "another toast")
        await desk.until(lambda: desk.run.query("Toast").last(Widget).region, "its place")
        assert (
            desk.run.query("Toast").last(Widget).region.y
            > desk.run.query_one(TrialTable).region.y + 5
        )


async def test_where_nothing_was_said_there_is_no_text_to_show(tmp_path: Path) -> None:
    async with replaying(tmp_path, said=[HEADER, LOAD, *measured()], t=40.0) as desk:
        await press(desk, "v")
        assert desk.run.query_one(TrialTable).display
        assert "random tokens: there is no text" in shown(desk)


async def test_a_chat_has_no_such_key_and_no_table(tmp_path: Path) -> None:
    async with replaying(tmp_path) as desk:
        assert not desk.run.query_one(TrialTable).display
        assert "trials/text" not in shown(desk)
        await press(desk, "v")
        assert desk.run.query_one(Transcript).display

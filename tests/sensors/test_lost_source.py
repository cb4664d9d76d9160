"""A source that fails in the middle of a run and comes back: stream, series, charts, screen."""

import math
from pathlib import Path

import pytest

from mlxtop.events import AnyEvent, Notice, decode, encode
from mlxtop.sensors.linux.kernel import LinuxPressure
from mlxtop.sensors.linux.memory import LinuxMemory
from mlxtop.sensors.sampler import Sampler
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import MEMORY
from mlxtop.tui.panes.base import Frame, draw_pane
from mlxtop.tui.widgets.rows import text
from tests.app.desk import replaying
from tests.app.terminal import text as cells_text
from tests.sensors.ticking import FIXTURES, Ticking
from tests.tui.timelines import header
from tests.tui.zoomed import plots

LOST, BACK, END = 20.0, 35.0, 60.0
"""Seconds after the beginning at which the file goes, and is there again."""


@pytest.fixture
def said(ticking: Ticking, tmp_path: Path) -> list[AnyEvent]:
    """Read real files through the real sampler; two of them go and come back."""
    meminfo, pressure = tmp_path / "meminfo", tmp_path / "memory"
    meminfo.write_bytes((FIXTURES / "meminfo-debian12.txt").read_bytes())
    pressure.write_bytes((FIXTURES / "pressure-memory.txt").read_bytes())

    def act(number: int) -> None:
        if number == LOST * 5:
            memory.close()
            meminfo.rename(tmp_path / "away")
            pressure.rename(tmp_path / "away too")
        if number == BACK * 5:
            (tmp_path / "away").rename(meminfo)
            (tmp_path / "away too").rename(pressure)

    ticking.on_wait = act
    ticking.most_waits = round(END * 5)
    memory = LinuxMemory(5, meminfo, tmp_path)
    seen: list[AnyEvent] = []
    Sampler(
        [memory, LinuxPressure(1, pressure)],
        seen.append,
        5,
        clock=ticking.now,
        wall=ticking.wall,
        wait=ticking.wait,
    ).run()
    return [header(1000.0), *(decode(encode(event)) for event in seen)]


@pytest.fixture
def timeline(said: list[AnyEvent]) -> Timeline:
    made = Timeline()
    for event in said:
        made.add(event)
    return made


def test_loss_and_return_are_noted_in_the_stream(said: list[AnyEvent]) -> None:
    notices = [event for event in said if isinstance(event, Notice)]
    assert all(notice.origin == "sensors" for notice in notices)
    memory = [notice for notice in notices if "sensor memory " in notice.text]
    assert "No such file" in memory[0].text
    assert [round(notice.t - 1000, 1) for notice in memory] == [LOST, LOST + 1 + 2 + 4 + 8]
    assert memory[1].text == "The sensor memory answers again."
    pressure = [notice.text for notice in notices if "sensor pressure " in notice.text]
    assert "no longer reports pressure" in pressure[0]
    assert pressure[1:] == ["The sensor pressure answers again."]


def test_a_lost_figure_is_absent_at_once_and_there_again_at_once(timeline: Timeline) -> None:
    for name in ("memory.used_bytes", "pressure.some_avg10_percent", "pressure.level"):
        assert timeline.readings.value(name, 1000 + LOST - 0.3) is not None, name
        assert timeline.readings.value(name, 1000 + LOST + 0.1) is None, name
        assert timeline.readings.value(name, 1000 + BACK - 0.3) is None, name
        assert timeline.readings.value(name, 1000 + BACK + 1) is not None, name


def test_charts_have_a_gap_there(timeline: Timeline) -> None:
    t = 1000 + END - 0.2
    line = plots("memory", timeline, t, 60.0, 120, 30)[0].lines[0]
    for x, y in zip(line.xs, line.ys, strict=True):
        since = END - 0.2 + x
        if LOST + 1 < since < BACK - 1:
            assert math.isnan(y), since
        elif 1 < since < LOST - 1 or since > BACK + 1:
            assert y > 0, since
    drawn = [text(row) for row in draw_pane(MEMORY, timeline, t, 98, 12, Frame())]
    left = drawn[1].index("B ") + 2

    def inked(start: float, end: float) -> list[bool]:
        width = len(drawn[1]) - 2 - left
        places = range(left + round(width * start / 60), left + round(width * end / 60))
        return [any(row[place] != " " for row in drawn[1:8]) for place in places]

    assert all(inked(1, LOST - 2))
    assert not any(inked(LOST + 2, BACK - 2))
    assert all(inked(BACK + 2, END - 2))
    then = [text(row) for row in draw_pane(MEMORY, timeline, 1000 + LOST + 9, 98, 12, Frame())]
    assert "9 s old" in then[0]


async def test_the_status_line_says_so(said: list[AnyEvent], tmp_path: Path) -> None:
    async with replaying(tmp_path, said=said, t=1000 + LOST + 2) as desk:

        async def seen(t: float) -> str:
            desk.playhead.go_to(t)
            desk.run.transport.moved()
            await desk.settle()
            return "\n".join(cells_text(row) for row in desk.app.cells())

        assert "does not answer" in await seen(1000 + LOST + 2)
        assert "does not answer" not in await seen(1000 + BACK - 2)
        assert "answers again." in await seen(1000 + BACK + 1)

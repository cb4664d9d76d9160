"""What watching costs, in the CPU pane and in the header's corner."""

import pytest

from mlxtop import events
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import CPU, Pane
from mlxtop.tui.panes.base import draw_pane
from mlxtop.tui.run.header import RecordingSign, RunHeader, pace_words, past_words
from mlxtop.tui.widgets.rows import text
from tests.tui.stage import Stage

SIGN = RecordingSign("● REC", "0:20")


def counted(per_second: float, *, gaps: int = 0) -> Timeline:
    timeline = Timeline()
    for second in range(21):
        values: dict[str, float | None] = {
            "app.cpu_percent": 2.3,
            "app.memory_bytes": 84e6,
            "app.samples_taken": round(per_second * second),
            "app.samples_late": 1203.0 if second else 0.0,
            "app.samples_dropped": round((5 - per_second) * second),
            "app.sampling_gaps": gaps,
        }
        timeline.add(events.Sample(t=100.0 + second, values=values))
    return timeline


def cpu(timeline: Timeline, t: float, width: int = 88) -> str:
    drawn = draw_pane(CPU, timeline, t, width, 12, Pane(CPU)._frame())
    return " ".join(" ".join(text(row) for row in drawn).split())


def test_the_cpu_pane_says_how_many_readings_came_late() -> None:
    drawn = cpu(counted(4.6), 120, 130)
    assert "mlxtop itself 2.3 % of a core, 84.0 MB readings 1,203 late, 8 dropped" in drawn
    assert "gaps" not in cpu(counted(4.6), 120)
    assert "8 dropped, 1 gap " in cpu(counted(4.6, gaps=1), 120)
    assert "8 dropped, 2 gaps" in cpu(counted(4.6, gaps=2), 120)
    assert "1,203 late, 8 dropped, 9 s old" in cpu(counted(4.6), 129)


def test_a_recording_of_an_older_version_says_nothing_of_readings() -> None:
    timeline = Timeline()
    timeline.add(events.Sample(t=1.0, values={"app.cpu_percent": 2.3, "app.memory_bytes": 84e6}))
    drawn = cpu(timeline, 1.0)
    assert "mlxtop itself 2.3 % of a core, 84.0 MB" in drawn
    assert "readings" not in drawn
    assert pace_words(timeline, 1.0, 5) == "5 Hz"


@pytest.mark.parametrize(
    ("per_second", "words"),
    [(5.0, "5 Hz"), (4.8, "5 Hz"), (4.6, "▲ behind, 4.6 of 5 Hz"), (1, "▲ behind, 1.0 of 5 Hz")],
)
def test_a_rate_that_is_not_kept_is_said_with_sign_and_word(per_second: float, words: str) -> None:
    assert pace_words(counted(per_second), 120.0, 5) == words


async def test_the_header_shows_it_in_the_colour_of_warnings() -> None:
    header = RunHeader()
    async with Stage(header).run_test(size=(90, 2)) as pilot:
        header.show(("no model",), "", SIGN, "5 Hz")
        await pilot.pause()
        kept = header.render_line(0)
        header.show(("no model",), "", SIGN, pace_words(counted(4.6), 120.0, 5))
        await pilot.pause()
        behind = header.render_line(0)
    assert "● REC 0:20  5 Hz" in kept.text
    assert "● REC 0:20  ▲ behind, 4.6 of 5 Hz" in behind.text
    colours = {segment.text.strip(): segment.style for segment in behind}
    quiet = {segment.text.strip(): segment.style for segment in kept}["5 Hz"]
    warning = colours["▲ behind, 4.6 of 5 Hz"]
    assert warning is not None
    assert quiet is not None
    assert warning.color != quiet.color


async def test_only_trouble_with_a_recording_has_a_colour() -> None:
    header = RunHeader()
    colours = []
    async with Stage(header).run_test(size=(90, 2)) as pilot:
        for sign in (SIGN, RecordingSign("▲ REC", "failing")):
            header.show(("no model",), "", sign, "5 Hz")
            await pilot.pause()
            drawn = {segment.text.strip()[:5]: segment.style for segment in header.render_line(0)}
            style = drawn[sign.sign]
            assert style is not None
            colours.append(style.color == getattr(drawn["5 Hz"], "color", None))
    assert colours == [True, False]


async def test_a_frozen_view_is_named_in_the_header_in_another_colour() -> None:
    header = RunHeader()
    async with Stage(header).run_test(size=(120, 2)) as pilot:
        behind = []
        for past in ((), past_words(10.4, "F2")):
            header.show(("mlx-community/model", "model"), "a machine", SIGN, "5 Hz", past)
            await pilot.pause()
            behind.append(header.styles.background)
        assert behind[0] != behind[1]
        assert "model   viewing 10.4 s ago · run continues · F2 back to live" in (
            header.render_line(0).text
        )
        for width in (60, 40, 30, 12, 6, 1):
            await pilot.resize_terminal(width, 2)
            await pilot.pause()
            line = header.render_line(0)
            assert line.cell_length == width
            assert ("viewing 10.4 s ago" in line.text) is (width >= 40), width

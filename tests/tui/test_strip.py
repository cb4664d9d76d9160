import re
from itertools import pairwise
from typing import Literal

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from mlxtop import events
from mlxtop.ascii import to_ascii
from mlxtop.events import Sampling
from mlxtop.sources import Playhead
from mlxtop.timeline import Timeline
from mlxtop.tui.widgets.playback import PlaybackState
from mlxtop.tui.widgets.rows import length, text
from mlxtop.tui.widgets.timeline_rows import draw_strip, page, scale_at
from mlxtop.tui.widgets.timeline_strip import TimelineStrip
from tests.tui.stage import Stage
from tests.tui.timelines import START, run

RUN = run(100)
LIVE = PlaybackState("live")


def strip(t: float, width: int = 120, height: int = 3, watching: PlaybackState = LIVE) -> list[str]:
    return [text(row) for row in draw_strip(RUN, t, watching, width, height)]


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [
        (0, 60),
        (60, 60),
        (60.1, 120),
        (121, 300),
        (301, 600),
        (601, 1200),
        (1201, 1800),
        (1801, 3600),
        (3601, 7200),
        (7201, 18000),
        (18001, 36000),
        (36001, 86400),
        (86401, 172800),
    ],
)
def test_pages_grow_in_steps(elapsed: float, seconds: float) -> None:
    assert page(elapsed) == seconds


@pytest.mark.parametrize("timeline", [Timeline(), RUN], ids=["empty", "run"])
def test_any_size_is_filled_exactly(timeline: Timeline) -> None:
    for width in (*range(40), 80, 120, 200):
        for height in (0, 1, 2, 3, 4):
            for t in (START - 9, START + 40, START + 900):
                rows = draw_strip(timeline, t, PlaybackState("playing", 0.25), width, height)
                assert len(rows) == (height if width else 0)
                assert all(length(row) == width for row in rows)


def test_phases_differ_in_height() -> None:
    track = strip(START + 99)[1]
    assert set("▁░▒█") <= set(track)
    # 100 s of a page of 120 s.
    assert len(track.rstrip()) == 100


def test_what_comes_after_the_moment_is_grey() -> None:
    _, track, _ = draw_strip(RUN, START + 60, LIVE, 120, 3)
    place = 0
    for sign, ink in track:
        assert (ink == "rule") == (place > 60)
        place += len(sign)
    assert strip(START + 60)[1] == strip(START + 99)[1]


def test_a_phase_of_a_blink_is_still_seen() -> None:
    timeline = Timeline()
    timeline.add(events.LoadStart(t=100.0, model="m"))
    timeline.add(events.LoadEnd(t=100.01, model="m"))
    timeline.add(events.Notice(t=3000.0, text=""))
    assert "░" in text(draw_strip(timeline, 3000.0, LIVE, 80, 3)[1])


def test_marks_cursor_and_times() -> None:
    flags, _, _ = strip(START + 60)
    assert [place for place, sign in enumerate(flags) if sign == "⚑"] == [30, 75]
    assert flags[60] == "▼"
    assert flags.startswith("0:00      0:10      0:20      ⚑         0:40")
    assert "⚑" in strip(START + 60, height=2)[0]
    assert "┃" in strip(START + 60, height=1)[0]


def replies(
    rates: list[float], *, seconds: float = 8.0, text: str | None = "What is it"
) -> Timeline:
    """Replies with so many tokens/s each, one every ten seconds."""
    timeline = Timeline()
    for place, rate in enumerate(rates):
        t, turn = 100.0 + 10 * place, place + 1
        timeline.add(events.Message(t=t, index=2 * place, role="user", text=text))
        timeline.add(events.TurnStart(t=t, turn=turn, index=2 * place + 1, sampling=Sampling()))
        times = [t + 1.0 + each / rate for each in range(int(seconds * rate))]
        words = None if text is None else ["a"] * len(times)
        timeline.add(events.Tokens(t=times[-1], turn=turn, times=times, text=words))
        timeline.add(events.TurnEnd(t=times[-1], turn=turn, finish_reason="stop"))
    timeline.add(events.Notice(t=100.0 + 10 * len(rates), text=""))
    return timeline


def test_decode_is_as_high_as_its_speed() -> None:
    timeline = replies([100, 50, 10])
    track = text(draw_strip(timeline, 130.0, LIVE, 120, 3)[1])
    assert [track[cell] for cell in (10, 30, 50)] == ["█", "▅", "▃"]
    assert "▒" in track, "prefill has a sign of its own"
    ascii_track = to_ascii(track)
    assert len(set(map(ascii_track.__getitem__, (0, 10, 30, 50, 59)))) == 5


def test_a_cell_has_the_speed_of_its_own_time() -> None:
    timeline = Timeline()
    timeline.add(events.TurnStart(t=100.0, turn=1, index=1, sampling=Sampling()))
    times = [100 + 0.01 * place for place in range(1000)] + [110 + 0.04 * n for n in range(250)]
    timeline.add(events.Tokens(t=times[-1], turn=1, times=times, text=None))
    timeline.add(events.TurnEnd(t=times[-1], turn=1, finish_reason="stop"))
    track = text(draw_strip(timeline, 120.0, LIVE, 120, 3)[1])
    assert (track[10], track[30]) == ("█", "▄")


def test_a_fast_reply_makes_the_others_lower() -> None:
    slow = text(draw_strip(replies([50]), 110.0, LIVE, 120, 3)[1])
    both = text(draw_strip(replies([50, 100]), 120.0, LIVE, 120, 3)[1])
    assert (slow[10], both[10], both[30]) == ("█", "▅", "█")


def test_replies_stand_below_their_beginning() -> None:
    timeline = replies([50, 50, 50])
    rows = draw_strip(timeline, 115.0, LIVE, 120, 3)
    below = text(rows[2])
    assert [below.index(f"{turn} What is it") for turn in (1, 2, 3)] == [0, 20, 40]
    assert [ink for words, ink in rows[2] if words.startswith("2 ")] == ["value"]
    assert "█" not in below, "no room is taken by the legend"
    narrow = text(draw_strip(timeline, 115.0, LIVE, 60, 3)[2])
    assert narrow.startswith("1         2         3 What is it ")


def test_without_text_replies_have_numbers() -> None:
    below = text(draw_strip(replies([50, 50], text=None), 120.0, LIVE, 120, 3)[2])
    assert below.startswith("1" + " " * 19 + "2 ")


def test_many_replies_leave_room_for_numbers() -> None:
    below = text(draw_strip(replies([5.0] * 300), 3100.0, LIVE, 120, 3)[2])
    numbers = below.partition("●")[0].split()
    assert all(number.isdigit() for number in numbers[:-1])
    assert len(numbers) > 20


def test_words_for_phases_before_the_first_reply() -> None:
    def below(width: int) -> str:
        return text(draw_strip(Timeline(), START, LIVE, width, 3)[2])

    words = "░ load  ▒ prefill  ▃▅█ decode, by tok/s  ▁ idle  ⚑ mark"
    assert words in below(200)
    assert words in below(80)
    assert "prefill" not in below(50)


@pytest.mark.parametrize("watching", [LIVE, PlaybackState("paused", is_over=True)])
@pytest.mark.parametrize("width", [80, 120, 200])
def test_times_stand_over_the_whole_strip(watching: PlaybackState, width: int) -> None:
    times = strip(START + 50, width, watching=watching)[0]
    places = [match.start() for match in re.finditer(r"\d+:\d\d", times)]
    assert places[-1] > 0.85 * width
    assert max(b - a for a, b in pairwise(places)) < 40


def test_a_short_turn_is_seen_with_its_prefill_and_its_decode() -> None:
    timeline = Timeline()
    timeline.add(events.TurnStart(t=100.0, turn=1, index=1, sampling=Sampling()))
    timeline.add(events.Prefill(t=100.05, turn=1, done_tokens=9, total_tokens=10))
    timeline.add(events.Tokens(t=100.4, turn=1, times=[100.06, 100.4], text=["a", "b"]))
    timeline.add(events.TurnEnd(t=100.41, turn=1, finish_reason="stop"))
    timeline.add(events.Notice(t=280.0, text=""))
    track = draw_strip(timeline, 280.0, LIVE, 150, 3)[1]
    assert track[0] == ("▌", "prefill on decode")
    assert set(text(track[1:])) <= {"▁", " "}
    assert "&" in to_ascii(text(track))


@pytest.mark.parametrize(
    ("watching", "words"),
    [
        (LIVE, "● live 1:00"),
        (PlaybackState("frozen"), "❄ frozen at 1:00.0"),
        (PlaybackState("playing", 2.0), "▶ 2× 1:00 / 1:39"),
        (PlaybackState("paused", 0.25), "‖ paused 1:00.0 / 1:39"),
    ],
)
def test_how_the_moment_moves(watching: PlaybackState, words: str) -> None:
    for height in (1, 2, 3):
        assert strip(START + 60, 80, height, watching)[-1].endswith(words)


@pytest.mark.parametrize("mode", ["frozen", "paused"])
def test_where_time_stands_still_each_reading_has_a_clock_of_its_own(
    mode: Literal["frozen", "paused"],
) -> None:
    steps = [START + 60 + 0.2 * step for step in range(6)]
    shown = [strip(t, 80, 3, PlaybackState(mode))[-1] for t in steps]
    clocks = [re.findall(r"\d+:\d\d\.\d", row)[0] for row in shown]
    assert clocks == ["1:00.0", "1:00.2", "1:00.4", "1:00.6", "1:00.8", "1:01.0"]


def test_what_a_playhead_does() -> None:
    clock = [START + 50.0]
    live = Playhead(RUN, live=True, now=lambda: clock[0])
    assert PlaybackState.of(live) == LIVE
    live.toggle()
    assert PlaybackState.of(live) == PlaybackState("frozen")
    replay = Playhead(RUN, live=False, now=lambda: clock[0])
    assert PlaybackState.of(replay) == PlaybackState("playing", 1.0, is_over=True)
    replay.toggle()
    assert PlaybackState.of(replay) == PlaybackState("paused", 1.0, is_over=True)


async def test_mouse_looks_at_another_moment_and_follows_a_drag() -> None:
    widget = TimelineStrip()
    app = Stage(widget)
    async with app.run_test(size=(120, 3)) as pilot:
        widget.show(RUN, START + 90, LIVE)
        await pilot.mouse_down(widget, offset=(20, 1))
        await pilot.hover(widget, offset=(40, 1))
        await pilot.mouse_up(widget, offset=(40, 1))
        await pilot.hover(widget, offset=(60, 1))
        times = [
            message.t - START for message in app.said if isinstance(message, TimelineStrip.Seek)
        ]
        assert times == [pytest.approx(20.5, abs=0.1), pytest.approx(40.5, abs=0.1)]


async def test_a_click_after_the_end_looks_at_the_end() -> None:
    widget = TimelineStrip()
    app = Stage(widget)
    async with app.run_test(size=(120, 3)) as pilot:
        widget.show(RUN, START + 90, LIVE)
        await pilot.click(widget, offset=(118, 1))
        assert [m.t for m in app.said if isinstance(m, TimelineStrip.Seek)] == [RUN.last]


async def test_keys_look_one_cell_back_and_ten() -> None:
    widget = TimelineStrip()
    app = Stage(widget)
    async with app.run_test(size=(120, 3)) as pilot:
        widget.focus()
        widget.show(RUN, START + 50, LIVE)
        await pilot.press("left", "right", "shift+left", "shift+right")
        by = [message.seconds for message in app.said if isinstance(message, TimelineStrip.SeekBy)]
        assert by == [pytest.approx(seconds) for seconds in (-1, 1, -10, 10)]


async def test_the_wheel_looks_earlier_and_later() -> None:
    widget = TimelineStrip()
    app = Stage(widget)
    async with app.run_test(size=(120, 3)) as pilot:
        widget.show(RUN, START + 50, LIVE)
        await pilot._post_mouse_events([MouseScrollUp, MouseScrollDown], widget)
        by = [message.seconds for message in app.said if isinstance(message, TimelineStrip.SeekBy)]
        assert by == [pytest.approx(seconds) for seconds in (-1, 1)]


async def test_an_empty_strip_says_nothing() -> None:
    widget = TimelineStrip()
    app = Stage(widget)
    async with app.run_test(size=(80, 3)) as pilot:
        await pilot.click(widget, offset=(5, 1))
        widget.show(Timeline(), 5.0, LIVE)
        await pilot.click(widget, offset=(5, 1))
        assert app.said == []


async def test_nothing_is_drawn_again_while_nothing_changes() -> None:
    widget = TimelineStrip()
    async with Stage(widget).run_test(size=(80, 3)):
        widget.show(RUN, START + 90, LIVE)
        drawn = widget.rows_drawn
        widget.show(RUN, START + 90.1, LIVE)
        assert widget.rows_drawn == drawn


def test_the_scale_holds_now_before_anything_came_later() -> None:
    scale = scale_at(RUN, START + 500, 100)
    assert (scale.page, scale.end) == (600, START + 500)


async def test_focus_is_seen() -> None:
    widget = TimelineStrip()
    app = Stage(widget)
    async with app.run_test(size=(80, 3)) as pilot:
        widget.show(RUN, START + 90, LIVE)
        await pilot.pause()
        before = widget.render_line(1)
        widget.focus()
        await pilot.pause()
        assert widget.render_line(1) != before
        assert "◀▼▶" in text(widget.shown[0])
        app.set_focus(None)
        await pilot.pause()
        assert "◀" not in text(widget.shown[0])


@pytest.mark.parametrize(
    ("width", "when"), [(200, " 2023-11-14 22:13:40   ‖"), (80, " 22:13:40   ‖")]
)
def test_a_recording_says_when_its_moment_was(width: int, when: str) -> None:
    paused = PlaybackState("paused", is_over=True)
    assert RUN.wall(START + 20) == 1_700_000_020.0
    assert when in strip(START + 20, width, watching=paused)[2]
    assert when in strip(START + 20, width, height=2, watching=paused)[1]
    assert "22:13" not in "".join(strip(START + 20, width)), "live it is now"
    assert "22:13" not in "".join(strip(START + 20, 59, watching=paused))


def test_the_cursor_leaves_no_half_of_a_time_and_is_seen_on_a_mark() -> None:
    run = Timeline()
    for event in (events.Sample(t=START, values={}), events.Mark(t=START + 20, note="here")):
        run.add(event)
    labels = text(draw_strip(run, START + 10.5, LIVE, 120, 3)[0])
    assert "▼" in labels
    assert "0:05" in labels
    assert "0:10" not in labels
    flags, track = draw_strip(run, START + 20, LIVE, 120, 3)[:2]
    assert "▼" not in text(flags)
    assert text(flags).index("⚑") == text(track).index("┃")

"""A run looks the same live and replayed: the real engine and sampler against their recording.

Everything that a source draws is compared, cell by cell, as it stands on the terminal. Left out
are header, footer, status line and prompt, which say how one watches, not what is watched.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from mlxtop import clock, events, paths
from mlxtop.config import Config
from mlxtop.events import AnyEvent, Sampling
from mlxtop.recording.reader import read
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.timeline.series import Series
from mlxtop.tui.recording_request import OpenedRecording
from mlxtop.tui.run.screen import RunScreen
from mlxtop.tui.widgets.playback import PlaybackState
from mlxtop.tui.widgets.rows import Row
from tests.app.terminal import Cells, WatchedApp, differences, resize, settle, text, wait_until

Sizes = list[tuple[int, int]]
SIZES: Sizes = [(160, 48), (104, 36)]
"""The second is reached by a resize."""
MOMENTS = ["first tokens", "middle of the long reply", "after the last"]
HIDDEN = "#header, #status, #footer, #prompt"
STRIP_ROWS = 3


@dataclass
class Run:
    """A live run that is over: its recording, and what its frozen view showed."""

    recording: Path
    moments: dict[str, float] = field(default_factory=dict)
    seen: dict[tuple[str, tuple[int, int]], Cells] = field(default_factory=dict)
    frozen_at: float = 0.0
    behind: int = 0
    """Events that came while the view stood frozen in the middle of a reply."""
    frozen: Cells = field(default_factory=list)


@pytest.fixture(scope="module")
def one_state() -> Iterator[None]:
    """Let the strip say the same of a frozen live view and of a paused replay; nothing else."""

    def row(self: PlaybackState, position: float, whole: float, when: str = "") -> Row:
        return (("state", "quiet"),)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlaybackState, "row", row)
        yield


@pytest.fixture(scope="module")
def run(one_state: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One conversation with the built-in model, on a terminal, recorded."""
    return asyncio.run(_live(tmp_path_factory.mktemp("recordings")))


async def _live(folder: Path) -> Run:
    options = LiveOptions(recordings=folder, sampling=Sampling(max_tokens=150))
    app = WatchedApp(Config(), options, wanted=ModelSpec(model=str(paths.demo_model_dir())))
    try:
        async with app.run_test(headless=False, size=SIZES[0]) as pilot:
            live = app.live
            assert live is not None
            await wait_until(pilot, lambda: live.model, "the model")
            await _say(pilot, live, "What is wired memory?")
            await pilot.press("f3", *"tour", "enter")
            await wait_until(pilot, lambda: len(live.timeline.marks), "the mark")
            result = Run(folder)
            await _tour(pilot, live, result)
            await pilot.press("ctrl+r")
            await _answered(pilot, live, 3)
            # A last reading after the last reply.
            over = clock.now()
            await wait_until(pilot, lambda: live.timeline.ticks[-1] > over, "a reading")
            live.close()
            (result.recording,) = folder.glob("*.jsonl")
            result.moments = _moments(live)
            await _look_everywhere(pilot, result, SIZES)
    finally:
        if app.live is not None:
            app.live.close()
    return result


async def _say(pilot: Pilot[int], live: Live, words: str) -> None:
    turn = live.turn + 1
    await pilot.press(*words, "enter")
    await _answered(pilot, live, turn)


async def _answered(pilot: Pilot[int], live: Live, turn: int) -> None:
    await wait_until(pilot, lambda: live.turn == turn and not live.answering, f"reply {turn}")


async def _tour(pilot: Pilot[int], live: Live, result: Run) -> None:
    """Ask for the tour, and look at its beginning while the rest is still being said."""
    await pilot.press(*"Give me the tour", "enter")
    turns = live.timeline.turns
    await wait_until(pilot, lambda: 2 in turns and len(turns[2].times) > 5, "tokens", 0.005)
    result.frozen_at = t = turns[2].times[5]
    live.playhead.go_to(t)
    known = live.timeline.version
    # Whatever happened before t has arrived when readings of a second later have.
    await wait_until(pilot, lambda: live.timeline.ticks[-1] > t + 1, "readings of later")
    # The reply may have been over before: then readings alone have to show that the run went on.
    await wait_until(pilot, lambda: live.timeline.version > known + 10, "more than that")
    result.frozen = await _look(pilot, t)
    result.behind = live.timeline.version - known
    live.playhead.go_end()
    await _answered(pilot, live, 2)


def _moments(live: Live) -> dict[str, float]:
    turns, last = live.timeline.turns, live.timeline.ticks[-1]
    first, long = turns[1].times, turns[2].times
    return dict(zip(MOMENTS, [first[1], long[len(long) // 2], last], strict=True))


async def _look(pilot: Pilot[Any], t: float) -> Cells:
    """Return what the screen shows of the moment t."""
    app = pilot.app
    assert isinstance(app, WatchedApp)
    screen = app.run_screen
    assert isinstance(screen, RunScreen)
    for widget in screen.query(HIDDEN):
        widget.styles.display = "none"
    screen.playhead.go_to(t)
    # Once more after everything has found its place.
    for _ in range(2):
        screen.transport.moved()
        await settle(pilot)
    return app.cells()


async def _look_everywhere(pilot: Pilot[Any], result: Run, sizes: Sizes) -> None:
    for size in sizes:
        await resize(pilot, size)
        for name, t in result.moments.items():
            result.seen[name, size] = await _look(pilot, t)


async def _replayed(recording: Path, moments: dict[str, float], sizes: Sizes) -> Run:
    """Return what a replay of the recording shows of these moments."""
    result = Run(recording, moments)
    app = WatchedApp(
        Config(), LiveOptions(recordings=recording.parent), replay=OpenedRecording(recording)
    )
    async with app.run_test(headless=False, size=SIZES[0]) as pilot:
        assert app.run_screen is not None
        playhead = app.run_screen.playhead
        if playhead.playing:
            playhead.toggle()
        # A timeline that may still grow has the scale of a live one.
        playhead.is_growing = True
        await _look_everywhere(pilot, result, sizes)
    return result


def assert_same(live: Cells, replay: Cells) -> None:
    """Fail with every row that differs."""
    found = differences(live, replay)
    if found:
        raise AssertionError("\n".join(found))


@pytest.fixture(scope="module")
def replayed(run: Run) -> Run:
    """The recording of the run, replayed at its moments."""
    return asyncio.run(_replayed(run.recording, run.moments, SIZES))


@pytest.mark.parametrize("size", SIZES, ids=["as it began", "after a resize"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_frozen_run_and_its_replay_show_the_same_cells(
    run: Run, replayed: Run, moment: str, size: tuple[int, int]
) -> None:
    live, replay = run.seen[moment, size], replayed.seen[moment, size]
    assert (len(live[0]), len(live)) == size
    assert_same(live, replay)


def test_what_was_compared_shows_a_run(run: Run) -> None:
    looks = {moment: "\n".join(map(text, run.seen[moment, SIZES[0]])) for moment in MOMENTS}
    assert "2 tokens" in looks[MOMENTS[0]]
    assert "Give me the tour" in looks[MOMENTS[1]]
    assert "150 tok" in looks[MOMENTS[2]]
    for shown in looks.values():
        assert {"speed", "memory", "pressure", "GPU", "CPU"} <= set(shown.split())
        assert "⚑" in shown
        assert "█" in shown
    assert len(set(looks.values())) == len(MOMENTS)


async def test_a_view_frozen_in_the_middle_of_a_reply_shows_what_the_replay_will(run: Run) -> None:
    assert run.behind > 10, "the run went on behind the frozen view"
    replay = await _replayed(run.recording, {"frozen": run.frozen_at}, SIZES[:1])
    # The timeline shows what came after, which was not known then.
    then, now = run.frozen[:-STRIP_ROWS], replay.seen["frozen", SIZES[0]][:-STRIP_ROWS]
    assert_same(then, now)


# -- that the comparison can fail ------------------------------------------------------------------


def _without_a_batch(said: list[AnyEvent]) -> list[AnyEvent]:
    batches = [event for event in said if isinstance(event, events.Tokens) and event.turn == 2]
    return [event for event in said if event is not batches[1]]


def _with_rounded_times(said: list[AnyEvent]) -> list[AnyEvent]:
    return [
        msgspec.structs.replace(event, times=[round(t, 2) for t in event.times])
        if isinstance(event, events.Tokens)
        else event
        for event in said
    ]


def _without_readings(said: list[AnyEvent]) -> list[AnyEvent]:
    # A second of them: the last one alone may be as the one before it.
    samples = [event for event in said if isinstance(event, events.Sample)][-5:]
    return [event for event in said if not any(event is sample for sample in samples)]


def _without_the_mark(said: list[AnyEvent]) -> list[AnyEvent]:
    return [event for event in said if not isinstance(event, events.Mark)]


@pytest.mark.parametrize(
    "broken", [_without_a_batch, _with_rounded_times, _without_readings, _without_the_mark]
)
async def test_a_recording_that_lacks_something_is_seen(
    run: Run, tmp_path: Path, broken: Callable[[list[AnyEvent]], Iterable[AnyEvent]]
) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b"".join(map(events.encode, broken(list(read(run.recording))))))
    replay = await _replayed(path, run.moments, SIZES[:1])
    assert any(differences(run.seen[place], seen) for place, seen in replay.seen.items())


async def test_a_timeline_that_answers_otherwise_is_seen(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = Series.at
    monkeypatch.setattr(Series, "at", lambda self, t: at(self, t - 0.3))
    replay = await _replayed(run.recording, run.moments, SIZES[:1])
    assert any(differences(run.seen[place], seen) for place, seen in replay.seen.items())

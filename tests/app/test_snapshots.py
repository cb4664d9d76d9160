"""How the screens look: a picture each, looked at by a person before it was accepted."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from mlxtop import paths
from mlxtop.config import Config
from mlxtop.events import Sampling
from mlxtop.models.fits import MemoryLimit
from mlxtop.sensors.machine import Machine
from mlxtop.sources import Playhead
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.sources.parts import live_parts
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.dialogs.settings import SettingsDialog
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.recording_request import OpenedRecording
from mlxtop.tui.run.screen import RunScreen
from tests.app import scenes
from tests.kit.engine import FakeEngine
from tests.models.fakes import cached, model_dir
from tests.tui.timelines import GIB

DARK = "mlxtop-dark"

Before = Callable[[Pilot[Any]], Awaitable[None]]


class Compare(Protocol):
    """Compares what an app shows with the picture that was accepted."""

    def __call__(
        self, app: object, *, terminal_size: tuple[int, int], run_before: Before
    ) -> bool: ...


def at(t: float, *keys: str) -> Before:
    """Return what holds the replay still at time t and presses keys."""

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, MlxtopApp)
        assert app.run_screen is not None
        playhead = app.run_screen.playhead
        if playhead.playing:
            playhead.toggle()
        playhead.go_to(t)
        app.run_screen.transport.moved()
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return before


@pytest.fixture
def replay(tmp_path: Path) -> Callable[[str], MlxtopApp]:
    path = scenes.write(tmp_path / "scene.jsonl")

    def made(theme: str = DARK) -> MlxtopApp:
        config = Config(theme=theme, given=frozenset({"theme"}))
        return MlxtopApp(config, LiveOptions(recordings=tmp_path), replay=OpenedRecording(path))

    return made


def named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("theme", ["mlxtop-dark", "mlxtop-light"])
@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24)], ids=named)
def test_the_run_while_it_answers(
    snap_compare: Compare,
    replay: Callable[[str], MlxtopApp],
    size: tuple[int, int],
    theme: str,
) -> None:
    assert snap_compare(replay(theme), terminal_size=size, run_before=at(scenes.DECODE_MOMENT))


def test_a_prompt_that_is_read(snap_compare: Compare, replay: Callable[[str], MlxtopApp]) -> None:
    before = at(scenes.PREFILL_MOMENT)
    assert snap_compare(replay("aurora"), terminal_size=(120, 40), run_before=before)


def test_the_speed_pane_enlarged(snap_compare: Compare, replay: Callable[[str], MlxtopApp]) -> None:
    before = at(scenes.IDLE_MOMENT, "p", "z")
    assert snap_compare(replay(DARK), terminal_size=(120, 40), run_before=before)


def test_the_pressure_pane_on_a_narrow_screen(
    snap_compare: Compare, replay: Callable[[str], MlxtopApp]
) -> None:
    before = at(scenes.DECODE_MOMENT, "p", "p", "p")
    assert snap_compare(replay(DARK), terminal_size=(80, 24), run_before=before)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=named)
@pytest.mark.parametrize("seconds", [14.0, 30.8], ids=["disturbed", "measuring"])
def test_a_benchmark_that_is_replayed(
    snap_compare: Compare, tmp_path: Path, size: tuple[int, int], seconds: float
) -> None:
    """The one that is shipped: after the trial that was disturbed, and during its last but one."""
    path = paths.shipped_recordings_dir() / "sweep.jsonl"
    config = Config(theme=DARK, given=frozenset({"theme"}))
    app = MlxtopApp(config, LiveOptions(recordings=tmp_path), replay=OpenedRecording(path))

    async def before(pilot: Pilot[Any]) -> None:
        assert app.run_screen is not None
        await at(app.run_screen.playhead.start + seconds)(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=named)
def test_help(
    snap_compare: Compare, replay: Callable[[str], MlxtopApp], size: tuple[int, int]
) -> None:
    assert snap_compare(replay(DARK), terminal_size=size, run_before=at(scenes.IDLE_MOMENT, "?"))


def test_settings(snap_compare: Compare, replay: Callable[[str], MlxtopApp]) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await at(scenes.IDLE_MOMENT)(pilot)
        sampling = Sampling(temperature=0.7, top_p=0.95, seed=7, max_tokens=1024)
        await pilot.app.push_screen(SettingsDialog(sampling, "You answer in one sentence."))
        for cursor in pilot.app.screen.query(Input):
            cursor.cursor_blink = False

    assert snap_compare(replay(DARK), terminal_size=(120, 40), run_before=before)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of models that were never trained, on a machine that is nowhere."""
    machine = Machine(chip="Apple M4 Max", cpu_cores=16, gpu_cores=40, memory_bytes=128 * GIB)
    monkeypatch.setattr("mlxtop.tui.home.screen.read_machine", lambda: machine)
    monkeypatch.setattr("mlxtop.tui.home.screen.__version__", "0.1.0")
    demo = model_dir(tmp_path / "demo")
    monkeypatch.setattr("mlxtop.paths.demo_model_dir", lambda: demo)
    path = tmp_path / "hub"
    path.mkdir()
    names = ["Llama-3.2-3B-Instruct-4bit", "Qwen3-8B-4bit", "gemma-3-1b-it-4bit"]
    snapshots = [cached(path, f"mlx-community/{name}") for name in names]
    for age, snapshot in enumerate(snapshots):
        os.utime(snapshot.parent, (1e9 - age, 1e9 - age))
    (snapshots[-1] / "model.safetensors").unlink()
    return path


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=named)
def test_the_first_screen(
    snap_compare: Compare,
    replay: Callable[[str], MlxtopApp],
    cache: Path,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    scenes.write(recordings / "2023-11-14T22-13-20_Llama-3.2-3B-Instruct-4bit.jsonl")

    async def before(pilot: Pilot[Any]) -> None:
        limit = MemoryLimit(96 * GIB, "as MLX recommends")
        screen = HomeScreen(limit=limit, recordings_dir=recordings, cache=cache)
        await pilot.app.push_screen(screen)
        screen.query_one(Input).cursor_blink = False
        await pilot.app.workers.wait_for_complete()

    assert snap_compare(replay(DARK), terminal_size=size, run_before=before)


@pytest.mark.parametrize("theme", [DARK, "sixteen"])
def test_a_live_run_with_its_prompt(snap_compare: Compare, tmp_path: Path, theme: str) -> None:
    """The scene as if it happened now: no engine, no sensor, no clock."""

    class SilentLive(Live):
        def start(self) -> None:
            self.recorder.start()

        def load(self, wanted: ModelSpec) -> None:
            pass

    def open_live(options: LiveOptions) -> Live:
        return SilentLive(options, live_parts(options, sensors=[], engine=FakeEngine))

    app = MlxtopApp(
        Config(theme=theme, given=frozenset({"theme"})),
        LiveOptions(recordings=tmp_path / "none"),
        wanted=ModelSpec(model="none"),
        open_live=open_live,
    )

    async def before(pilot: Pilot[Any]) -> None:
        live = app.live
        assert live is not None
        for event in scenes.scene():
            if event.t <= scenes.IDLE_MOMENT:
                live.timeline.add(event)
        live.playhead = Playhead(live.timeline, live=True, now=lambda: scenes.IDLE_MOMENT)
        prompt = app.screen.query_one(Prompt)
        prompt.cursor_blink = False
        prompt.text = "And the KV cache?"
        prompt.move_cursor(prompt.document.end)
        assert isinstance(app.screen, RunScreen)
        app.screen.frame()
        await pilot.pause()

    try:
        assert snap_compare(app, terminal_size=(120, 40), run_before=before)
    finally:
        assert app.live is not None
        app.live.close()

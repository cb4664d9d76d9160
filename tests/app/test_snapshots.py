"""How the screens look: a picture each, looked at by a person before it was accepted."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from textual.pilot import Pilot

from mlxtop.config import Config
from mlxtop.sources.live import LiveOptions
from mlxtop.tui.app import MlxtopApp, OpenedRecording
from tests.app import scenes

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
        app.run_screen.moved()
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return before


@pytest.fixture
def replay(tmp_path: Path) -> Callable[[str], MlxtopApp]:
    path = scenes.write(tmp_path / "scene.jsonl")

    def made(theme: str = "mlxtop-dark") -> MlxtopApp:
        config = Config(theme=theme, given=frozenset({"theme"}))
        return MlxtopApp(config, LiveOptions(recordings=tmp_path), replay=OpenedRecording(path))

    return made


@pytest.mark.parametrize("theme", ["mlxtop-dark", "mlxtop-light"])
@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24)], ids=str)
def test_the_run_while_it_answers(
    snap_compare: Compare,
    replay: Callable[[str], MlxtopApp],
    size: tuple[int, int],
    theme: str,
) -> None:
    assert snap_compare(replay(theme), terminal_size=size, run_before=at(scenes.DECODE_MOMENT))

"""The app with somebody at its keys: live with a scripted engine, or replaying a scene."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from mlxtop import clock, events
from mlxtop.actions.table import is_plain
from mlxtop.config import Config
from mlxtop.events import AnyEvent
from mlxtop.sensors import Sensor
from mlxtop.sources import Playhead
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.sources.parts import live_parts
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.recording_request import OpenedRecording
from mlxtop.tui.run.live import LiveScreen
from mlxtop.tui.run.screen import RunScreen
from tests.app import scenes
from tests.app.terminal import WatchedApp, resize, settle, text, wait_until
from tests.kit.engine import FakeEngine

HISTORY_SECONDS = 60


@dataclass
class Desk:
    """An app that runs, and the keys to it."""

    app: WatchedApp
    pilot: Pilot[int]
    folder: Path

    @property
    def where(self) -> str:
        """`live` or `replay`."""
        return "live" if isinstance(self.run, LiveScreen) else "replay"

    @property
    def run(self) -> RunScreen:
        """The screen of the run."""
        screen = self.app.run_screen
        assert screen is not None
        return screen

    @property
    def screen(self) -> Screen[object]:
        """What is on top."""
        return self.app.screen

    @property
    def playhead(self) -> Playhead:
        """The moment that is looked at."""
        return self.run.playhead

    @property
    def live(self) -> Live:
        """The live run."""
        assert self.app.live is not None
        return self.app.live

    @property
    def engine(self) -> FakeEngine:
        """What stands in for the engine."""
        engine: object = self.live.engine
        assert isinstance(engine, FakeEngine)
        return engine

    @property
    def prompt(self) -> Prompt:
        """Where one writes."""
        return self.run.query_one(Prompt)

    async def press(self, *keys: str) -> None:
        """Press keys and let them act."""
        await self.pilot.press(*keys)

    async def use(self, key: str) -> None:
        """Press a key where it acts: a plain one outside of the prompt, another one within."""
        if self.where == "live" and self.screen is self.run:
            if is_plain(key):
                self.run.set_focus(None)
            elif self.run.focused is None:
                self.prompt.focus()
        await self.press(key)

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size, and let the app draw itself in it."""
        await resize(self.pilot, (width, height))
        await self.settle()

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Let the app run until the condition holds."""
        await wait_until(self.pilot, condition, what)

    async def settle(self) -> None:
        """Let the app run until its screen stands still."""
        await settle(self.pilot)

    async def say(self, words: str) -> None:
        """Write a text and send it."""
        turn = self.live.turn
        self.prompt.focus()
        self.prompt.text = words
        await self.press("enter")
        await self.until(lambda: self.live.turn == turn + 1, "the turn")
        if not self.engine.waits:
            await self.until(lambda: not self.live.answering, "the reply")

    def texts(self) -> list[str | None]:
        """Return the messages of the conversation as it is looked at."""
        entries = self.run.timeline.transcript.at(self.playhead.time())
        return [entry.text for entry in entries]

    def region_text(self, widget: Widget) -> str:
        """Return what stands on the screen where the widget is."""
        area = widget.region
        rows = self.app.cells()[area.y : area.bottom]
        return "\n".join(text(row[area.x : area.right]) for row in rows)


@asynccontextmanager
async def replaying(
    folder: Path,
    *,
    size: tuple[int, int] = (120, 40),
    said: list[AnyEvent] | None = None,
    t: float | None = scenes.IDLE_MOMENT,
    config: Config | None = None,
    notices: bool = False,
) -> AsyncIterator[Desk]:
    """Run a replay of the scene, or of other events, paused at time t; None lets it play."""
    path = scenes.write(folder / "scene.jsonl", said)
    options = LiveOptions(recordings=folder)
    app = WatchedApp(config or Config(), options, replay=OpenedRecording(path))
    async with app.run_test(headless=False, size=size, notifications=notices) as pilot:
        desk = Desk(app, pilot, folder)
        if t is not None:
            if desk.playhead.playing:
                desk.playhead.toggle()
            desk.playhead.go_to(t)
            desk.run.transport.moved()
        await pilot.pause()
        yield desk


class LiveWithHistory(Live):
    """A run before which a minute of readings was taken."""

    def start(self) -> None:
        now = clock.now()
        for second in range(HISTORY_SECONDS):
            values: dict[str, float | None] = {"cpu.user_percent": float(second)}
            self.emit(events.Sample(t=now - HISTORY_SECONDS + second, values=values))
        super().start()


@asynccontextmanager
async def living(
    folder: Path,
    *,
    size: tuple[int, int] = (120, 40),
    config: Config | None = None,
    model: str | None = "made/up",
    notices: bool = False,
    sensors: Sequence[Sensor] | None = None,
    **options: Any,
) -> AsyncIterator[Desk]:
    """Run live in a folder, with a fake engine and a minute of readings behind it.

    Sensors that are not given are this machine's.
    """

    def open_live(options: LiveOptions) -> Live:
        return LiveWithHistory(options, live_parts(options, sensors=sensors, engine=FakeEngine))

    app = WatchedApp(
        config or Config(),
        LiveOptions(recordings=folder / "recordings", **options),
        wanted=None if model is None else ModelSpec(model=model),
        open_live=open_live,
    )
    try:
        with chdir(folder):
            async with app.run_test(headless=False, size=size, notifications=notices) as pilot:
                desk = Desk(app, pilot, folder)
                await desk.until(lambda: desk.live.engine.alive, "the engine")
                if model is not None:
                    await desk.until(lambda: desk.live.model, "the model")
                yield desk
    finally:
        if app.live is not None:
            app.live.close()


def is_a(desk: Desk, kind: type[Screen[Any]]) -> bool:
    """Return whether such a screen is on top."""
    return isinstance(desk.screen, kind)


def app_of(pilot: Pilot[Any]) -> MlxtopApp:
    """Return the app of a pilot."""
    assert isinstance(pilot.app, MlxtopApp)
    return pilot.app

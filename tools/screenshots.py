"""Draw the pictures of the documentation from the shipped recordings, and of a benchmark.

    python -m tools.screenshots [FOLDER]

Everything in them was observed in a real run; its time is shown in UTC.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from mlxtop import config, paths
from mlxtop.launch.request import RunRequest, live_options
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.compare.screen import CompareScreen
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.recording_request import OpenedRecording
from mlxtop.tui.run.screen import RunScreen
from mlxtop.tui.themes import DEFAULT_THEME
from tools.bench_screenshots import draw_bench
from tools.picture import frame, still, svg

Act = Callable[[Pilot[int], RunScreen], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A moment of a recording on a screen of a size."""

    name: str
    recording: str
    size: tuple[int, int]
    share: float
    """Where in the recording to stand, 0 to 1."""
    theme: str = DEFAULT_THEME
    keys: tuple[str, ...] = ()


PICTURES = (
    Picture("replay-wide", "demo", (160, 48), 0.62),
    Picture("replay-light", "demo", (120, 40), 0.62, theme="mlxtop-light"),
    Picture("replay-narrow", "demo", (80, 24), 0.62),
    Picture("enlarged-speed", "demo", (120, 40), 0.95, keys=("z",)),
    Picture("engine-died", "engine-died", (120, 40), 0.60),
    Picture("help", "demo", (120, 40), 0.62, keys=("f1",)),
)


async def draw(picture: Picture, folder: Path) -> Path:
    """Draw one picture; return where it went."""
    file = paths.shipped_recordings_dir() / f"{picture.recording}.jsonl"
    settings, _ = config.load()
    app = MlxtopApp(settings, live_options(RunRequest(), settings), replay=OpenedRecording(file))
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        screen = app.run_screen
        assert screen is not None
        head = screen.playhead
        head.go_to(head.start + (head.end - head.start) * picture.share)
        head.playing = False
        screen.frame()
        await pilot.pause()
        await pilot.press(*picture.keys)
        await pilot.pause()
        screen.frame()
        await pilot.pause()
        target = folder / f"{picture.name}.svg"
        target.write_text(still(app), "utf-8")
    return target


TOUR_SIZE = (110, 32)
_PLAYED = 22
"""Frames of the moving picture in which the recording plays."""


async def draw_tour(folder: Path) -> Path:
    """Draw a moving picture: a replay plays, stops, and a pane is enlarged."""
    file = paths.shipped_recordings_dir() / "demo.jsonl"
    settings, _ = config.load()
    app = MlxtopApp(settings, live_options(RunRequest(), settings), replay=OpenedRecording(file))
    frames = []
    async with app.run_test(size=TOUR_SIZE) as pilot:
        app.theme = DEFAULT_THEME
        screen = app.run_screen
        assert screen is not None
        head = screen.playhead

        async def show(share: float, seconds: float, *keys: str, playing: bool = False) -> None:
            head.go_to(head.start + (head.end - head.start) * share)
            await pilot.press(*keys)
            for _ in range(2):
                head.playing = playing
                screen.frame()
                await pilot.pause()
            frames.append(frame(app, seconds))

        for place in range(_PLAYED):
            await show(0.38 + 0.57 * place / (_PLAYED - 1), 0.4, playing=True)
        await show(0.80, 2.0)
        await show(0.72, 2.0)
        await show(0.95, 3.0, "z")
    target = folder / "tour.svg"
    target.write_text(svg(frames, app.ansi_theme, "mlxtop replays a run"), "utf-8")
    return target


async def draw_files(folder: Path) -> list[Path]:
    """Draw the library of the shipped recordings, and two of them over each other."""
    # By a relative path: a picture of the documentation names no folder of this machine.
    shipped = Path(os.path.relpath(paths.shipped_recordings_dir()))
    names = ("tour.jsonl", "tour-kv-8.jsonl")
    library = LibraryScreen(shipped)
    compared = CompareScreen(*(shipped / name for name in names))
    settings, _ = config.load()
    app = MlxtopApp(
        settings,
        live_options(RunRequest(), settings),
        replay=OpenedRecording(shipped / names[0]),
    )
    drawn = []
    async with app.run_test(size=(140, 40)) as pilot:
        app.theme = DEFAULT_THEME

        async def draw_screen(name: str, screen: Screen[Any], is_read: Callable[[], bool]) -> None:
            await app.push_screen(screen)
            while not is_read():
                await pilot.pause(0.1)
            await pilot.pause(0.5)
            drawn.append(folder / f"{name}.svg")
            drawn[-1].write_text(still(app), "utf-8")

        def listed() -> bool:
            items = library.items.values()
            return bool(items) and not any(item.pending for item in items)

        await draw_screen("library", library, listed)
        await draw_screen("compare", compared, lambda: compared.result is not None)
    return drawn


async def draw_all(folder: Path) -> None:
    """Draw every picture."""
    for picture in PICTURES:
        print(await draw(picture, folder))
    print(await draw_tour(folder))
    for path in (*await draw_files(folder), *await draw_bench(folder)):
        print(path)


def main() -> None:
    """Draw into docs/screenshots, or into the folder named."""
    here = Path(__file__).resolve().parents[1]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TZ"] = "UTC"
    time.tzset()
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    with tempfile.TemporaryDirectory() as home:
        os.environ["MLXTOP_CONFIG_DIR"] = os.environ["MLXTOP_DATA_DIR"] = home
        asyncio.run(draw_all(folder))


if __name__ == "__main__":
    main()

"""The app on a terminal of the tests' own: all that it writes, and what stands on the screen."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pyte
from textual.app import App
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from mlxtop.tui.app import MlxtopApp
from tests.emulator import Emulator

PATIENCE_SECONDS = 60.0
"""How long a condition may take to come true before a test fails; no test asserts a time."""


Cell = Any
"""A character of the screen and everything about how it looks: a `pyte.screens.Char`."""
Cells = list[list[Cell]]


class WatchedApp(MlxtopApp):
    """The app itself, writing to a list instead of a terminal."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        self.written: list[str] = []
        super().__init__(*arguments, **more)
        self._emulator = pyte.Screen(1, 1)
        self._stream = Emulator(self._emulator)
        self._read = 0

    def get_driver_class(self) -> type[Driver]:
        return _WatchedDriver

    @property
    def output(self) -> str:
        """Everything written so far, as the terminal gets it."""
        return "".join(self.written)

    def cells(self) -> Cells:
        """What stands on the terminal's screen, made of nothing but what was written."""
        emulator = self._emulator
        width, height = self.size
        if (emulator.columns, emulator.lines) != (width, height):
            emulator.resize(height, width)
        self._stream.feed("".join(self.written[self._read :]))
        self._read = len(self.written)
        rows = [emulator.buffer[row] for row in range(height)]
        return [[row[column] for column in range(width)] for row in rows]

    def lines(self) -> list[str]:
        """What stands on the screen, as text."""
        return [text(row) for row in self.cells()]


class _WatchedDriver(HeadlessDriver):
    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        assert isinstance(app, WatchedApp)
        self._written = app.written

    @property
    def is_headless(self) -> bool:
        # Without a head nothing would be written.
        return False

    def write(self, data: str) -> None:
        self._written.append(data)


def text(row: list[Cell]) -> str:
    """Return a row of cells as text."""
    return "".join(cell.data for cell in row).rstrip()


def differences(first: Cells, second: Cells) -> list[str]:
    """Return where two screens differ, a line for each row that does."""
    if [len(row) for row in first] != [len(row) for row in second]:
        return [f"sizes differ: {len(first)} and {len(second)} rows"]
    found = []
    for y, (row, other) in enumerate(zip(first, second, strict=True)):
        places = [x for x, (one, two) in enumerate(zip(row, other, strict=True)) if one != two]
        if places:
            x = places[0]
            found.append(
                f"row {y}, columns {places[0]}–{places[-1]}: {row[x]} against {other[x]}\n"
                f"  {text(row)}\n  {text(other)}"
            )
    return found


async def wait_until(
    pilot: Pilot[Any], condition: Callable[[], object], what: str, every: float = 0.02
) -> None:
    """Let the app run until the condition holds; fails where it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        await asyncio.sleep(every)
    await pilot.pause()


async def resize(pilot: Pilot[Any], size: tuple[int, int]) -> None:
    """Give the terminal another size, and wait until the app has taken it."""
    await pilot.resize_terminal(*size)
    app = pilot.app
    await wait_until(pilot, lambda: app.size == app.screen.size == size, f"a size of {size}")


async def settle(pilot: Pilot[Any]) -> None:
    """Let the app run until its screen stands still."""
    app = pilot.app
    assert isinstance(app, WatchedApp)
    shown, quiet = app.cells(), 0
    while quiet < 2:
        await asyncio.sleep(0.04)
        await pilot.pause()
        before, shown = shown, app.cells()
        quiet = quiet + 1 if shown == before else 0

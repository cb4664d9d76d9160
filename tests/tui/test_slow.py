"""What holds up the UI thread is named; what waits, or works in a thread, is not."""

import asyncio
import time
from pathlib import Path
from typing import ClassVar

import pytest
from textual import work
from textual.app import App
from textual.binding import BindingType

from mlxtop.tui import slow
from mlxtop.tui.slow import HandlerTimer, name_of


def spend(seconds: float) -> None:
    """Use so much CPU time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Busy(App[None]):
    """An app with slow and with patient handlers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("a", "act", ""),
        ("w", "wait", ""),
        ("t", "thread", ""),
        ("c", "later", ""),
        ("i", "inner", ""),
    ]

    def action_act(self) -> None:
        spend(0.1)

    async def action_wait(self) -> None:
        for _ in range(5):
            spend(0.02)
            await asyncio.sleep(0.01)

    @work(thread=True)
    def action_thread(self) -> None:
        spend(0.1)

    def action_later(self) -> None:
        self.call_later(self._called, 0.1)

    def _called(self, seconds: float) -> None:
        spend(seconds)

    async def action_inner(self) -> None:
        await self.run_action("act")


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("a", ["Busy.action_act"]),
        ("c", ["Busy._called"]),
        ("i", ["Busy.action_act"]),
        ("w", []),
        ("t", []),
    ],
)
async def test_what_holds_up_the_thread_has_its_name(key: str, names: list[str]) -> None:
    told: list[tuple[str, float]] = []
    watch = HandlerTimer(lambda name, seconds: told.append((name, seconds)), 0.09)
    watch.on()
    try:
        async with Busy().run_test() as pilot:
            told.clear()
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
    finally:
        watch.off()
    assert [name for name, _ in told if name.startswith("Busy.")] == names


async def test_a_log_has_a_line_for_each(tmp_path: Path) -> None:
    watch = slow.log(tmp_path / "logs")
    try:
        async with Busy().run_test() as pilot:
            await pilot.press("a")
    finally:
        watch.off()
    lines = (tmp_path / "logs" / "slow.log").read_text().splitlines()
    assert any(line.endswith(" ms  Busy.action_act") for line in lines)


async def test_an_error_reaches_the_handler_and_whoever_awaits_it() -> None:
    async def catches() -> str:
        try:
            await asyncio.wait_for(asyncio.sleep(10), 0.01)
        except TimeoutError:
            return "caught"
        return "slept"

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("a mistake")

    watch = HandlerTimer(lambda *_: None)
    assert await watch._invoke(catches) == "caught"
    with pytest.raises(ValueError, match="a mistake"):
        await watch._invoke(fails)


def test_a_lambda_is_called_by_where_it_stands() -> None:
    assert name_of(lambda: None).startswith("test_a_lambda_is_called_by_where_it_stands.")

"""The row that the cursor is on can be read, in every list and every theme."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList

from mlxtop.models.fits import MemoryLimit
from mlxtop.sources.options import ModelSpec
from mlxtop.tui.bench.chooser import PlanChooser
from mlxtop.tui.bench.form import Draft
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.home.lists import Choices
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.library.table import RecordingTable
from mlxtop.tui.themes import our_themes, register_themes, variable_defaults
from tests.colours import contrast
from tests.models.fakes import cached
from tests.tui.test_dialogs import ALL
from tests.tui.test_home import cache as cache
from tests.tui.test_home import record

LEAST = 4.5
LISTS = [name for name in ALL if name in ("copy", "go to a mark", "find", "findings")]


class ThemedApp(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def on_mount(self) -> None:
        register_themes(self)


def highlighted(listed: Widget, mark: str) -> list[tuple[str, str, str]]:
    """Return (text, its colour, what is behind it) of all cells on the highlight's background."""
    found = []
    for y in range(listed.size.height):
        for text, style, _ in listed.render_line(y):
            if style is None or style.color is None or style.bgcolor is None:
                continue
            ink, ground = (
                f"#{colour.red:02x}{colour.green:02x}{colour.blue:02x}"
                for colour in (style.color.get_truecolor(), style.bgcolor.get_truecolor())
            )
            if ground == mark and text.strip():
                found.append((text, ink, ground))
    return found


def underlined(listed: Widget) -> list[str]:
    """Return the texts that are underlined, in their own colours on the terminal's background."""
    found = []
    for y in range(listed.size.height):
        for text, style, _ in listed.render_line(y):
            if style is not None and style.underline and text.strip():
                assert style.bgcolor is None or style.bgcolor.is_default, text
                found.append(text)
    return found


async def check(make: Callable[[], Screen[Any]], kind: type[Widget], rows: int = 1) -> None:
    app = ThemedApp()
    async with app.run_test(size=(120, 40)) as pilot:
        app.push_screen(make())
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.pause()
        listed = app.screen.query_one(kind)
        for theme in our_themes(app):
            app.theme = theme
            await pilot.pause()
            mark = app.theme_variables["block-cursor-blurred-background"]
            for _ in range(rows):
                await pilot.press("down")
                await pilot.pause()
                if app.current_theme.ansi:
                    assert underlined(listed), theme
                else:
                    cells = highlighted(listed, mark)
                    assert cells, theme
                    for text, ink, ground in cells:
                        assert contrast(ink, ground) >= LEAST, (theme, text, ink, ground)


@pytest.mark.parametrize("name", LISTS)
async def test_in_the_dialogs(name: str) -> None:
    await check(ALL[name], OptionList, 4)


async def test_in_the_form_of_a_benchmark() -> None:
    def form() -> Screen[Any]:
        return PlanChooser(lambda: ModelSpec("demo"), Draft())

    await check(form, OptionList, 2)


async def test_on_the_first_screen(tmp_path: Path, cache: Path) -> None:
    cached(cache, "owner/Alpha-4bit")
    cached(cache, "owner/bert", {"model_type": "bert"})
    record(tmp_path / "recordings", "broken", closed=False)

    def screen() -> Screen[Any]:
        # So little that one model does not fit: that is told in a colour too.
        return HomeScreen(
            limit=MemoryLimit(1000, "a test"), cache=cache, recordings_dir=tmp_path / "recordings"
        )

    await check(screen, Choices, 4)


async def test_in_the_library(tmp_path: Path) -> None:
    record(tmp_path / "recordings", "broken", closed=False)
    record(tmp_path / "recordings", "whole")
    await check(lambda: LibraryScreen(tmp_path / "recordings"), RecordingTable, 2)

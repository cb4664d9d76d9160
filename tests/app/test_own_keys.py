"""Keys of a user's own on each screen: they act, the usual ones do not, and hints name them."""

from pathlib import Path

from mlxtop.config import Config
from mlxtop.tui.bench.chooser import PlanChooser
from mlxtop.tui.dialogs.question import ConfirmDialog
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.run.replay import ReplayScreen
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.zoom.view import ZoomView
from tests.app.desk import Desk, is_a, living, replaying


def own(**keys: str) -> Config:
    """Return a config with a key each."""
    return Config(keys={action: [key] for action, key in keys.items()})


def shown(desk: Desk) -> dict[str, str]:
    """Return label → key of the footer on top."""
    return {key.label: key.display for key in desk.screen.query_one(KeyFooter).keys}


async def test_in_the_library(tmp_path: Path) -> None:
    async with replaying(tmp_path, config=own(sort="o", close="Q", leave="ctrl+e")) as desk:
        await desk.press("R")
        library = desk.screen
        assert isinstance(library, LibraryScreen)
        by = library.by
        await desk.press("s", "greater_than_sign")
        assert library.by is by
        assert shown(desk)["sort"] == "o"
        await desk.press("o")
        assert library.by is not by
        await desk.press("q")
        assert desk.screen is library
        await desk.press("Q")
        assert is_a(desk, ReplayScreen)
        await desk.press("R", "ctrl+e")
        assert is_a(desk, ReplayScreen)


async def test_in_an_enlarged_pane(tmp_path: Path) -> None:
    async with replaying(tmp_path, config=own(zoom_out="0", restore="ctrl+e")) as desk:
        await desk.press("z")
        zoom = desk.run.query_one(ZoomView)
        span = zoom.span
        await desk.press("minus")
        assert zoom.span == span
        await desk.press("0")
        assert zoom.span > span
        assert "+ 0 range   Esc back" in desk.region_text(zoom)
        await desk.press("ctrl+e")
        assert not desk.run.enlarged


async def test_on_the_first_screen(tmp_path: Path) -> None:
    async with living(tmp_path, config=own(help="ctrl+e", library="ctrl+up")) as desk:
        await desk.press("f6")
        assert is_a(desk, HomeScreen)
        await desk.press("f1")
        assert is_a(desk, HomeScreen)
        await desk.press("ctrl+e")
        assert isinstance(desk.screen, HelpScreen)
        assert ("Ctrl+Up", "Open the library of recordings") in desk.screen.entries
        await desk.press("ctrl+e", "ctrl+r")
        assert is_a(desk, HomeScreen)
        await desk.press("ctrl+up")
        assert is_a(desk, LibraryScreen)


async def test_in_the_form_of_a_plan_and_in_a_question(tmp_path: Path) -> None:
    keys = own(plan_quick="ctrl+f9", cancel="ctrl+g", answer_yes="j")
    async with living(tmp_path, sensors=[], config=keys) as desk:
        await desk.press("f5")
        form = desk.screen
        assert isinstance(form, PlanChooser)
        before = form.texts()
        await desk.press("ctrl+k")
        assert form.texts() == before
        await desk.press("ctrl+f9")
        assert form.texts() != before
        assert "Quick ^F9" in "".join(desk.app.lines())
        await desk.press("ctrl+g")
        assert desk.screen is desk.run

        await desk.say("one")
        await desk.press("escape", "C")
        assert is_a(desk, ConfirmDialog)
        await desk.press("y")
        assert is_a(desk, ConfirmDialog)
        assert "Yes (j)" in "".join(desk.app.lines())
        await desk.press("j")
        await desk.until(lambda: desk.texts() == [], "a new conversation")


async def test_what_quits_is_ones_own_everywhere(tmp_path: Path) -> None:
    async with replaying(tmp_path, config=own(quit="ctrl+e", mark_forward="ctrl+q")) as desk:
        await desk.press("R", "ctrl+q")
        assert desk.app.is_running
        assert is_a(desk, LibraryScreen)
        assert desk.app.return_code is None
        await desk.press("ctrl+e")
        await desk.until(lambda: desk.app.return_code is not None, "the end")

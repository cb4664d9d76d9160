"""An action is one table entry and one method: everything that lists actions includes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlxtop import config
from mlxtop.actions import BY_ID, Action, At
from mlxtop.actions.key_names import key_of
from mlxtop.actions.table import at
from mlxtop.tui.bindings import bindings
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.palette import commands
from mlxtop.tui.run.replay import ReplayScreen
from mlxtop.tui.widgets.footer import KeyFooter
from tests.app.desk import Desk, replaying

GREET = Action(
    "greet",
    "ctrl+f7,°",
    "greet",
    "Greet the viewer",
    {"replay": At(5), "compare": At(keys="°", label="hello", call="wave")},
)


class Greeting(ReplayScreen):
    """A replay that greets."""

    greeted = 0

    def action_greet(self) -> None:
        """Greet the viewer."""
        self.greeted += 1
        self.transport.moved("Hello.")


@pytest.fixture(autouse=True)
def entry() -> Iterator[None]:
    """The entry in the table that a contributor writes."""
    BY_ID[GREET.id] = GREET
    yield
    del BY_ID[GREET.id]


def read(folder: Path, text: str) -> tuple[config.Config, list[str]]:
    file = folder / "config.toml"
    file.write_text(text)
    return config.load(file)


async def greeting(desk: Desk) -> Greeting:
    """Open the greeting screen over a replay."""
    replay = desk.run
    assert isinstance(replay, ReplayScreen)
    source = replay.recorded
    desk.app.call_later(lambda: desk.app.push_screen(Greeting(source, 5.0)))
    await desk.until(lambda: isinstance(desk.screen, Greeting), "the screen that greets")
    await desk.settle()
    assert isinstance(desk.screen, Greeting)
    return desk.screen


def test_bindings_include_it_only_in_its_contexts() -> None:
    assert [one.key for one in bindings("replay") if one.action == "greet"] == ["°", "ctrl+f7"]
    assert [one.key for one in bindings("compare") if one.action == "wave"] == ["°"]
    assert not any(one.action == "greet" for one in bindings("bench"))
    # In a live run the binding names the context in which the action is available.
    assert [one.key for one in bindings("live") if "greet" in one.action] == ["ctrl+f7", "°"]
    assert key_of("greet", "replay") == "Ctrl+F7"


def test_the_config_accepts_keys_for_it_and_lists_it(tmp_path: Path) -> None:
    found, problems = read(tmp_path, '[keys]\ngreet = "ctrl+e"\n')
    assert problems == []
    rows = [line.split() for line in config.describe(found).splitlines()]
    assert ["keys.greet", "°", "ctrl+e", "config.toml"] in rows


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ('greet = "f2"', "greet cannot have the key f2, which is the key of freeze in a replay;"),
        ('copy = "°"', "copy cannot have the key °, which is the key of greet in a replay;"),
        (
            'greet = "w"',
            "greet cannot have the key w, which is the key of swap in a comparison",
        ),
    ],
)
def test_a_clash_with_it_is_named(tmp_path: Path, chosen: str, sentence: str) -> None:
    found, problems = read(tmp_path, f"[keys]\n{chosen}\n")
    assert found.keys == {}
    assert [sentence in problem for problem in problems] == [True]


async def test_key_footer_help_and_palette_include_it(tmp_path: Path) -> None:
    async with replaying(tmp_path, size=(120, 60)) as desk:
        screen = await greeting(desk)
        await desk.press("°", "ctrl+f7")
        assert screen.greeted == 2
        assert "greet" in [key.label for key in screen.query_one(KeyFooter).keys]

        offered = {one.title: one for one in commands(desk.app, screen)}
        assert offered[GREET.help].keys == "Ctrl+F7 or °"
        await offered[GREET.help].act()
        assert screen.greeted == 3

        await desk.press("f1")
        assert isinstance(desk.screen, HelpScreen)
        rows = {entry.text: entry.name for entry in desk.screen.entries}
        assert rows[GREET.help] == "Ctrl+F7 or °"


async def test_a_key_from_the_config_triggers_it(tmp_path: Path) -> None:
    async with replaying(tmp_path, config=config.Config(keys={"greet": ["ctrl+e"]})) as desk:
        screen = await greeting(desk)
        await desk.press("ctrl+f7")
        assert screen.greeted == 0
        await desk.press("ctrl+e", "°")
        assert screen.greeted == 2


def test_other_contexts_do_not_have_it() -> None:
    assert at(GREET, "watch") is None

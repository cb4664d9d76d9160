"""A user's keys on every screen: none takes the place of another silently."""

from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding, BindingsMap
from textual.screen import Screen

from mlxtop import config
from mlxtop.keys import ACTIONS, BY_ID, PLAIN_SUFFIX, is_plain, keymap
from mlxtop.screenkeys import SCREENS, ScreenKeys
from mlxtop.tui.bench.results import ResultsScreen
from mlxtop.tui.bench.screen import BenchScreen
from mlxtop.tui.compare.screen import CompareScreen
from mlxtop.tui.help import keys_of
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.run.follow import FollowScreen
from mlxtop.tui.run.live import LiveScreen
from mlxtop.tui.run.replay import ReplayScreen
from mlxtop.tui.watch.screen import WatchScreen

AnyScreen = type[Screen[Any]]
OTHERS: tuple[AnyScreen, ...] = (
    *(WatchScreen, BenchScreen, ResultsScreen, LibraryScreen, CompareScreen, HomeScreen),
)
RUNS: tuple[AnyScreen, ...] = (LiveScreen, ReplayScreen, FollowScreen)
_SIGNS = {"slash": "/", "question_mark": "?", "less_than_sign": "<", "greater_than_sign": ">"}


def bound(screen: AnyScreen) -> list[Binding]:
    """Return the bindings of a screen, a key each, but for those that only say something."""
    made = [binding for binding in screen.BINDINGS if isinstance(binding, Binding)]
    assert len(made) == len(screen.BINDINGS)
    return [one for one in Binding.make_bindings(made) if not one.action.startswith("say_")]


def is_of_a_run(binding: Binding) -> bool:
    return (binding.id or "").removesuffix(PLAIN_SUFFIX) in BY_ID


@pytest.mark.parametrize(
    ("screen", "told"), list(zip(OTHERS, SCREENS, strict=True)), ids=lambda it: str(it)[:30]
)
def test_the_config_knows_the_keys_of_each_screen(screen: AnyScreen, told: ScreenKeys) -> None:
    own = {_SIGNS.get(b.key, b.key) for b in bound(screen) if not is_of_a_run(b)}
    assert own - {"escape"} == set(told.own)
    assert {b.id for b in bound(screen) if is_of_a_run(b)} == told.binding_ids()


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ('mark = "v"', "mark cannot have the key v, which is the key of results in a benchmark"),
        ('theme = "ctrl+s"', "theme cannot have the key ctrl+s, which is the key of export"),
        (
            'freeze = "c"',
            "freeze cannot have the key c, which is the key of sort where a machine is watched",
        ),
        ('library = "v"', "library cannot have the key v, which is the key of preview in the lib"),
    ],
)
def test_a_clash_names_both(tmp_path: Path, chosen: str, sentence: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[keys]\n{chosen}\n")
    found, problems = config.load(file)
    assert found.keys == {}
    assert len(problems) == 1
    assert sentence in problems[0]
    assert problems[0].endswith("; the default is used")


@pytest.mark.parametrize("key", ["v", "c", "w", "m", "b", "f2", "ctrl+s", "ctrl+e"])
def test_what_the_config_lets_pass_kills_no_other_key(tmp_path: Path, key: str) -> None:
    file = tmp_path / "config.toml"
    screens = [(screen, bound(screen)) for screen in (*RUNS, *OTHERS)]
    passed = 0
    for action in ACTIONS:
        file.write_text(f'[keys]\n{action.id} = "{key}"\n')
        found, problems = config.load(file)
        assert bool(problems) is not bool(found.keys), action.id
        if not found.keys or key in (action.always, action.plain):
            continue
        passed += 1
        moved = action.id + PLAIN_SUFFIX if is_plain(key) else action.id
        for screen, made in screens:
            bindings = BindingsMap(list(made))
            before = {b.action for _, b in bindings if b.id != moved}
            bindings.apply_keymap(keymap(found.keys))
            assert before <= {b.action for _, b in bindings}, (action.id, screen)
    assert passed or key in ("m", "b", "f2", "ctrl+s")


def test_a_key_beside_escape_leaves_escape_to_the_others(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\nleave = "ctrl+e"\n')
    found, problems = config.load(file)
    assert problems == []
    assert any(
        row.split()[:3] == ["keys.leave", "escape", "ctrl+e"]
        for row in config.describe(found).split("\n")
    )
    assert keys_of(BY_ID["leave"], keymap(found.keys)) == "Esc or Ctrl+E"
    bindings = BindingsMap(bound(LiveScreen))
    bindings.apply_keymap(keymap(found.keys))
    assert {b.action for b in bindings.get_bindings_for_key("escape")} == {
        *("stop", "restore", "forget_found", "leave_edit", "leave"),
    }
    assert [b.action for b in bindings.get_bindings_for_key("ctrl+e")] == ["leave"]

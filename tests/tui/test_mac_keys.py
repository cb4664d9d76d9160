"""Keys that terminals on a Mac do not deliver: each has another one, which is named first."""

import pytest
from textual.binding import Binding
from textual.screen import Screen

from mlxtop.keys import ACTIONS, Action
from mlxtop.tui.bench.chooser import PlanChooser
from mlxtop.tui.bench.results import ResultsScreen
from mlxtop.tui.bench.screen import BenchScreen
from mlxtop.tui.compare.screen import CompareScreen
from mlxtop.tui.help import PANES, key_of, keys_of
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.keys import bindings
from mlxtop.tui.library.screen import LibraryScreen
from mlxtop.tui.run.live import LiveScreen
from mlxtop.tui.run.replay import ReplayScreen
from mlxtop.tui.watch.help import SHOWN
from mlxtop.tui.watch.screen import WatchScreen

LOST = {
    # Shown by macOS itself: the desktop, tiled windows.
    *("f11", "shift+f11", "ctrl+home", "ctrl+end"),
    # Terminal.app sends nothing, or scrolls its window.
    *("shift+f4", "home", "end", "pageup", "pagedown"),
}
"""What does not arrive on a Mac."""
AS_ARROWS_DO = {"move('page_up')", "move('page_down')"}
"""Actions that only go faster where the arrow keys go too: a field beside them takes letters."""


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_each_action_has_a_key_that_arrives_and_it_is_named_first(action: Action) -> None:
    first, *_ = keys_of(action, {}, mac=True).split(" or ")
    names = {"PgUp": "pageup", "PgDn": "pagedown"}
    assert names.get(first, first.lower()) not in LOST
    beside = key_of(action.id, {}, mac=True)
    assert beside.lower() not in LOST
    assert sorted(keys_of(action, {}, mac=True)) == sorted(keys_of(action, {}, mac=False))


def test_a_letter_beside_the_prompt_says_how_to_leave_it() -> None:
    assert key_of("skip_back", {}, mac=True) == "Esc, then j"
    assert key_of("skip_back", {}, mac=True, beside_prompt=False) == "j"
    assert key_of("skip_back", {}, mac=False) == "Shift+F11"
    assert key_of("library", {}, mac=True) == "Esc, then R"
    assert key_of("freeze", {}, mac=True) == "F2"


@pytest.mark.parametrize(("where", "footer"), [("live", "live"), ("replay", "replay")])
def test_the_footer_shows_keys_that_arrive(where: str, footer: str) -> None:
    shown: dict[str, str] = {}
    for binding in bindings(where, footer, mac=True):
        if binding.show:
            shown.setdefault(binding.action, binding.key.split(",")[0])
    assert "app.help" in shown
    assert not set(shown.values()) & LOST


@pytest.mark.parametrize(
    "screen",
    [
        *(LiveScreen, ReplayScreen, WatchScreen, BenchScreen, ResultsScreen),
        *(PlanChooser, LibraryScreen, CompareScreen, HomeScreen),
    ],
)
def test_what_a_lost_key_does_on_a_screen_another_one_does(screen: type[Screen[object]]) -> None:
    keys: dict[str, set[str]] = {}
    for binding in screen.BINDINGS:
        assert isinstance(binding, Binding)
        keys.setdefault(binding.action, set()).update(binding.key.split(","))
    without = {action for action, own in keys.items() if own and own <= LOST}
    assert without <= AS_ARROWS_DO


def test_help_of_a_watched_machine_shows_what_is_there() -> None:
    names = {name for name, _ in SHOWN}
    assert names == {
        *("model servers", "processes", "memory", "pressure", "GPU", "CPU"),
        *("sizes", "strip of time"),
    }
    assert {"chat", "trials", "speed"} == {pane.name for pane in PANES} - names

"""What the README says of keys and files is what there is."""

from itertools import pairwise
from pathlib import Path

import pytest

from mlxtop import paths
from mlxtop.actions import BY_ID, Action
from mlxtop.actions.key_names import key_name
from mlxtop.actions.table import at, is_plain, split
from mlxtop.sources.playhead import SPEEDS
from mlxtop.tui.chat.history import MOST_ENTRIES

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


OF_RUNS = [action for action in BY_ID.values() if at(action, "live") or at(action, "replay")]


@pytest.mark.parametrize("action", OF_RUNS, ids=[action.id for action in OF_RUNS])
def test_every_key_that_always_acts_is_named(action: Action) -> None:
    for key in split(action.keys):
        # "with Shift", beside the key itself; arrows in words
        arrow = key in ("left", "right", "down")
        if not (is_plain(key) or arrow or key.startswith("shift+")):
            assert f"`{key_name(key)}`" in README, key


def test_speeds_and_the_file_of_prompts_are_as_it_says() -> None:
    assert f"speed in powers of two, {SPEEDS[0]:g}× to {SPEEDS[-1]:g}×" in README
    assert all(later == 2 * speed for speed, later in pairwise(SPEEDS))
    assert f"`{paths.history_file().name}`" in README
    assert f"the last {MOST_ENTRIES:,} prompts" in README

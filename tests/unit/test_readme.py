"""What the README says of keys and files is what there is."""

from itertools import pairwise
from pathlib import Path

import pytest

from mlxtop import paths
from mlxtop.keys import ACTIONS, Action
from mlxtop.sources.playhead import SPEEDS
from mlxtop.tui.chat.history import MOST_ENTRIES
from mlxtop.tui.help import key_name

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("action", ACTIONS, ids=[action.id for action in ACTIONS])
def test_every_key_that_always_acts_is_named(action: Action) -> None:
    for key in filter(None, action.always.split(",")):
        if not key.startswith("shift+"):  # "with Shift", beside the key itself
            assert f"`{key_name(key)}`" in README, key


def test_speeds_and_the_file_of_prompts_are_as_it_says() -> None:
    assert f"speed in powers of two, {SPEEDS[0]:g}× to {SPEEDS[-1]:g}×" in README
    assert all(later == 2 * speed for speed, later in pairwise(SPEEDS))
    assert f"`{paths.history_file().name}`" in README
    assert f"the last {MOST_ENTRIES:,} prompts" in README

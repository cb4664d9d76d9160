"""What the README says of keys and files is what there is."""

import re
from itertools import pairwise
from pathlib import Path

from mlxtop import paths
from mlxtop.actions import BY_ID, Action
from mlxtop.actions.key_names import key_name
from mlxtop.actions.table import actions_in, split
from mlxtop.sources.playhead import SPEEDS
from mlxtop.tui.chat.history import MOST_ENTRIES
from tools import keys_reference

PROMPT_KEYS = {"Enter", "Shift+Enter", "Ctrl+J", "Ctrl+C"}
ARROWS = {"↑", "↓", "←", "→"}
README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


def test_the_page_of_keys_is_what_the_table_of_actions_gives() -> None:
    assert keys_reference.DOCUMENT.read_text("utf-8") == keys_reference.document()


def test_the_page_of_keys_lists_every_action_of_a_run_with_its_keys() -> None:
    page = keys_reference.document()
    for context in ("live", "replay", "watch", "bench"):
        for acts in actions_in(context):
            assert not acts.help or f"| {keys_reference.written(acts)} | {acts.help} |" in page


def test_every_key_that_it_names_is_a_key() -> None:
    _, _, rest = README.partition("## Keys")
    table = rest.partition("## ")[0]
    known = {key_name(key) for action in BY_ID.values() for key in every_key(action)}
    named = set(re.findall(r"`([^`]+)`", table))
    assert len(named) > 40
    assert named - known - PROMPT_KEYS - ARROWS == {"[keys]"}


def every_key(action: Action) -> list[str]:
    return [
        key
        for keys in (action.keys, *(it.keys or "" for it in action.at.values()))
        for key in split(keys)
    ]


def test_speeds_and_the_file_of_prompts_are_as_it_says() -> None:
    assert f"speed in powers of two, {SPEEDS[0]:g}× to {SPEEDS[-1]:g}×" in README
    assert all(later == 2 * speed for speed, later in pairwise(SPEEDS))
    assert f"`{paths.history_file().name}`" in README
    assert f"the last {MOST_ENTRIES:,} prompts" in README

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import Keys

from mlxtop.actions import BY_ID
from mlxtop.actions.key_names import normalize
from mlxtop.actions.table import STAY, at, split


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("F2", "f2"),
        ("Ctrl+T", "ctrl+t"),
        ("control+k", "ctrl+k"),
        ("shift+ctrl+home", "ctrl+shift+home"),
        ("Esc", "escape"),
        ("PgUp", "pageup"),
        ("shift+b", "B"),
        ("B", "B"),
        ("?", "?"),
        ("question_mark", "?"),
        ("left_square_bracket", "["),
        ("+", "+"),
        ("ctrl++", "ctrl++"),
        (" ", "space"),
        ("é", "é"),
        (",", "comma"),
        ("comma", "comma"),
        ("ctrl+,", "ctrl+comma"),
    ],
)
def test_names_become_textuals(written: str, key: str) -> None:
    assert normalize(written) == key


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("f25", "it is not a key"),
        ("", "it is not a key"),
        ("\x1b", "it is not a key"),
        ("hold+x", "hold is not a modifier key"),
        ("ctrl+i", "cannot distinguish it from tab"),
        ("ctrl+m", "cannot distinguish it from enter"),
        ("Return", "used by the prompt"),
        ("up", "used by the prompt"),
    ],
)
def test_impossible_keys_say_why(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        normalize(written)


def test_every_default_key_is_a_possible_one() -> None:
    for action in BY_ID.values():
        for context in action.at:
            acts = at(action, context)
            assert acts is not None
            for key in split(acts.keys):
                assert key in STAY or normalize(key) == key


def test_the_named_keys_are_textuals() -> None:
    known = {key.value for key in Keys}
    for name in ("escape", "pageup", "ctrl+shift+home", "f24", "insert", "shift+delete"):
        assert normalize(name) in known


@given(st.text(max_size=12))
def test_a_name_once_made_textuals_stays_so(written: str) -> None:
    with contextlib.suppress(ValueError):
        key = normalize(written)
        assert normalize(key) == key

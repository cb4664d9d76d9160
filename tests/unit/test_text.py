"""Untrusted text is drawn, never obeyed."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mlxtop.text import clean, one_line, scrub, visible


def test_an_escape_sequence_is_shown() -> None:
    assert visible("a\x1b[31mred\x1b[0m") == "a␛[31mred␛[0m"
    assert visible("\x9b31m\x7f") == "‹009B›31m␡"


def test_tab_newline_and_emoji_stay() -> None:
    family = "👩\u200d👩\u200d👧"
    assert visible(f"a\tb\nc {family}") == f"a\tb\nc {family}"
    assert visible("a\r\nb") == "a\nb"


def test_marks_that_reorder_text_are_shown() -> None:
    assert visible("\u202egnp.exe") == "‹202E›gnp.exe"


def test_a_lone_surrogate_can_be_encoded() -> None:
    assert scrub("x\ud83dy") == "x\ufffdy"


def test_one_line_is_short_and_one_line() -> None:
    assert one_line("a\n b\x1b c") == "a b␛ c"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"


def test_what_goes_into_a_field_loses_what_would_be_drawn() -> None:
    assert clean("a\x1b[31m\x9b\u202eb\u200f\ufeff\tc\r\nd\re\u2028f\ud83d") == (
        "a[31mb\tc\nd\ne\nf\ufffd"
    )


@given(st.text())
def test_clean_text_is_visible_as_it_is(text: str) -> None:
    assert visible(clean(text)) == clean(text)


@given(st.text())
def test_nothing_a_terminal_obeys_comes_through(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n"]

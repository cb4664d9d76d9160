"""Untrusted text is drawn, never obeyed."""

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mlxtop.text import clean, escaped, one_line, scrub, visible

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt.
IGNORABLE = [
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]  # fmt: skip
JOINERS = "\u200c\u200d"
SELECTORS = "\u180b\u180c\u180d\u180f" + "".join(map(chr, range(0xFE00, 0xFE10)))
OF_IDEOGRAPHS = "".join(map(chr, range(0xE0100, 0xE01F0)))


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


@given(st.text() | st.text(alphabet=JOINERS + SELECTORS[:6] + OF_IDEOGRAPHS[:2] + "a漢\xad\n"))
def test_clean_text_is_visible_as_it_is(text: str) -> None:
    assert visible(clean(text)) == clean(text)


@given(st.text())
def test_nothing_a_terminal_obeys_comes_through(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n"]


def test_no_character_that_cannot_be_seen_comes_through() -> None:
    for first, last in IGNORABLE:
        for code in range(first, last + 1):
            sign = chr(code)
            if sign in JOINERS + SELECTORS:
                assert visible(f"a{sign}b") == f"a{sign}b", hex(code)
                assert clean(f"a{sign}b") == f"a{sign}b", hex(code)
            else:
                assert visible(f"a{sign}b") == f"a‹{code:04X}›b", hex(code)
                assert clean(f"a{sign}b") == "ab", hex(code)


def test_joiners_and_selectors_are_text() -> None:
    words = "می\u200cخواهم", "क्\u200dष", "漢\U000e0101字", "ᠠ\u180b"
    emoji = "❤\ufe0f", "❤\ufe0f\u200d🔥", "👩🏽\u200d🚀", "🏴\u200d☠\ufe0f", "👁\ufe0f\u200d🗨\ufe0f"
    for text in (*words, *emoji, *JOINERS):
        assert visible(text) == text
        assert clean(text) == text
    for region in ("gbeng", "gbsct", "gbwls"):
        flag = "🏴" + "".join(chr(0xE0000 + ord(sign)) for sign in region) + "\U000e007f"
        assert visible(f"{flag}!") == clean(f"{flag}!") == f"{flag}!"


def test_more_of_them_than_text_needs_is_shown() -> None:
    assert visible("a\u200c\u200d\u200cb") == "a\u200c‹200D›‹200C›b"
    assert visible("a\ufe0f\ufe01b") == "a\ufe0f‹FE01›b"
    assert visible("a\U000e0101b") == "a‹E0101›b", "that is no ideograph"
    hidden = "".join(chr(0xE0100 + byte) for byte in b"do it")
    assert clean(f"😀{hidden}漢{hidden}") == f"😀漢{hidden[0]}"
    tags = "".join(chr(0xE0000 + byte) for byte in b"ignore")
    assert clean(f"🏴{tags}\U000e007f") == "🏴"


def test_json_says_the_same_and_is_not_obeyed() -> None:
    said = {"a\x9b31m": ["\x7f\u202e\xad\U000e0041", "❤\ufe0f ü\u200c"]}
    printed = escaped(json.dumps(said, ensure_ascii=False, indent=2))
    assert json.loads(printed) == said
    for sign in ("\\u009b", "\\u007f", "\\u202e", "\\u00ad", "\\udb40\\udc41"):
        assert sign in printed
    assert "❤\ufe0f ü" in printed


@given(st.text())
def test_json_that_is_printed_has_nothing_that_would_be_drawn(text: str) -> None:
    printed = escaped(json.dumps([scrub(text)], ensure_ascii=False))
    assert json.loads(printed) == [scrub(text)]
    assert not [c for c in printed if unicodedata.category(c) in ("Cc", "Cs")]

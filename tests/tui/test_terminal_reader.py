"""What the terminal sends, made into keys and pastes: no bytes raise, deafen, or press a key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from mlxtop.tui.terminal.reader import LATE_SECONDS, MousePixels, TerminalReader

STEP_SECONDS = 0.01
Step = str | bytes | float
"""What comes, or the seconds until more does."""


def read(*steps: Step, apple: bool = False) -> list[Message]:
    """Return what a terminal's bytes and pauses become, as the driver reads them."""
    reader = TerminalReader(apple=apple)
    now, messages = 100.0, []
    for step in (*steps, 1.5):
        if isinstance(step, float):
            for _ in range(round(step / STEP_SECONDS)):
                now += STEP_SECONDS
                messages += reader.tick(now)
        else:
            messages += reader.feed(step.encode() if isinstance(step, str) else step, now)
    return messages


def said(*steps: Step, apple: bool = False) -> list[str]:
    """Return keys by their names, and pastes and typed text in brackets."""
    shown = []
    for message in read(*steps, apple=apple):
        if isinstance(message, events.Key):
            shown.append(message.key)
        elif isinstance(message, events.Paste):
            shown.append(f"[{message.text}]")
        else:
            shown.append(type(message).__name__)
    return shown


KITTY = [
    ("\x1b[97;1:3u", []),
    ("\x1b[13;1:3u", []),
    ("\x1b[97;1:2u", ["a"]),
    ("\x1b[1;1:1A", ["up"]),
    ("\x1b[1;5:1D", ["ctrl+left"]),
    ("\x1b[97:65;2;65u", ["A"]),
    ("\x1b[97;;97u", ["a"]),
    ("\x1b[0;;233u", ["é"]),
    ("\x1b[106;5u", ["ctrl+j"]),
    ("\x1b[13;2u", ["shift+enter"]),
    ("\x1b[57400;1;49u", ["1"]),
    # Modifiers and locks alone, whatever text stands beside them.
    ("\x1b[57358;1;65u", []),
    ("\x1b[57358;65;65u", []),
    ("\x1b[57441;2;65u", []),
    ("\x1b[57453;1;65u", []),
    # Numbers that are no characters.
    ("\x1b[99999999999u", []),
    ("\x1b[55296u", []),
    ("\x1b[97;1;1114112u", ["a"]),
    ("\x1b[97;999999999u", []),
    ("\x1b[1u", []),
]
LEGACY = [
    ("\x1b[A", ["up"]),
    ("\x1bOP", ["f1"]),
    ("\x1b[[A", ["f1"]),
    ("\x1b[1;2R", ["shift+f3"]),
    ("\x1b[24;80R", []),
    ("\x1b[3~", ["delete"]),
    ("\x1b[3$", ["shift+delete"]),
    ("\x1b[Z", ["shift+tab"]),
    ("\x1b[26~", ["f14"]),
    ("\x1b[32~", ["f18"]),
    ("\x1b[99~", []),
    ("\x1b[5A", []),
    ("\x1bb", ["ctrl+left"]),
    ("\x1bx", ["alt+x"]),
    ("\x1b\x7f", ["ctrl+w"]),
    ("\x1b", ["escape"]),
    ("\x1b\x1b", ["escape", "escape"]),
    ("\x1b[I\x1b[O", ["AppFocus", "AppBlur"]),
]
REPLIES = [
    "\x1b[?1;2c",
    "\x1b[>41;390;0c",
    "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "\x1b]11;rgb:0000/0000/0000\x07",
    "\x1bP>|xterm(390)\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1b_Gi=1;OK\x1b\\",
    "\x1b[?997;1n",
    "\x1b[?0u",
    "\x1b[<32;NaN;NaNM",
    "\x1b[<0;99999;1M\x1b[<0;0;0M\x1b[<0;1M",
    "\x1b[M !!",
    "\x1b[8;24;80t",
    "\x1b[201~",
]


@pytest.mark.parametrize(("sequence", "keys"), [*KITTY, *LEGACY])
def test_a_key_is_read_or_left_out_and_the_next_one_acts(sequence: str, keys: list[str]) -> None:
    assert said(sequence) == keys
    if not sequence.endswith("\x1b"):
        assert said(sequence + "y") == [*keys, "y"]
    assert said(sequence, 1.0, "y") == [*keys, "y"]


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("split", [0, 0.02])
def test_late_replies_of_the_terminal_type_nothing(reply: str, split: float) -> None:
    parts: list[Step] = [reply]
    if split:
        parts = [part for character in reply for part in (character, split)]
    assert said("x", *parts, "y") == ["x", "y"]


def test_terminal_app_says_higher_keys_for_those_with_shift() -> None:
    sent = [f"\x1b[{number}~" for number in (25, 26, 28, 29, 31, 32, 33, 34)]
    keys = [5, 6, 7, 8, 9, 10, 11, 12]
    assert said(*sent, apple=True) == [f"shift+f{key}" for key in keys]


def test_a_size_without_pixels_leaves_the_mouse_in_cells() -> None:
    move = "\x1b[<35;50;50M"
    pixels, size, moved = read("\x1b[48;34;100;680;1000t", move)
    assert (type(pixels), type(size), type(moved)) == (
        MousePixels,
        events.Resize,
        events.MouseMove,
    )
    assert isinstance(moved, events.MouseMove)
    assert (moved.x, moved.y) == (4, 2)
    for unknown in ("0;0", "680;0", "1;1"):
        sent = read("\x1b[48;34;100;680;1000t", f"\x1b[48;34;100;{unknown}t", move)
        assert [message.known for message in sent if isinstance(message, MousePixels)] == [
            True,
            False,
        ]
        moved = sent[-1]
        assert isinstance(moved, events.MouseMove)
        assert (moved.x, moved.y) == (49, 49)
    assert said("\x1b[48;0;0;0;0t", "\x1b[48;99999;99999;0;0t", "y") == ["y"]


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم",
        "क्‍ष",
        "\U0001f468‍\U0001f469",
        "a\u00a0b",
        "a\u3000b",
        "\U0001f3f4\U000e0067\U000e007f",
    ],
)
def test_joiners_and_spaces_that_are_typed_are_text(text: str) -> None:
    typed = ""
    for character in text:
        for message in read(character):
            if isinstance(message, events.Key):
                typed += message.character or ""
            else:
                assert isinstance(message, events.Paste)
                typed += message.text
    assert typed == text


PASTES: list[tuple[list[Step], list[str]]] = [
    (["\x1b[200~one two\x1b[201~"], ["[one two]"]),
    (["\x1b[200~one two", 0.3, "\x1b[2", 0.3, "01~"], ["[one two]"]),
    (["\x1b[200~one two", 0.3, "\x1b", 0.3, "[201~"], ["[one two]"]),
    (["\x1b[200~one two", 0.9, "\x1b[201~"], ["[one two]"]),
    (["\x1b[200~one two\x1b", 0.9, "[201~"], ["[one two]"]),
    (["\x1b[20", 0.3, "0~one two\x1b[201~"], ["[one two]"]),
    (["\x1b", 0.3, "[200~one two\x1b[201~"], ["escape", "[one two]"]),
    # Its rest comes after a pause, and presses no key either.
    (["\x1b[200~one ", 2.0, "two\r\x11three", 0.1, "\x1b[201~"], ["[one ]", "[two\nthree]"]),
    (["\x1b[200~\x1b[201~"], []),
    # In its order, without colours, a control character written as a key is what it stands for.
    (["\x1b[200~one \x1b[31mtwo\x1b[0m three\x1b[201~"], ["[one two three]"]),
    (["\x1b[200~FFF\x1b[106;5uGGG\x1b[201~"], ["[FFF\nGGG]"]),
    (["\x1b[200~a\x1b[13;2ub\x1b[27;5;106~c\x1b[201~"], ["[a\nb\nc]"]),
    (["\x1b[200~Please summarise\x1b\x11this\x1b[201~"], ["[Please summarisethis]"]),
    # An end within what is pasted is no end.
    (["\x1b[200~a\x1b[201~\x11\rb\x1b[201~"], ["[a\nb]"]),
    (["\x1b[200~a\x1b[201~\x11", 0.01, "\rb\x1b[201~"], ["[a\nb]"]),
    (["\x1b[200~a\x1b[201~b", 0.02, b"\xc3", 0.02, b"\xa9c\x1b[201~"], ["[abéc]"]),
]


@pytest.mark.parametrize(("steps", "shown"), PASTES)
def test_a_paste_is_taken_once_and_keys_act_after_it(steps: list[Step], shown: list[str]) -> None:
    assert said(*steps) == shown
    assert said(*steps, 1.0, "x", 0.1, "\x11") == [*shown, "x", "ctrl+q"]


BURSTS = [
    ("hello\r", [*"hello", "enter"]),
    ("hello\rworld", [*"hello", "enter", *"world"]),
    ("What is wired memory?\r", ["[What is wired memory?]", "enter"]),
    ("\x15What is it now?\r", ["ctrl+u", "[What is it now?]", "enter"]),
    ("def f():\r  return 1\rprint(f())", ["[def f():\n  return 1\nprint(f())]"]),
    ("first line of two\rsecond line\r", ["[first line of two\nsecond line\n]"]),
    # One key held down, and a few letters, are keys.
    ("[" * 30, ["left_square_bracket"] * 30),
    ("ppz", [*"ppz"]),
    ("jkjkjkjkjkjk", [*"jkjkjkjkjkjk"]),
]


@pytest.mark.parametrize(("burst", "shown"), BURSTS)
def test_keys_that_come_at_once_are_text(burst: str, shown: list[str]) -> None:
    assert said(burst) == shown


def test_a_long_paste_without_brackets_is_one_however_it_is_cut() -> None:
    text = "abcde fgh\rijk\x11lm " * 300
    cleaned = text.replace("\r", "\n").replace("\x11", "")
    steps: list[Step] = []
    for start in range(0, len(text), 400):
        steps += [text[start : start + 400], 0.01]
    assert said(*steps) == [f"[{cleaned}]"]


_PIECES = st.one_of(
    st.sampled_from(["\x1b", "\x1b[", "\x1bO", "\x1bP", "\x1b]", "\x1b[200~", "\x1b[201~", "\r"]),
    st.sampled_from([sequence for sequence, _ in (*KITTY, *LEGACY)] + REPLIES),
    st.from_regex(r"\x1b\[[<>=?]?[0-9;:]{0,12}[A-Za-z~$^@]", fullmatch=True),
    st.text(max_size=30),
).map(lambda text: text.encode("utf-8", "surrogatepass"))
_BYTES = st.one_of(_PIECES, st.binary(max_size=20))
_STEPS = st.lists(st.one_of(_BYTES, st.sampled_from([0.01, 0.05, 0.2, 0.6, 1.2])), max_size=12)


@settings(max_examples=400)
@given(steps=_STEPS)
def test_no_bytes_raise_or_make_it_deaf(steps: list[Step]) -> None:
    *_, key = said(*steps, LATE_SECONDS, b"\x11")
    assert key == "ctrl+q"


@settings(max_examples=300)
@given(pieces=st.lists(_BYTES, max_size=8), cuts=st.lists(st.integers(1, 40), max_size=6))
def test_what_is_pasted_presses_no_key(pieces: list[bytes], cuts: list[int]) -> None:
    sent = b"\x1b[200~" + b"".join(pieces) + b"\x1b[201~"
    steps: list[Step] = []
    for cut in cuts:
        # Pauses shorter than those after which a paste is taken for ended.
        steps += [sent[:cut], 0.02]
        sent = sent[cut:]
    pasted = read(*steps, sent)
    assert [type(message) for message in pasted] in ([], [events.Paste])
    for message in pasted:
        assert isinstance(message, events.Paste)
        assert not set(message.text) & {chr(code) for code in (*range(9), 11, *range(14, 32), 127)}

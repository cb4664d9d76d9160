"""Terminals without UTF-8, with few colours or none."""

import re

import pytest

from tests.terminal.desk import Desk, ask

# Colours beyond the sixteen: 38;5;N and 48;5;N with N above 15, and 38;2;R;G;B.
_MORE_COLOURS = re.compile(rb"[34]8;(?:2;|5;(?:1[6-9]|[2-9]\d|\d{3}))")


@pytest.mark.parametrize(
    ("variables", "ascii_only", "sixteen"),
    [
        ({"LANG": "C", "LC_ALL": "C"}, True, False),
        ({"TERM": "linux"}, True, True),
        ({"TERM": "xterm"}, False, True),
    ],
    ids=["without UTF-8", "console", "sixteen colours"],
)
def test_it_is_readable_on_a_poor_terminal(
    desk: Desk, variables: dict[str, str], ascii_only: bool, sixteen: bool
) -> None:
    terminal = desk.open("demo", variables=variables)
    terminal.wait_for("Enter sends", "speed", "memory", "pressure", "CPU", "f1 help")
    if ascii_only and sixteen:
        terminal.wait_for("What does TTFT mean?")
        ask(terminal, "What is wired memory?")
    terminal.press("f8")
    terminal.wait_for("tokens per second")
    if ascii_only:
        assert bytes(terminal.raw).isascii()
    if sixteen:
        assert not _MORE_COLOURS.search(terminal.raw)
    colours = {
        (cell.fg, cell.bg) for row in terminal.screen.buffer.values() for cell in row.values()
    }
    assert all(ink != paper for ink, paper in colours if ink != "default"), "unreadable"
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []


def test_of_256_colours_the_theme_is_one_whose_grounds_differ(desk: Desk) -> None:
    terminal = desk.open(variables={"TERM": "screen-256color", "COLORTERM": ""})
    terminal.wait_for("Filter, or type a model's id")
    terminal.press("ctrl+t")
    # The next one of the list behind high-contrast.
    terminal.wait_for("Theme: linen")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    (desk.config / "config.toml").write_text('theme = "aurora"\n', "utf-8")
    chosen = desk.open(variables={"TERM": "screen-256color", "COLORTERM": ""})
    chosen.wait_for("Filter, or type a model's id")
    chosen.press("ctrl+t")
    chosen.wait_for("Theme: colour-blind")
    chosen.press("ctrl+q")
    assert chosen.wait_for_exit() == 0


def test_no_colour_is_shown_where_none_is_wanted(desk: Desk) -> None:
    terminal = desk.open("demo", variables={"NO_COLOR": "1"})
    terminal.wait_for("Enter sends", "speed", "memory", "pressure", "CPU", "f1 help")
    seen = {
        colour
        for row in terminal.screen.buffer.values()
        for cell in row.values()
        for colour in (cell.fg, cell.bg)
    }
    assert all(is_grey(colour) for colour in seen), seen
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0


def is_grey(colour: str) -> bool:
    """Return whether a colour of the emulator has no hue."""
    if re.fullmatch("[0-9a-f]{6}", colour):
        return colour[:2] == colour[2:4] == colour[4:]
    return colour in ("default", "black", "white", "brightblack", "brightwhite")

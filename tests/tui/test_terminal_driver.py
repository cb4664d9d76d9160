"""What the driver asks of a terminal and switches in it."""

import pytest

from mlxtop.tui.terminal.driver import SteadyDriver
from mlxtop.tui.terminal.reader import MousePixels


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> SteadyDriver:
    """A driver that keeps what it writes, and has no terminal."""
    made = SteadyDriver.__new__(SteadyDriver)
    made._mouse, made._mouse_pixels = True, True
    monkeypatch.setattr(made, "write", written(made).append)
    return made


def written(driver: SteadyDriver) -> list[str]:
    kept: list[str] = driver.__dict__.setdefault("kept", [])
    return kept


@pytest.mark.parametrize(
    ("program", "asked"), [("Apple_Terminal", []), ("ghostty", ["\x1b[?2048$p"])]
)
def test_terminal_app_is_not_asked_what_it_would_answer_with_a_letter(
    driver: SteadyDriver, monkeypatch: pytest.MonkeyPatch, program: str, asked: list[str]
) -> None:
    monkeypatch.setenv("TERM_PROGRAM", program)
    driver._query_in_band_window_resize()
    assert written(driver) == asked


def test_the_mouse_is_told_in_pixels_only_where_those_are_known(driver: SteadyDriver) -> None:
    for known in (True, False, False, True):
        driver.process_message(MousePixels(known))
    assert written(driver) == ["\x1b[?1016l\x1b[?1006h", "\x1b[?1016h"]

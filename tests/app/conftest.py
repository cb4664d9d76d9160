"""A terminal that can show everything, in one time zone, whatever machine the tests run on."""

import time
from collections.abc import Iterator

import pytest

from mlxtop.tui import toasts
from tests.app.terminal import PATIENCE_SECONDS
from tests.slow import nothing_slow

__all__ = ["nothing_slow"]

LOOKS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "TZ": "UTC"}
_UNSET = ("LC_ALL", "LC_CTYPE", "MLXTOP_ASCII", "NO_COLOR")


@pytest.fixture(scope="session", autouse=True)
def _same_terminal() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LOOKS.items():
            patch.setenv(name, value)
        for name in _UNSET:
            patch.delenv(name, raising=False)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(autouse=True)
def _lasting_toasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer to look at a toast than a person does to read it."""
    monkeypatch.setattr(toasts, "LONGEST_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(toasts, "SHORTEST_SECONDS", PATIENCE_SECONDS)

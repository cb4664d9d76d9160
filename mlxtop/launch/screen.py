"""The app on the terminal, and what is said when it is gone."""

import os
import shlex
import signal
import sys
from typing import TYPE_CHECKING

from mlxtop.complain import complain
from mlxtop.recording.session import RecorderStatus
from mlxtop.sources.parts import report_shortfall

if TYPE_CHECKING:
    from mlxtop.tui.app import MlxtopApp


_STANDARD = (0, 1, 2)


def outlive_terminal() -> None:
    """Go on when the terminal is closed: what would be printed there is let go of.

    For a run that was asked to need no screen: its recording is what it is for.
    """
    terminals = [number for number in _STANDARD if os.isatty(number)]

    def go_on(*_: object) -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in terminals:
            os.dup2(nowhere, number)
        os.close(nowhere)

    signal.signal(signal.SIGHUP, go_on)


def end_cleanly() -> None:
    """End as after Ctrl-C when the process is ended from outside: engine and recording closed."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *said: sys.exit(128 + said[0]))


def on_terminal() -> bool:
    """Return whether there is a terminal to draw on and to read keys from."""
    return sys.stdout.isatty() and sys.stdin.isatty()


def show(app: "MlxtopApp") -> int:
    """Run the app; return the exit status."""
    try:
        status = app.run() or app.return_code or 0
    finally:
        # After the terminal was given back, so that quitting feels instant.
        if app.live is not None:
            app.live.close()
            say_where(app.live.recorder.status, fault=app.return_code == 1)
    if app.live is not None:
        short = report_shortfall(app.live.recorder.status, app.live.options, screen=True)
        return status or short
    return status


def say_where(recorded: RecorderStatus, *, fault: bool = False) -> None:
    """Say on stderr where the run was recorded, where it was; of several files, where all are."""
    if not recorded.files:
        return
    *before, last = recorded.files
    again = shlex.join(["mlxtop", "replay", str(last)])
    if before:
        again += f", and before that {', '.join(map(str, before))}"
    if fault:
        complain(f"this is a bug in mlxtop; what was recorded is kept. Replay it: {again}")
    elif recorded.shortfall:
        complain(f"part of the run was recorded. Replay it: {again}")
    else:
        complain(f"the run was recorded. Replay it: {again}")

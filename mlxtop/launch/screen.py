"""The app on the terminal, and the messages after it."""

import os
import shlex
import signal
import sys
from typing import TYPE_CHECKING

from mlxtop.recording.session import RecorderStatus
from mlxtop.sources.parts import report_shortfall
from mlxtop.streams import complain

if TYPE_CHECKING:
    from mlxtop.tui.app import MlxtopApp


_STANDARD = (0, 1, 2)


def outlive_terminal() -> None:
    """Continue when the terminal is closed, and discard further output.

    For a run with --headless, whose purpose is the recording.
    """
    terminals = [number for number in _STANDARD if os.isatty(number)]

    def discard_output(*_: object) -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in terminals:
            os.dup2(nowhere, number)
        os.close(nowhere)

    signal.signal(signal.SIGHUP, discard_output)


def end_cleanly() -> None:
    """On SIGTERM and SIGHUP close engine and recording, as after Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *arguments: sys.exit(128 + arguments[0]))


def on_terminal() -> bool:
    """Return whether there is a terminal for output and keys."""
    return sys.stdout.isatty() and sys.stdin.isatty()


def show(app: "MlxtopApp") -> int:
    """Run the app; return the exit status."""
    try:
        status = app.run() or app.return_code or 0
    finally:
        # After restoring the terminal, so that quitting feels instant.
        if app.live is not None:
            app.live.close()
            say_where(app.live.recorder.status, fault=app.return_code == 1)
    if app.live is not None:
        short = report_shortfall(app.live.recorder.status, app.live.options, screen=True)
        return status or short
    return status


def say_where(recorded: RecorderStatus, *, fault: bool = False) -> None:
    """Print on stderr the files of the recording, if there are any."""
    if not recorded.files:
        return
    *before, last = recorded.files
    again = shlex.join(["mlxtop", "replay", str(last)])
    if before:
        again += f", and before that {', '.join(map(str, before))}"
    if fault:
        complain(f"this is a bug in mlxtop; the recording is kept. Replay it: {again}")
    elif recorded.shortfall:
        complain(f"part of the run was recorded. Replay it: {again}")
    else:
        complain(f"the run was recorded. Replay it: {again}")

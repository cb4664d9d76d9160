"""The app on the terminal, and what is said when it is gone."""

import shlex
import sys
from typing import TYPE_CHECKING

from mlxtop.complain import complain
from mlxtop.recording.status import RecorderStatus
from mlxtop.sources.shortfall import tell_shortfall

if TYPE_CHECKING:
    from mlxtop.tui.app import MlxtopApp


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
        short = tell_shortfall(app.live.recorder.status, app.live.options, screen=True)
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

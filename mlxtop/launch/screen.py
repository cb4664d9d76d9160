"""The app on the terminal, and what is said when it is gone."""

import contextlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mlxtop.complain import complain

if TYPE_CHECKING:
    from mlxtop.tui.app import MlxtopApp


def on_terminal() -> bool:
    """Return whether there is a terminal to draw on and to read keys from."""
    return sys.stdout.isatty() and sys.stdin.isatty()


def show(app: "MlxtopApp") -> int:
    """Run the app; return the exit status."""
    try:
        return app.run() or app.return_code or 0
    finally:
        # After the terminal was given back, so that quitting feels instant.
        if app.live is not None:
            app.live.close()
            _say_where(app.live.recorder.status.path, fault=app.return_code == 1)


def _say_where(recording: Path | None, *, fault: bool) -> None:
    """Say on stderr where the run was recorded, where it was."""
    if recording is None:
        return
    again = shlex.join(["mlxtop", "replay", str(recording)])
    with contextlib.suppress(OSError):  # the terminal may be gone
        if fault:
            complain(f"this is a fault of mlxtop; what was recorded is kept. See it: {again}")
        else:
            complain(f"the run was recorded. See it again: {again}")

"""This machine's figures: on the screen, or printed."""

from typing import TYPE_CHECKING

from mlxtop import config as settings
from mlxtop.launch.request import RunRequest, live_options
from mlxtop.launch.screen import on_terminal, say_where
from mlxtop.sources.parts import report_shortfall
from mlxtop.streams import USAGE, complain

if TYPE_CHECKING:
    from mlxtop.watch.options import WatchRequest


def watch(request: "WatchRequest") -> int:
    """Show or print this machine's figures; return the exit status."""
    from mlxtop.watch.options import problem

    if wrong := problem(request, terminal=on_terminal()):
        return complain(wrong, USAGE)
    config, problems = settings.load()
    if request.prints:
        try:
            from mlxtop.watch.output import run

            return run(request, request.hz or config.hz)
        except KeyboardInterrupt:
            # Before the first line: ending this way is fine.
            return 0
    from mlxtop.tui.watch.screen import WatchApp

    options = live_options(RunRequest(hz=request.hz, record=request.record), config)
    app = WatchApp(config, options, problems=problems)
    try:
        status = app.run() or app.return_code or 0
    finally:
        app.close()
    recorded = app.watched.recorder.status
    say_where(recorded)
    short = report_shortfall(recorded, options, screen=True)
    return status or short

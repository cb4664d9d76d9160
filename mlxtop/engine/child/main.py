"""The child's start: pipes and threads first, then the imports that take a second."""

import logging
import os
import sys

from mlxtop.child_process import hold
from mlxtop.engine.child.pipes import Inbox, Writer, quiet_libraries, take_pipes


def main() -> None:
    """Run the engine until it is told to quit or its stdin ends."""
    hold(sys.argv[1:])
    pipes = take_pipes()
    quiet_libraries()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(line_buffering=True)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    writer = Writer(pipes.events)
    inbox = Inbox(pipes.requests, writer)

    from mlxtop.engine.child.facts import ready

    writer.emit(ready())

    from mlxtop.engine.child.session import EngineSession

    EngineSession(inbox, writer).run()
    writer.close()
    sys.stderr.flush()
    # Not sys.exit: MLX's threads and the reader's pipe have nothing left to tidy up.
    os._exit(0)

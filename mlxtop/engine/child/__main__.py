"""The start of the engine, `python -m mlxtop.engine.child`.

First pipes and threads, then the imports, which take a second.
"""

import logging
import os
import sys

from mlxtop.engine.child.pipes import Inbox, Writer, quiet_libraries, take_pipes
from mlxtop.lifeline import hold


def main() -> None:
    """Run the engine until a quit request or the end of its stdin."""
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
    # Not sys.exit: MLX's threads and the reader's pipe need no cleanup.
    os._exit(0)


main()

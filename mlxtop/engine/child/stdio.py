"""Takes the two pipes away from the standard streams before a library can touch them."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Pipes:
    """File descriptors that only the inbox and the writer know."""

    requests: int
    events: int


def take_pipes() -> Pipes:
    """Move stdin and stdout to new descriptors; leave /dev/null and stderr in their places.

    Libraries print to stdout, and some ask questions on stdin: neither may reach the app.
    """
    requests, events = os.dup(0), os.dup(1)
    os.set_inheritable(requests, False)
    os.set_inheritable(events, False)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return Pipes(requests=requests, events=events)


def quiet_libraries() -> None:
    """Set the environment that keeps libraries offline, single-threaded and silent."""
    os.environ.update(
        HF_HUB_OFFLINE="1",
        HF_HUB_DISABLE_PROGRESS_BARS="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        TOKENIZERS_PARALLELISM="false",
        TRANSFORMERS_VERBOSITY="error",
        TRANSFORMERS_NO_ADVISORY_WARNINGS="1",
    )

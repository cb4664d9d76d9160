"""From a command line to a run: with a screen, or without one."""

import sys
from typing import Any

import msgspec

from mlxtop.text import one_line

DEMO = "demo"


class RunRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line said; None where it said nothing."""

    model: str | None = None
    prompt: str | None = None
    system: str | None = None
    json: bool = False
    adapter: str | None = None
    draft: str | None = None
    trust_remote_code: bool = False
    sampling: dict[str, Any] = {}
    hz: float | None = None
    record: bool | None = None
    text: bool | None = None


def complain(sentence: str, status: int) -> int:
    """Say what is wrong on stderr; return the exit status."""
    print(f"mlxtop: {one_line(sentence, 500)}", file=sys.stderr)
    return status

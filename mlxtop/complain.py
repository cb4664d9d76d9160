"""Error messages on stderr."""

import sys

from mlxtop.text import one_line


def complain(sentence: str, status: int = 1) -> int:
    """Print an error on stderr; return the exit status."""
    print(f"mlxtop: {one_line(sentence, 500)}", file=sys.stderr)
    return status

"""Output shared by the commands on recordings."""

import sys

from mlxtop.as_json import indented
from mlxtop.streams import print_data

OK, FAILED, USAGE = 0, 1, 2
"""Exit statuses."""


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    print_data()
    sys.stdout.write(indented(value) + "\n")

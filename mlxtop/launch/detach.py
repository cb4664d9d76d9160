"""Runs without a screen whose terminal goes away."""

import os
import signal
import sys

_STANDARD = (0, 1, 2)


def outlive_terminal() -> None:
    """Go on when the terminal is closed: what would be printed there is let go of.

    For a run that was asked to need no screen: its recording is what it is for.
    """
    terminals = [number for number in _STANDARD if os.isatty(number)]

    def go_on(*_: object) -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in terminals:
            os.dup2(nowhere, number)
        os.close(nowhere)

    signal.signal(signal.SIGHUP, go_on)


def end_cleanly() -> None:
    """End as after Ctrl-C when the process is ended from outside: engine and recording closed."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *said: sys.exit(128 + said[0]))

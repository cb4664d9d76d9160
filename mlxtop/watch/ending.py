"""Ends a process, if it is still the one that was listed."""

import os

import psutil

from mlxtop.watch.processes import ProcessInfo

_SAME_SECONDS = 1.0
"""Beginnings closer than this are one: macOS and Linux count them in their own units."""


def called(process: ProcessInfo) -> str:
    """Return the number and the name of a process."""
    return f"PID {process.pid} {process.server or process.name}"


def refusal(process: ProcessInfo) -> str:
    """Return why mlxtop does not end a process; empty if it may try."""
    if process.pid == os.getpid():
        return "That is mlxtop itself: its own key quits it."
    if process.pid <= 1:
        return f"{called(process)} belongs to the system: mlxtop does not end it."
    return ""


def end(process: ProcessInfo, *, kill: bool) -> str:
    """Send SIGTERM, or SIGKILL, to a process; return a sentence about what happened."""
    if sentence := refusal(process):
        return sentence
    try:
        found = psutil.Process(process.pid)
        # The list may be of some time ago, and the number has another process by now.
        if abs(found.create_time() - process.started) > _SAME_SECONDS:
            raise psutil.NoSuchProcess(process.pid)
        (found.kill if kill else found.terminate)()
    except psutil.NoSuchProcess:
        return f"{called(process)} has ended already."
    except (psutil.AccessDenied, PermissionError):
        whose = f" It belongs to {process.user}." if process.user else ""
        return f"You may not end {called(process)}.{whose}"
    return f"{'SIGKILL' if kill else 'SIGTERM'} sent to {called(process)}."

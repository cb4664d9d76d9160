"""A child process that ends with its parent, however the parent ends and whatever the child does.

The helper process runs this file as a script, without mlxtop and without installed packages: only
the standard library may be imported here.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
_watchers: "list[subprocess.Popen[bytes]]" = []


class Lifeline:
    """The parent's side: a pipe without writes, which ends with the parent."""

    def __init__(self) -> None:
        """Open the pipe; raise OSError where there are too many open files."""
        self._theirs, self._ours = os.pipe()
        self._open = True

    @property
    def arguments(self) -> list[str]:
        """The last arguments of the child's command line."""
        return [str(os.getpid()), str(self._theirs)]

    @property
    def descriptors(self) -> tuple[int]:
        """What the child inherits, for `pass_fds` of `subprocess`."""
        return (self._theirs,)

    def handed_over(self) -> None:
        """Close the child's end, once it has its own."""
        os.close(self._theirs)

    def close(self) -> None:
        """Close the pipe after the child has ended."""
        if self._open:
            self._open = False
            os.close(self._ours)


def hold(arguments: Sequence[str]) -> None:
    """End with the parent from now on; call it in the child before it starts a thread.

    A thread that reads a pipe does not run while C code holds the interpreter: on Linux the kernel
    ends the process, elsewhere a small helper process does. To start the child by hand, leave the
    arguments out.
    """
    if len(arguments) < 2:
        return
    parent, pipe = int(arguments[0]), int(arguments[1])
    if not _killed_with(parent):
        watch(pipe)
    os.close(pipe)


def _killed_with(parent: int) -> bool:
    """Have the kernel kill this process with its parent; return False if it cannot.

    The signal comes when the *thread* that started this process ends: it must live long enough.
    """
    if sys.platform != "linux":
        return False
    # Imported here: the app's side of a lifeline does not need it.
    import ctypes

    try:
        failed = ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    except (OSError, AttributeError):
        return False
    if failed:
        return False
    if os.getppid() != parent:  # the parent ended before the call
        os._exit(0)
    return True


def watch(pipe: int) -> None:
    """Start a process that kills this one when the pipe ends, and ends with this one."""
    mine, _open = os.pipe()  # the other end stays open as long as this process lives
    _watchers.append(
        subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(pipe), str(mine)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(pipe, mine),
        )
    )
    os.close(mine)


def _wait_and_kill(watched: int, parents: int, its_own: int) -> None:
    ended, _, _ = select.select([parents, its_own], [], [])
    if its_own not in ended:
        os.kill(watched, signal.SIGKILL)


if __name__ == "__main__":
    _wait_and_kill(*map(int, sys.argv[1:]))

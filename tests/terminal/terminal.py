"""A real pseudo-terminal with mlxtop in it, and an emulator that knows what is on its screen."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence

import pyte

PATIENCE_SECONDS = 60.0
"""How long a screen may take to show something before a test fails; no test asserts a time."""


class Terminal:
    """Runs a program on a pty; `lines` is what a person would see."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.status: int | None = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})})
            os.execvp(command[0], list(command))
        self.resize(columns, rows)
        self.modes_before = termios.tcgetattr(self.fd)

    @classmethod
    def mlxtop(cls, *arguments: str, **options: object) -> "Terminal":
        """Run mlxtop with the interpreter of the tests."""
        return cls([sys.executable, "-m", "mlxtop", *arguments], **options)  # type: ignore[arg-type]

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size, as dragging its corner does."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def type(self, keys: str) -> None:
        """Send keys as a terminal sends them."""
        os.write(self.fd, keys.encode())

    def pump(self, seconds: float = 0.1) -> None:
        """Read what the program has drawn."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self.fd], [], [], left)
            if not ready:
                return
            try:
                said = os.read(self.fd, 1 << 16)
            except OSError:
                said = b""
            if not said:
                self._reap()
                return
            self.raw += said
            self._stream.feed(said)

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, row by row."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self.lines)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Read until the condition holds; fails with the screen where it never does."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.pump(0.2)
            if condition():
                return
            if self.status is not None:
                break
        raise AssertionError(f"never saw {what}; the screen was:\n{self.text}")

    def wait_for(self, text: str) -> None:
        """Read until the text stands on the screen."""
        self.wait_until(lambda: text in self.text, repr(text))

    def wait_for_exit(self) -> int:
        """Read until the program has ended; return its exit status."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.status is None and time.monotonic() < deadline:
            self.pump(0.2)
            if self.status is None:
                self._reap(block=False)
        assert self.status is not None, f"it did not end; the screen was:\n{self.text}"
        return self.status

    def _reap(self, *, block: bool = True) -> None:
        if self.status is None:
            pid, status = os.waitpid(self.pid, 0 if block else os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """End the program whatever it does."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap()
        os.close(self.fd)

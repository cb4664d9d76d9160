"""mlxtop in a pseudo-terminal of a given size, driven by keys: for benchmarks and pictures."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import psutil


class Screen:
    """A running mlxtop whose output is discarded."""

    def __init__(
        self,
        arguments: Sequence[str],
        home: Path,
        columns: int = 200,
        rows: int = 50,
        environment: Mapping[str, str] | None = None,
        awaited: bytes = b"",
        checkout: Path | None = None,
    ) -> None:
        """Start `mlxtop` with the arguments; `seen` says when `awaited` was drawn.

        `checkout`: whose code it runs; None: this one's.
        """
        self.home = home
        self.seen: float | None = None
        """Seconds from the start to the first sight of `awaited`."""
        self._awaited = awaited
        self._tail = b""
        self.bytes_drawn = 0
        self._recording: BinaryIO | None = None
        self._torn = b""
        self._events: list[dict[str, Any]] = []
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(
                {
                    "MLXTOP_DATA_DIR": str(home / "data"),
                    "MLXTOP_CONFIG_DIR": str(home / "config"),
                    "TERM": "xterm-256color",
                    "COLORTERM": "truecolor",
                    "LANG": "C.UTF-8",
                    **(environment or {}),
                }
            )
            if checkout is not None:
                os.chdir(checkout)
            os.execv(sys.executable, [sys.executable, "-m", "mlxtop", *arguments])
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def _drain(self) -> None:
        while True:
            try:
                select.select([self.fd], [], [])
                said = os.read(self.fd, 1 << 16)
            except OSError:
                return
            if not said:
                return
            if self.seen is None and self._awaited:
                self._tail = self._tail[-len(self._awaited) :] + said
                if self._awaited in self._tail:
                    self.seen = time.monotonic() - self.started
            self.bytes_drawn += len(said)

    def type(self, keys: str) -> None:
        """Send keys as a terminal sends them."""
        os.write(self.fd, keys.encode())

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return all events of a kind in the newest recording, as far as it is written."""
        self._read_on()
        return [event for event in self._events if event.get("kind") == kind]

    def _read_on(self) -> None:
        """Read the new lines of the recording; incremental, because this shares the machine."""
        if self._recording is None:
            files = sorted((self.home / "data" / "recordings").glob("*.jsonl"))
            if not files:
                return
            self._recording = files[-1].open("rb")
        self._torn += self._recording.read()
        *lines, self._torn = self._torn.split(b"\n")
        for line in lines:
            try:
                self._events.append(json.loads(line))
            except ValueError:
                continue

    def wait_for(self, kind: str, count: int, seconds: float = 120.0) -> list[dict[str, Any]]:
        """Return the events of a kind once there are `count`; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.events(kind)
            if len(found) >= count:
                return found
            time.sleep(0.1)
        raise TimeoutError(f"no {count} events of kind {kind} in {seconds:g} s")

    def family(self) -> list[int]:
        """Return the process ids of the screen and of its children."""
        return [self.pid, *(child.pid for child in psutil.Process(self.pid).children())]

    def stop(self) -> None:
        """Stop the screen and its engine."""
        for pid in self.family():
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Continue them."""
        for pid in self.family():
            os.kill(pid, signal.SIGCONT)
        # It takes over its terminal again, which drops keys typed meanwhile.
        time.sleep(1.0)

    def quit(self) -> int:
        """Quit by key and return the exit status."""
        self.type("\x11")
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

"""A real pseudo-terminal with a program in it, and an emulator that knows what is on its screen."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

from tests.emulator import Emulator

PATIENCE_SECONDS = 60.0
"""How long a screen may take to show something before a test fails; no test asserts a time."""

# What the emulator would take for something else: the keyboard protocol that it does not know.
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]")
_UNFINISHED = re.compile(rb"\x1b(\[([<>=?][0-9;]*)?)?$")
# A frame between these two is to be shown at once; the first line asks whether it would be.
_ASKED, _YES = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_BEGIN, _END = b"\x1b[?2026h", b"\x1b[?2026l"
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")

KEYS = {
    "enter": "\r",
    "space": " ",
    # As the keyboard protocol has it: a bare ESC and the key after it may be read as Alt and key.
    "escape": "\x1b[27u",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f11": "\x1b[23~",
    "f12": "\x1b[24~",
}
"""What xterm sends for a key; Ctrl with a letter is made."""

_FRAMES = re.compile("[│┃▌▐┌┐└┘├┤╭╮╰╯─━┏┓┗┛|+]")

MODES = {
    "alternate screen": 1049,
    "mouse": 1000,
    "mouse movement": 1003,
    "mouse in SGR": 1006,
    "bracketed paste": 2004,
    "focus": 1004,
}
"""What a full-screen program switches on, and has to switch off again."""


class Terminal:
    """Runs a program on a pty; `lines` is what a person would see."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        columns: int = 120,
        rows: int = 40,
        folder: Path | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = Emulator(self.screen)
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._held = b""
        self.raw = bytearray()
        self.status: int | None = None
        self._master, self._slave = pty.openpty()
        self._set_size(columns, rows)
        self.settings_before = self.settings()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self._master)
                os.login_tty(self._slave)
                if folder is not None:
                    os.chdir(folder)
                os.execvpe(command[0], list(command), dict(environment))
            finally:
                os._exit(127)

    # -- the window and the keyboard -----------------------------------------------------------

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size, as dragging its corner does."""
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def type(self, keys: str) -> None:
        """Send keys as a terminal sends them."""
        os.write(self._master, keys.encode())

    def press(self, key: str) -> None:
        """Press a key by its name: `f2`, `escape`, `ctrl+q`; another character is itself."""
        if key.startswith("ctrl+"):
            self.type(chr(ord(key[-1].upper()) - 64))
        else:
            self.type(KEYS.get(key, key))

    def settings(self) -> list[Any]:
        """Return what the program set the terminal's line to."""
        return termios.tcgetattr(self._slave)

    # -- the screen ----------------------------------------------------------------------------

    def pump(self, seconds: float = 0.1) -> bool:
        """Read what the program has drawn; return whether there was anything."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        said = os.read(self._master, 1 << 16)
        if _ASKED in self.raw[-len(_ASKED) :] + said:
            os.write(self._master, _YES)
        self.raw += said
        said = self._held + said
        unfinished = _UNFINISHED.search(said)
        cut = unfinished.start() if unfinished else len(said)
        if said.rfind(_BEGIN) > said.rfind(_END):
            cut = said.rfind(_BEGIN)
        said, self._held = said[:cut], said[cut:]
        self._stream.feed(self._decoder.decode(_UNKNOWN.sub(b"", said)))
        return True

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, row by row."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self.lines)

    def _flowing(self, start: int = 0, end: int | None = None) -> str:
        """Return some columns as one line, without frames."""
        lines = [line[start:end] for line in self.screen.display]
        return " ".join(_FRAMES.sub(" ", "\n".join(lines)).split())

    @property
    def left(self) -> str:
        """The left half of the screen as one line."""
        return self._flowing(0, self.screen.columns // 2)

    @property
    def right(self) -> str:
        """The right half of the screen as one line."""
        return self._flowing(self.screen.columns // 2)

    def sees(self, *words: str) -> bool:
        """Return whether each of the words stands somewhere on the screen.

        Over the ends of lines too, in the whole width or in one half of it.
        """
        texts = (self._flowing(), self.left, self.right)
        wanted = [_FRAMES.sub(" ", word).split() for word in words]
        return all(any(" ".join(word) in text for text in texts) for word in wanted)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Read until the condition holds; fail with the screen where it never does."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self._reap()
            over = self.status is not None and not self.pump(0)
            if over and condition():  # it ended after the first look
                return
            if over or time.monotonic() > deadline:
                ended = "" if self.status is None else f" (ended with {self.status})"
                raise AssertionError(f"never saw {what}{ended}; the screen was:\n{self.text}")
            # All that is there at once: looking at the screen costs more than drawing on it.
            while self.pump(0.05):
                pass

    def wait_for(self, *words: str) -> None:
        """Read until the words stand on the screen."""
        self.wait_until(lambda: self.sees(*words), repr(words))

    def wait_until_gone(self, *words: str) -> None:
        """Read until none of the words stands on the screen."""
        gone = lambda: not any(self.sees(word) for word in words)  # noqa: E731
        self.wait_until(gone, f"that {words!r} went away")

    # -- the end -------------------------------------------------------------------------------

    def wait_for_exit(self) -> int:
        """Read until the program has ended; return its exit status."""
        self.wait_until(self._ended, "its end")
        while self.pump(0):
            pass
        assert self.status is not None
        return self.status

    def _ended(self) -> bool:
        self._reap()
        return self.status is not None

    def _reap(self) -> None:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)

    def modes(self) -> dict[int, bool]:
        """Return for each of the terminal's modes what was last said: on or off."""
        found: dict[int, bool] = {}
        for numbers, switch in _MODE.findall(bytes(self.raw)):
            for number in numbers.split(b";"):
                found[int(number)] = switch == b"h"
        return found

    def left_on(self) -> list[str]:
        """Return what was switched on, or hidden, and never put back."""
        modes = self.modes()
        left = [name for name, number in MODES.items() if modes.get(number)]
        if not modes.get(25, True):
            left.append("hidden cursor")
        if not modes.get(7, True):
            left.append("no line wrap")
        if self.raw.count(b"\x1b[>") > self.raw.count(b"\x1b[<u"):
            left.append("keyboard protocol")
        if self.settings() != self.settings_before:
            left.append("line settings")
        return left

    def hang_up(self) -> None:
        """Take the terminal away from the program, as closing its window does."""
        for descriptor in (self._master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self._master = self._slave = -1

    def close(self) -> None:
        """End the program whatever it does."""
        self._reap()
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

"""The terminal's driver: reads all input, and restores the terminal at every stop."""

import asyncio
import os
import selectors
import signal
import sys
import time

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from mlxtop.tui.terminal.reader import MousePixels, TerminalReader

_STOP_SECONDS = 0.05
"""Seconds that the system may take for a requested stop."""
_LOOK_SECONDS = 0.1
"""Seconds between checks whether the reading thread should end."""
_READ_BYTES = 65_536
_HANG_UP = 128 + signal.SIGHUP
"""Exit status if the terminal is gone."""


def is_apple() -> bool:
    """Return whether the terminal is Terminal.app."""
    return os.environ.get("TERM_PROGRAM", "") == "Apple_Terminal"


class SteadyDriver(LinuxDriver):
    """Stops the whole job it belongs to, and survives a stop it did not request.

    Signals are handled between two steps of the app: they may come during a write, and another
    write then would wait for a lock of the interrupted one.
    """

    _away = False
    """True while the terminal is restored."""
    _stopping = False
    """True until a requested stop is over."""
    _stop_asked = False
    """True until a requested stop has begun."""
    _go_on_asked = False
    """True until the terminal is taken again, so that many signals take it once."""
    _keeps_typed = False
    """Whether unread input is kept."""

    def start_application_mode(self) -> None:
        """Take the terminal; does nothing while the shell has it (`bg`)."""
        if sys.__stdout__ is not None and self._file is sys.__stderr__:
            # Textual draws on stderr, which `2>log` redirects; that stdout is a terminal was
            # checked before the app started.
            self._file = sys.__stdout__
            self._file.reconfigure(errors="backslashreplace")
        writer = self._writer_thread
        loop = asyncio.get_running_loop()
        # In the order they come, unlike Python's own handlers.
        loop.add_signal_handler(signal.SIGTSTP, self._stop_wanted)
        loop.add_signal_handler(signal.SIGCONT, self._go_on_wanted)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._away = self._writer_thread is writer

    def suspend_application_mode(self) -> None:
        """Restore the terminal for a while."""
        self._away = True
        super().suspend_application_mode()

    # -- what the terminal sends ---------------------------------------------------------------

    def run_input_thread(self) -> None:
        """Read until the terminal is restored, whatever it sends."""
        reader = TerminalReader(apple=is_apple())
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(reader.wait(time.monotonic(), _LOOK_SECONDS)):
                    self._take(reader.tick(time.monotonic()))
                elif not self._read(reader):
                    return
            # Pending input was typed for the app.
            while selector.select(0) and self._read(reader):
                pass
            self._take(reader.finish())

    def _read(self, reader: TerminalReader) -> bool:
        """Read pending input; return whether there still is a terminal."""
        try:
            data = os.read(self.fileno, _READ_BYTES)
        except InterruptedError:
            return True
        except OSError:
            data = b""
        if not data:
            self._app.call_later(self._app.exit, _HANG_UP)
            return False
        self._take(reader.feed(data, time.monotonic()))
        return True

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def process_message(self, message: Message) -> None:
        """Set mouse reports to cells if pixels are unknown, and pass on everything else."""
        if isinstance(message, MousePixels):
            if message.known and not self._mouse_pixels:
                self._enable_mouse_pixels()
            elif self._mouse_pixels and not message.known:
                self._mouse_pixels = False
                self.write("\x1b[?1016l\x1b[?1006h")
            return
        super().process_message(message)

    def _query_in_band_window_resize(self) -> None:
        """Ask for size reports, except Terminal.app, which prints a `p` instead."""
        if not is_apple():
            super()._query_in_band_window_resize()

    def disable_input(self) -> None:
        """Stop reading, and discard late input unless it is kept."""
        if not self._keeps_typed:
            super().disable_input()
            return
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        self.exit_event.set()
        if self._key_thread is not None:
            self._key_thread.join()
        self.exit_event.clear()

    # -- stops ---------------------------------------------------------------------------------

    @property
    def has_shell(self) -> bool:
        """Whether a shell can continue the job: not if the session starts with it."""
        return os.getsid(0) != os.getpgrp()

    def stop_job(self) -> None:
        """Stop this process, and any process between it and the shell (`make run`).

        Does nothing without a shell: the system would stop nothing, and keys would be lost. The
        terminal is restored before anything stops, because the shell takes it as soon as the first
        process of the job has stopped.
        """
        self._stop_asked = False
        if not self.has_shell:
            return
        self._stopping = self._must_signal_resume = True
        if not self._away:
            self.suspend_application_mode()
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            os.killpg(os.getpgrp(), signal.SIGTSTP)
            time.sleep(_STOP_SECONDS)
        finally:
            signal.signal(signal.SIGTSTP, ours)
        self.resume_application_mode()
        # Only now is the SIGCONT of this stop passed on.
        asyncio.get_running_loop().call_later(_STOP_SECONDS, self._stop_is_over)

    def _stop_is_over(self) -> None:
        self._stopping = False

    def _stop_soon(self) -> None:
        """Stop, unless a SIGCONT came meanwhile: there would be no other."""
        if self._stop_asked:
            self.stop_job()

    def _go_on(self) -> None:
        """Take the terminal again, whatever its state.

        Input typed meanwhile was meant for the app: it is kept, and the terminal stays raw for it.
        """
        self._go_on_asked = False
        if self._away:
            self.resume_application_mode()
            return
        before, self.attrs_before = self.attrs_before, None
        self._keeps_typed = True
        try:
            self.suspend_application_mode()
        finally:
            self._keeps_typed = False
        self.resume_application_mode()
        self.attrs_before = before

    def _stop_wanted(self) -> None:
        """Stop soon; at once if there is no terminal to restore."""
        if not self._auto_restart or self._writer_thread is None:
            os.kill(os.getpid(), signal.SIGSTOP)
        elif not self._stop_asked:
            self._stop_asked = True
            asyncio.get_running_loop().call_soon(self._stop_soon)

    def _go_on_wanted(self) -> None:
        """Continue soon after a stop without warning (SIGSTOP)."""
        self._stop_asked = False
        if not self._auto_restart or self._stopping or self._go_on_asked:
            return
        self._go_on_asked = True
        asyncio.get_running_loop().call_soon(self._go_on)


def steady(base: type[Driver]) -> type[Driver]:
    """Return the robust form of a terminal's driver; any other driver unchanged."""
    return SteadyDriver if base is LinuxDriver else base

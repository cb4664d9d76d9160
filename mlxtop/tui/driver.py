"""The terminal's driver: given back at every stop, taken again when the run goes on."""

import asyncio
import os
import signal
import sys
import time

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

_STOP_SECONDS = 0.05
"""How long the system may take over a stop it was asked for."""


class SteadyDriver(LinuxDriver):
    """Stops the whole job it belongs to, and stands it to be stopped without being asked.

    Signals only ask for what is then done between two steps of the app: they may come while it
    writes, and whoever wrote in between would wait for a lock that is held by what was interrupted.
    """

    _away = False
    """True while the terminal is given back."""
    _stopping = False
    """True until a stop that was asked for is over."""

    def start_application_mode(self) -> None:
        """Take the terminal; nothing happens while the shell has it (`bg`)."""
        if sys.__stdout__ is not None and self._file is sys.__stderr__:
            # Textual draws on stderr, which `2>log` leads elsewhere; that stdout is a terminal was
            # looked at before the app began.
            self._file = sys.__stdout__
            self._file.reconfigure(errors="backslashreplace")
        writer = self._writer_thread
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._away = self._writer_thread is writer

    def suspend_application_mode(self) -> None:
        """Give the terminal back for a while."""
        self._away = True
        super().suspend_application_mode()

    def stop_job(self) -> None:
        """Stop this process, and with it what stands between it and the shell (`make run`).

        The terminal is given back before anything stops: the shell takes it as soon as the first
        process of the job has stopped, and would have to let go of a half-restored one.
        """
        self._stopping = self._must_signal_resume = True
        if not self._away:
            self.suspend_application_mode()
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            # The system stops nothing where no shell could let it go on.
            os.killpg(os.getpgrp(), signal.SIGTSTP)
            time.sleep(_STOP_SECONDS)
        finally:
            signal.signal(signal.SIGTSTP, ours)
            self._stopping = False
        self.resume_application_mode()

    def _go_on(self) -> None:
        """Take the terminal again; whoever had it may have left it in any state."""
        if not self._away:
            self.suspend_application_mode()
        self.resume_application_mode()

    def _sigtstp_application(self, *_: object) -> None:
        """Stop soon; at once where there is no terminal to give back."""
        loop = self._app_loop()
        if loop is None:
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            loop.call_soon_threadsafe(self.stop_job)

    def _sigcont_application(self, *_: object) -> None:
        """Go on soon after a stop that could not be seen coming (SIGSTOP)."""
        loop = self._app_loop()
        if loop is not None and not self._stopping:
            loop.call_soon_threadsafe(self._go_on)

    def _app_loop(self) -> asyncio.AbstractEventLoop | None:
        """Return the app's loop while it has the terminal, or would have it but for a stop."""
        if not self._auto_restart or self._writer_thread is None:
            return None
        try:
            return asyncio.get_running_loop()
        except RuntimeError:
            return None


def steady(base: type[Driver]) -> type[Driver]:
    """Return the driver of a terminal in its steady form; any other one as it is."""
    return SteadyDriver if base is LinuxDriver else base

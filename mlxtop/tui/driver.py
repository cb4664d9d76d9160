"""The terminal's driver: given back at every stop, taken again when the run goes on."""

import asyncio
import os
import signal
import time

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

_STOP_SECONDS = 0.05
"""How long the system may take over a stop it was asked for."""


class SteadyDriver(LinuxDriver):
    """Stops the whole job it belongs to, and stands it to be stopped without being asked."""

    _away = False
    """True while the terminal is given back."""

    def start_application_mode(self) -> None:
        """Take the terminal; nothing happens while the shell has it (`bg`)."""
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
        self._must_signal_resume = True
        self.suspend_application_mode()
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            os.killpg(os.getpgrp(), signal.SIGTSTP)
            time.sleep(_STOP_SECONDS)
        finally:
            signal.signal(signal.SIGTSTP, ours)
        # Where no shell could let it go on, the system stops nothing.
        if self._away:
            self.resume_application_mode()

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back and stop."""
        if self._auto_restart and not self._away and _in_loop():
            self._must_signal_resume = True
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again, also after a stop that could not be seen coming (SIGSTOP)."""
        if not self._auto_restart or self._writer_thread is None or not _in_loop():
            return
        if not self._away:
            self.suspend_application_mode()
        self.resume_application_mode()


def _in_loop() -> bool:
    """Return whether the app runs: not before its start, not after its end."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def steady(base: type[Driver]) -> type[Driver]:
    """Return the driver of a terminal in its steady form; any other one as it is."""
    return SteadyDriver if base is LinuxDriver else base

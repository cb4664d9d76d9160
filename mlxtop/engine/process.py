"""The app's handle on the engine: starts it, sends requests, ends it. Imports nothing heavy."""

import threading
from collections.abc import Callable
from pathlib import Path

from mlxtop import clock
from mlxtop.engine import protocol
from mlxtop.engine.log import Log
from mlxtop.engine.run import Run
from mlxtop.events import AnyEvent, Error, Notice


class EngineProcess:
    """The engine as the app sees it; all methods may be called from any thread."""

    def __init__(self, emit: Callable[[AnyEvent], None], log_path: Path | None = None) -> None:
        """Call `emit` with each event, from a thread of the engine.

        The child's stderr goes to `log_path`, or to an unnamed file.
        """
        self._emit = emit
        self._log_path = log_path
        self._lock = threading.Lock()
        self._run: Run | None = None
        self._garbage_before = 0

    def start(self) -> bool:
        """Start the child if none runs; return whether a child runs.

        A child that cannot be started is reported by an `Error` event.
        """
        with self._lock:
            if self._run is not None and self._run.alive:
                return True
            if self._run is not None:
                self._run.close(0)
            self._forget()
            try:
                self._run = Run(self._emit, self._log())
            except OSError as error:
                text = f"The engine cannot start: {error.strerror or error}."
                self._emit(Error(t=clock.now(), origin="engine", text=text))
                return False
            return True

    def send(self, request: protocol.Request) -> bool:
        """Send a request without waiting; return False if no engine runs."""
        run = self._run
        return run is not None and run.send(request)

    @property
    def alive(self) -> bool:
        """Whether a child runs."""
        run = self._run
        return run is not None and run.alive

    @property
    def pid(self) -> int | None:
        """The child's process id; None if none runs."""
        run = self._run
        return run.pid if run is not None and run.alive else None

    @property
    def garbage_lines(self) -> int:
        """Lines from all children so far that were not events."""
        run = self._run
        return self._garbage_before + (run.garbage_lines if run is not None else 0)

    def close(self, grace_seconds: float = 1.0) -> None:
        """End the child, at the latest after `grace_seconds` by killing its process group."""
        with self._lock:
            if self._run is not None:
                self._run.close(grace_seconds)
            self._forget()

    def restart(self, grace_seconds: float = 1.0) -> bool:
        """End the child if one runs, start another; return whether a child runs."""
        self.close(grace_seconds)
        return self.start()

    def _log(self) -> Log:
        """Return the log at its path, or an unnamed one if that cannot be written."""
        try:
            return Log(self._log_path)
        except OSError as error:
            reason = error.strerror or error
            text = f"The engine's log cannot be written to {self._log_path}: {reason}."
            self._emit(Notice(t=clock.now(), origin="engine", text=text))
            return Log()

    def _forget(self) -> None:
        if self._run is not None:
            self._garbage_before += self._run.garbage_lines
            self._run = None

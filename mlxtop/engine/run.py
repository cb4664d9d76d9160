"""One run of the engine's child process, from its start to its end."""

import contextlib
import os
import queue
import selectors
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import msgspec

from mlxtop import child_process, clock, events
from mlxtop.engine import protocol
from mlxtop.engine.death import why
from mlxtop.engine.log import Log
from mlxtop.engine.open_requests import Pending, refused
from mlxtop.events import AnyEvent, Error
from mlxtop.lifeline import Lifeline
from mlxtop.text import one_line

LONGEST_BYTES = 16_000_000
"""Of a line; an event has some hundred bytes, and a long reply is many of them."""
_READ_BYTES = 1 << 16
_IDLE_SECONDS = 5.0


def lines(descriptor: int, idle: Callable[[], None]) -> Iterator[bytes]:
    """Yield lines until the pipe ends; a line is cut after `LONGEST_BYTES` bytes.

    `idle` is called about every 5 seconds, and about every 16 MB.
    """
    rest, skipping, reads = bytearray(), False, 0
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(_IDLE_SECONDS):
                idle()
                continue
            read = os.read(descriptor, _READ_BYTES)
            if not read:
                break
            reads += 1
            if reads % 256 == 0:
                idle()
            *whole, last = read.split(b"\n")
            for piece in whole:
                if skipping:
                    skipping = False
                    continue
                rest += piece
                yield bytes(rest)
                rest.clear()
            if skipping:
                continue
            rest += last
            if len(rest) > LONGEST_BYTES:
                yield bytes(rest[:LONGEST_BYTES])
                rest, skipping = bytearray(), True
    if rest:
        yield bytes(rest)


_DRAIN_SECONDS = 0.3
"""How long to read a dead child's pipe: a grandchild can keep it open for ever."""
NOTED_LINES = 100
"""How many lines that are not events are logged."""
_AFTER_DEATH_SECONDS = 0.5
"""How long to wait for the report of a killed child."""


def command() -> list[str]:
    """Return the child's command line."""
    return child_process.command("mlxtop.engine.child")


class Run:
    """A child process with the threads that write to it, read from it and wait for its end."""

    def __init__(self, emit: Callable[[AnyEvent], None], log: Log) -> None:
        """Start the child; raise OSError if it cannot be started."""
        self._emit = emit
        self._log = log
        self._pending = Pending()
        self._closing = False
        self.garbage_lines = 0
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended, self._threads = threading.Event(), threading.Event()
        self._lifeline = Lifeline()
        started: Future[subprocess.Popen[bytes]] = Future()
        # On Linux the child ends with the thread that starts it: the one that waits for its end.
        self._waiter = self._thread(lambda: self._live(started), "engine waiter")
        self._process = started.result()
        self.pid = self._process.pid
        self._reader = self._thread(self._read, "engine reader")
        self._thread(self._write, "engine writer")
        self._threads.set()

    def _live(self, started: "Future[subprocess.Popen[bytes]]") -> None:
        """Start the child, and wait for its end."""
        try:
            process = self._popen()
        except OSError as error:
            self._lifeline.close()
            started.set_exception(error)
            return
        finally:
            self._lifeline.handed_over()
        started.set_result(process)
        self._threads.wait()
        self._wait()
        self._lifeline.close()

    def _popen(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*command(), *self._lifeline.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log.fileno(),
            pass_fds=self._lifeline.descriptors,
            env=child_process.environment(),
            # Ctrl-C and Ctrl-Z in the app's terminal are not for the engine.
            start_new_session=True,
        )

    def _thread(self, work: Callable[[], None], name: str) -> threading.Thread:
        # Daemons: a thread blocked on a pipe must not delay quitting.
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        return thread

    @property
    def alive(self) -> bool:
        """Whether the process runs and was not asked to end."""
        return not self._closing and self._process.poll() is None

    def send(self, request: protocol.Request) -> bool:
        """Queue a request; return False if the engine does not run.

        A request that cannot be sent is answered at once, with its end.
        """
        if not self.alive or self._ended.is_set():
            return False
        try:
            line = protocol.encode(request)
        except protocol.Unsendable as problem:
            for event in refused(request, str(problem)):
                self._emit(event)
            return True
        self._pending.asked(request)
        self._requests.put(line)
        if isinstance(request, protocol.Quit):
            self._closing = True
        if self._ended.is_set():
            self._end_pending()
        return True

    def close(self, grace_seconds: float) -> None:
        """End the child: close its stdin, wait, then kill its process group."""
        if self._process.poll() is None:  # else it died by itself, and that will be reported
            self._closing = True
        self._requests.put(None)
        self._waiter.join(grace_seconds)
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self._waiter.join(_AFTER_DEATH_SECONDS)
        if self._closing and self._process.poll() is not None:
            # Not if it died: an empty log is then worth knowing.
            self._log.remove_empty()

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError):  # the waiter reports the death
            while (line := self._requests.get()) is not None:
                pipe.write(line)
                pipe.flush()
        with contextlib.suppress(OSError):
            pipe.close()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        for line in lines(pipe.fileno(), idle=self._log.bound):
            if self._ended.is_set():
                return
            try:
                event = events.decode(line)
            except (events.UnknownKind, msgspec.DecodeError, UnicodeDecodeError) as error:
                self._garbage(line, str(error))
                continue
            self._pending.add(event)
            self._emit(event)

    def _garbage(self, line: bytes, why: str) -> None:
        self.garbage_lines += 1
        if self.garbage_lines <= NOTED_LINES:
            shown = one_line(line[:1000].decode("utf-8", "replace"))
            self._log.note(f"a line that is not an event ({why}): {shown}")
        elif self.garbage_lines == NOTED_LINES + 1:
            self._log.note("further lines that are not events are counted, not logged")

    def _wait(self) -> None:
        """Report the end of the process, which decides, not the end of its pipe."""
        returncode = self._process.wait()
        self._reader.join(_DRAIN_SECONDS)
        self._ended.set()
        self._requests.put(None)
        log = self._log.tail()
        if not self._reader.is_alive():
            self._log.close()
        self._end_pending()
        if not self._closing:
            self._emit(
                Error(
                    t=clock.now(),
                    origin="engine",
                    text=why(returncode, log),
                    log=log,
                    engine_stopped=True,
                )
            )

    def _end_pending(self) -> None:
        reason: events.FinishReason = "cancelled" if self._closing else "engine died"
        stopped = "was ended" if self._closing else "stopped"
        for event in self._pending.ends(reason, f"The engine {stopped} while loading the model."):
            self._emit(event)

"""Names handlers that block the UI thread: on with MLXTOP_DEBUG, and in the tests of the app.

Every handler of a message, action, timer and callback of Textual goes through one function, which
is replaced here. It measures CPU time of the thread, not wall time, so that a busy machine does
not count. The time a handler waits, and other handlers meanwhile, do not count either.
"""

import functools
import gc
import threading
import time
import types
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

from textual import _callback

from mlxtop import clock, paths
from mlxtop.format import iso

BOUND_SECONDS = 0.05
"""CPU seconds without a pause above which a handler is reported: a frame at 20 Hz."""

Reporter = Callable[[str, float], None]
"""Takes the name of a handler and the CPU seconds for which it blocked the UI thread."""


class HandlerTimer:
    """Times handlers while it is on; nested handlers are timed separately."""

    def __init__(self, report: Reporter, bound: float = BOUND_SECONDS) -> None:
        """`report` is called for handlers that take over `bound` seconds without a pause."""
        self._report = report
        self._bound = bound
        self._others = 0.0
        """CPU time of inner handlers and collections within the running handler."""
        self._collection = 0.0
        """When the present collection began."""
        self._thread = 0
        """The UI thread."""
        self._usual: Callable[..., Coroutine[Any, Any, Any]] = _callback._invoke

    def on(self) -> None:
        """Time every handler from now on."""
        _callback._invoke = self._invoke
        gc.callbacks.append(self._collected)

    def off(self) -> None:
        """Restore Textual's function."""
        _callback._invoke = self._usual
        gc.callbacks.remove(self._collected)

    async def _invoke(self, callback: Callable[..., Any], *params: object) -> Any:
        return await self._timed(callback, self._usual(callback, *params))

    @types.coroutine
    def _timed(
        self, callback: Callable[..., Any], handler: Coroutine[Any, Any, Any]
    ) -> Generator[Any, Any, Any]:
        """Run a handler from pause to pause, and time each stretch."""
        self._thread = threading.get_ident()
        step: Callable[[], Any] = functools.partial(handler.send, None)
        while True:
            outer, self._others = self._others, 0.0
            begun = time.thread_time()
            try:
                awaited = step()
            except StopIteration as ended:
                return ended.value
            finally:
                spent = time.thread_time() - begun
                if (own := spent - self._others) > self._bound:
                    self._report(name_of(callback), own)
                self._others = outer + spent
            try:
                step = functools.partial(handler.send, (yield awaited))
            except GeneratorExit:
                handler.close()
                raise
            except BaseException as error:  # noqa: BLE001 - the handler gets it
                step = functools.partial(handler.throw, error)

    def _collected(self, phase: str, _: object) -> None:
        # A full collection happens in some handler by chance: it does not count.
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._collection = time.thread_time()
        else:
            self._others += time.thread_time() - self._collection


def name_of(callback: Callable[..., Any]) -> str:
    """Return a handler's class and name, of a lambda where it was written."""
    while isinstance(callback, functools.partial):
        callback = callback.func
    callback = getattr(callback, "__wrapped__", callback)
    owner = getattr(callback, "__self__", None)
    name = getattr(callback, "__qualname__", type(callback).__name__)
    if owner is not None and not isinstance(owner, type):
        return f"{type(owner).__name__}.{name.rsplit('.', 1)[-1]}"
    return str(name)


def log(folder: Path) -> HandlerTimer:
    """Log handlers that block the UI thread to `slow.log` in a folder; raises OSError."""
    paths.make_private(folder)
    file = (folder / "slow.log").open("a", encoding="utf-8")

    def report(name: str, seconds: float) -> None:
        file.write(f"{iso(clock.wall())}  {seconds * 1000:6.0f} ms  {name}\n")
        file.flush()

    timer = HandlerTimer(report)
    timer.on()
    return timer

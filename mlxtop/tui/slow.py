"""What holds up the UI thread, by name: on with MLXTOP_DEBUG, and in the tests of the app.

Every handler of a message, action, timer and callback of Textual goes through one function, which
is replaced here. Measured is the CPU time of the thread, not the time that passes: a busy machine
makes nothing slow. What a handler waits for, and what others do meanwhile, is not its own.
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
"""CPU time without a pause from which on a handler is named: a frame at 20 Hz."""

Reporter = Callable[[str, float], None]
"""Takes the name of a handler and the seconds of CPU time that it held up the UI thread."""


class HandlerTimer:
    """Times handlers while it is on; of handlers within each other each has its own time only."""

    def __init__(self, tell: Reporter, bound: float = BOUND_SECONDS) -> None:
        """`tell` is called for whatever takes longer than `bound` seconds without a pause."""
        self._tell = tell
        self._bound = bound
        self._others = 0.0
        """CPU time of what ran within the handler that runs: inner handlers and collections."""
        self._collection = 0.0
        """When the collection began that is under way."""
        self._thread = 0
        """The UI thread."""
        self._usual: Callable[..., Coroutine[Any, Any, Any]] = _callback._invoke

    def on(self) -> None:
        """Time every handler from now on."""
        _callback._invoke = self._invoke
        gc.callbacks.append(self._collected)

    def off(self) -> None:
        """Let Textual be as it was."""
        _callback._invoke = self._usual
        gc.callbacks.remove(self._collected)

    async def _invoke(self, callback: Callable[..., Any], *params: object) -> Any:
        return await self._timed(callback, self._usual(callback, *params))

    @types.coroutine
    def _timed(
        self, callback: Callable[..., Any], handler: Coroutine[Any, Any, Any]
    ) -> Generator[Any, Any, Any]:
        """Run a handler from pause to pause, and time what lies between two of them."""
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
                    self._tell(name_of(callback), own)
                self._others = outer + spent
            try:
                step = functools.partial(handler.send, (yield awaited))
            except GeneratorExit:
                handler.close()
                raise
            except BaseException as error:  # noqa: BLE001 - it is the handler's to take
                step = functools.partial(handler.throw, error)

    def _collected(self, phase: str, _: object) -> None:
        # A full collection falls into whatever handler is there: it says nothing about that.
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._collection = time.thread_time()
        else:
            self._others += time.thread_time() - self._collection


def name_of(callback: Callable[..., Any]) -> str:
    """Return what a handler is called: its class and its name, of a lambda where it stands."""
    while isinstance(callback, functools.partial):
        callback = callback.func
    callback = getattr(callback, "__wrapped__", callback)
    owner = getattr(callback, "__self__", None)
    name = getattr(callback, "__qualname__", type(callback).__name__)
    if owner is not None and not isinstance(owner, type):
        return f"{type(owner).__name__}.{name.rsplit('.', 1)[-1]}"
    return str(name)


def log(folder: Path) -> HandlerTimer:
    """Write what holds up the UI thread to `slow.log` in a folder from now on; raises OSError."""
    paths.make_private(folder)
    file = (folder / "slow.log").open("a", encoding="utf-8")

    def tell(name: str, seconds: float) -> None:
        file.write(f"{iso(clock.wall())}  {seconds * 1000:6.0f} ms  {name}\n")
        file.flush()

    watch = HandlerTimer(tell)
    watch.on()
    return watch

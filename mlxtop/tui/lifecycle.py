"""How the app starts, ends and restores the terminal: signals, questions, errors, and Ctrl+Z."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from textual.app import App, ScreenStackError
from textual.css.query import NoMatches

from mlxtop import paths
from mlxtop.actions.key_names import key_of
from mlxtop.garbage import start_is_over
from mlxtop.tui.run.screen import RunScreen
from mlxtop.tui.terminal.driver import SteadyDriver

if TYPE_CHECKING:
    from mlxtop.sources.live import Live


LAST_SECONDS = 1.0
"""Seconds that workers have to finish when the app ends."""
Result = TypeVar("Result")


class DaemonExecutor(ThreadPoolExecutor):
    """Runs each call in a daemon thread of its own.

    Python's own pool waits for its threads forever, at the end of the loop and of the process: a
    thread that reads from an unresponsive mount would keep the app from ending. The base class is
    there because a loop accepts nothing else.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self._running: set[threading.Thread] = set()

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> "Future[Result]":
        """Start a call; the future gets its result."""
        future: Future[Result] = Future()

        def run() -> None:
            try:
                if future.set_running_or_notify_cancel():
                    future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - the future's owner gets it
                future.set_exception(error)
            finally:
                self._running.discard(threading.current_thread())

        thread = threading.Thread(target=run, name="worker", daemon=True)
        self._running.add(thread)
        thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait at most a second for running calls."""
        deadline = time.monotonic() + LAST_SECONDS
        for thread in tuple(self._running) if wait else ():
            thread.join(max(0.0, deadline - time.monotonic()))


class EndingApp(App[int]):
    """An app that always restores the terminal."""

    live: "Live | None"
    chosen_keys: dict[str, str]

    def on_load(self) -> None:
        """Handle the signals that end the app before it takes the terminal, so as to restore it.

        Also use daemon threads for workers, which cannot keep the app from ending.
        """
        if os.environ.get("MLXTOP_DEBUG"):
            from mlxtop.tui import slow

            slow.log(paths.log_dir())
        loop = asyncio.get_running_loop()
        loop.set_default_executor(DaemonExecutor())
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(number, self.exit, 128 + number)

    def on_ready(self) -> None:
        """Turn garbage collection back on once the first frame is drawn."""
        start_is_over()

    @property
    def run_screen(self) -> RunScreen | None:
        """The run on the screen, below dialogs and lists."""
        return next((s for s in reversed(self.screen_stack) if isinstance(s, RunScreen)), None)

    def action_ask_quit(self) -> None:
        """Quit; during a reply ask first, because a letter or a click may be a slip."""
        if self.live is None or not self.live.answering:
            self.call_later(self.action_quit)
            return

        from mlxtop.tui.dialogs.question import ConfirmDialog

        def decided(yes: bool | None) -> None:
            if yes:
                self.call_later(self.action_quit)

        self.push_screen(
            ConfirmDialog(
                "The model is still answering. Quit?", detail="The rest of its reply is lost."
            ),
            decided,
        )

    def action_help_quit(self) -> None:
        """Handle Ctrl+C without a selection: stop the reply, or say how to quit."""
        run = self.run_screen
        if run is not None and run.acts("stop"):
            self.call_later(self.run_action, "stop", run)
        else:
            key = key_of("quit", "app", self.chosen_keys)
            self.notify(
                f"{key} quits. Ctrl+C copies the selection, or stops a reply.",
                markup=False,
            )

    def action_suspend_process(self) -> None:
        """Suspend to the shell, with any process in between (`make run`)."""
        # The engine has its own session: it continues.
        if isinstance(self._driver, SteadyDriver):
            if self._driver.has_shell:
                self._driver.stop_job()
            else:
                self.notify("There is no shell to return to.", severity="warning", markup=False)

    def _handle_exception(self, error: Exception) -> None:
        """Handle an exception of a screen or a widget; ignore those caused by the app's end.

        Then Textual mounts nothing, and a screen that is being opened has no widgets.
        """
        if not (self._exit and isinstance(error, (NoMatches, ScreenStackError))):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End after a bug: report where it was, without values, which may contain messages."""
        from rich.traceback import Traceback

        self.panic(Traceback(show_locals=False, width=100))

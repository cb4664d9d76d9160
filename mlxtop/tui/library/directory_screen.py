"""A screen that lists the recordings of a directory and follows changes."""

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from textual import on, work
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState, get_current_worker

from mlxtop import paths
from mlxtop.recording.directory import ListedRecording, RecordingDirectory
from mlxtop.text import one_line
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.dialogs.base import DismissOnce

Order = Callable[[Iterable[ListedRecording]], list[ListedRecording]]
"""Sorts items into the order shown."""
LOOK_SECONDS = 2.0
"""Seconds between scans of the directory while the screen is shown."""
_POST_SECONDS = 0.15
_READING = "read recordings"
"""Name of the worker."""


class DirectoryScreen(DismissOnce[None], Keyed, Screen[None]):
    """Reads the directory and its files in a thread; subclasses draw them."""

    class _Found(Message):
        """The directory was scanned."""

        def __init__(self, items: list[ListedRecording], changes: int) -> None:
            super().__init__()
            self.items = items
            self.changes = changes
            """Number of changes made here before the scan."""

    class _Filled(Message):
        """Figures of some recordings are known."""

        def __init__(self, items: list[ListedRecording]) -> None:
            super().__init__()
            self.items = items

    class _Done(Message):
        """Everything was read."""

    def __init__(self, directory: Path) -> None:
        """List the recordings in `directory`, or those shipped with mlxtop if there are none."""
        super().__init__()
        self.directory = directory
        self.items: dict[Path, ListedRecording] = {}
        self.known = False
        """Whether the directory was scanned yet."""
        self.shelf = RecordingDirectory(directory)
        self._shipped = RecordingDirectory(
            paths.shipped_recordings_dir(), shipped=True, index=self.shelf.index
        )
        self.changes = 0
        """Counts changes to files made here: scans from before are out of date."""
        self._looking = False
        self._away = threading.Event()
        """Set to stop the reading thread."""
        self._broken = False
        """Whether reading failed with an unexpected error: it is not tried again."""

    def show(self) -> None:
        """Draw the list."""
        raise NotImplementedError

    def tell(self) -> None:
        """Draw the texts after the last change."""
        raise NotImplementedError

    def order(self) -> Order:
        """Return a function, for any thread, that sorts items as shown and to be read."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Scan regularly."""
        self.set_interval(LOOK_SECONDS, self._look)

    def on_screen_resume(self) -> None:
        """Scan at once, also when the screen comes back."""
        self._away.clear()
        self._look()

    def on_screen_suspend(self) -> None:
        """Stop reading while another screen is above: it may be a run that is measured."""
        self._away.set()

    def on_unmount(self) -> None:
        """Stop reading."""
        self._away.set()
        if not self._looking:
            self._close()

    def _look(self) -> None:
        if not (self._looking or self._broken or self._away.is_set()):
            self._looking = True
            self._read(self.order(), self.changes)

    @work(thread=True, group="library", name=_READING, exit_on_error=False)
    def _read(self, order: Order, changes: int) -> None:
        """Scan the directory, then read the files that are new or changed."""
        worker = get_current_worker()
        shelf, items = self.shelf, self.shelf.scan()
        if not items:
            shelf, items = self._shipped, self._shipped.scan()
        self.post_message(self._Found(items, changes))

        def stop() -> bool:
            return self._away.is_set() or worker.is_cancelled

        filled: list[ListedRecording] = []
        posted = time.monotonic()
        for item in shelf.fill([item.path for item in order(items)], stop):
            filled.append(item)
            if time.monotonic() - posted > _POST_SECONDS:
                self.post_message(self._Filled(filled))
                filled, posted = [], time.monotonic()
        self.post_message(self._Filled(filled))
        self.post_message(self._Done())
        if worker.is_cancelled:
            self._close()

    @on(Worker.StateChanged)
    def _failed(self, message: Worker.StateChanged) -> None:
        """Report that reading failed, without ending a run below this screen."""
        if message.worker.name == _READING and message.state is WorkerState.ERROR:
            self._looking, self._broken = False, True
            error = message.worker.error
            words = one_line(f"{type(error).__name__}: {error}", 200)
            told = f"Reading the recordings failed. {words}"
            self.notify(told, severity="error", markup=False)

    def _close(self) -> None:
        self.shelf.close()
        self._shipped.close()

    @on(_Found)
    def _found(self, message: _Found) -> None:
        if message.changes != self.changes:
            return
        found = {item.path: item for item in message.items}
        if found != self.items or not self.known:
            self.items, self.known = found, True
            self.show()

    @on(_Filled)
    def _show_figures(self, message: _Filled) -> None:
        # Do not bring back files that were deleted or renamed meanwhile.
        new = {item.path: item for item in message.items if item.path in self.items}
        if new:
            self.items |= new
            self.show()

    @on(_Done)
    def _stop_looking(self) -> None:
        self._looking = False
        self.tell()

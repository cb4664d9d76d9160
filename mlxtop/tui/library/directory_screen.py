"""A screen that knows the recordings of a directory, and keeps knowing them as they change."""

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
"""Puts items into the order that they are shown in."""
LOOK_SECONDS = 2.0
"""How often the directory is looked into while the screen is shown: runs begin, grow and end."""
_POST_SECONDS = 0.15
_READING = "read recordings"
"""Name of the worker."""


class DirectoryScreen(DismissOnce[None], Keyed, Screen[None]):
    """Reads the directory and the files in a thread; what it shows is up to others."""

    class _Found(Message):
        """The directory was looked into."""

        def __init__(self, items: list[ListedRecording], changes: int) -> None:
            super().__init__()
            self.items = items
            self.changes = changes
            """Changes made here before it was looked into."""

    class _Filled(Message):
        """Figures of some recordings are known."""

        def __init__(self, items: list[ListedRecording]) -> None:
            super().__init__()
            self.items = items

    class _Done(Message):
        """All that can be known is."""

    def __init__(self, directory: Path) -> None:
        """Know the recordings in `directory`; for lack of any those that came with mlxtop."""
        super().__init__()
        self.directory = directory
        self.items: dict[Path, ListedRecording] = {}
        self.known = False
        """Whether the directory was looked into yet."""
        self.shelf = RecordingDirectory(directory)
        self._shipped = RecordingDirectory(
            paths.shipped_recordings_dir(), shipped=True, index=self.shelf.index
        )
        self.changes = 0
        """Counts what was done with files here: what was seen before it is out of date."""
        self._looking = False
        self._away = threading.Event()
        """Set while nothing is to be read; the thread looks at it."""
        self._broken = False
        """Whether reading ended by an error that is none of a file's: it is not tried again."""

    def show(self) -> None:
        """Put what is known on the screen."""
        raise NotImplementedError

    def tell(self) -> None:
        """Say what is known now that nothing more comes."""
        raise NotImplementedError

    def order(self) -> Order:
        """Return what puts items into the order shown now, for any thread; they are read in it."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Look again and again."""
        self.set_interval(LOOK_SECONDS, self._look)

    def on_screen_resume(self) -> None:
        """Look at once, also after something else lay above."""
        self._away.clear()
        self._look()

    def on_screen_suspend(self) -> None:
        """Read no more while something else lies above: it may be a run that is measured."""
        self._away.set()

    def on_unmount(self) -> None:
        """Read no more."""
        self._away.set()
        if not self._looking:
            self._close()

    def _look(self) -> None:
        if not (self._looking or self._broken or self._away.is_set()):
            self._looking = True
            self._read(self.order(), self.changes)

    @work(thread=True, group="library", name=_READING, exit_on_error=False)
    def _read(self, order: Order, changes: int) -> None:
        """Look into the directory, then read what is not known of the files in it."""
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
        """Say that reading ended by an error, which takes no run below this screen along."""
        if message.worker.name == _READING and message.state is WorkerState.ERROR:
            self._looking, self._broken = False, True
            error = message.worker.error
            words = one_line(f"{type(error).__name__}: {error}", 200)
            told = f"The recordings can no longer be read. {words}"
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
        # What was deleted or renamed meanwhile is not brought back.
        new = {item.path: item for item in message.items if item.path in self.items}
        if new:
            self.items |= new
            self.show()

    @on(_Done)
    def _stop_looking(self) -> None:
        self._looking = False
        self.tell()

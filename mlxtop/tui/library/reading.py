"""A screen that knows the recordings of a directory, and keeps knowing them as they change."""

import time
from collections.abc import Iterable
from pathlib import Path

from textual import on, work
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from mlxtop import paths
from mlxtop.recording.shelf import Item, Shelf
from mlxtop.tui.dismiss_once import DismissOnce

LOOK_SECONDS = 2.0
"""How often the directory is looked into while the screen is shown: runs begin, grow and end."""
_POST_SECONDS = 0.15


class ShelfScreen(DismissOnce[None], Screen[None]):
    """Reads the directory and the files in a thread; what it shows is up to others."""

    class _Found(Message):
        """The directory was looked into."""

        def __init__(self, items: list[Item], changes: int) -> None:
            super().__init__()
            self.items = items
            self.changes = changes
            """Changes made here before it was looked into."""

    class _Filled(Message):
        """Figures of some recordings are known."""

        def __init__(self, items: list[Item]) -> None:
            super().__init__()
            self.items = items

    class _Done(Message):
        """All that can be known is."""

    def __init__(self, directory: Path) -> None:
        """Know the recordings in `directory`; for lack of any those that came with mlxtop."""
        super().__init__()
        self.directory = directory
        self.items: dict[Path, Item] = {}
        self.known = False
        """Whether the directory was looked into yet."""
        self.shelf = Shelf(directory)
        self._shipped = Shelf(paths.shipped_recordings_dir(), shipped=True, index=self.shelf.index)
        self.changes = 0
        """Counts what was done with files here: what was seen before it is out of date."""
        self._looking = self._away = False

    def show(self) -> None:
        """Put what is known on the screen."""
        raise NotImplementedError

    def tell(self) -> None:
        """Say what is known now that nothing more comes."""
        raise NotImplementedError

    def sorted(self, items: Iterable[Item]) -> list[Item]:
        """Return items in the order that they are shown in; they are read in it."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Look again and again."""
        self.set_interval(LOOK_SECONDS, self._look)

    def on_screen_resume(self) -> None:
        """Look at once, also after something else lay above."""
        self._away = False
        self._look()

    def on_screen_suspend(self) -> None:
        """Read no more while something else lies above: it may be a run that is measured."""
        self._away = True

    def on_unmount(self) -> None:
        """Read no more."""
        self._away = True
        if not self._looking:
            self._close()

    def _look(self) -> None:
        if not (self._looking or self._away):
            self._looking = True
            self._read()

    @work(thread=True, group="library")
    def _read(self) -> None:
        """Look into the directory, then read what is not known of the files in it."""
        worker, changes = get_current_worker(), self.changes
        shelf, items = self.shelf, self.shelf.scan()
        if not items:
            shelf, items = self._shipped, self._shipped.scan()
        self.post_message(self._Found(items, changes))

        def stop() -> bool:
            return self._away or worker.is_cancelled

        filled: list[Item] = []
        posted = time.monotonic()
        for item in shelf.fill([item.path for item in self.sorted(items)], stop):
            filled.append(item)
            if time.monotonic() - posted > _POST_SECONDS:
                self.post_message(self._Filled(filled))
                filled, posted = [], time.monotonic()
        self.post_message(self._Filled(filled))
        self.post_message(self._Done())
        if worker.is_cancelled:
            self._close()

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

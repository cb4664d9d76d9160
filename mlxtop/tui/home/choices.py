"""The lists of the first screen as one list to move through."""

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from mlxtop.tui.home.entries import Entry
from mlxtop.tui.home.lists import Section
from mlxtop.tui.home.rows import columns, heading, hint, of_recordings, row


@dataclass(frozen=True)
class View:
    """What the lists are to show."""

    sections: list[Section]
    current: str = ""
    """Path or id of the loaded model."""
    nothing: str = ""
    """Said where no entry is left."""

    def entries(self) -> list[Entry]:
        """Return all entries in their order."""
        return [entry for section in self.sections for entry in section.entries]

    def is_current(self, entry: Entry) -> bool:
        """Return whether an entry is the loaded model."""
        return bool(self.current) and self.current in (entry.value, entry.name)


class Choices(OptionList):
    """Sections with their entries; it never has the focus, so that typing always filters."""

    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._view = View([])
        self._entries: dict[str, Entry] = {}
        self._picked = ""

    def show(self, view: View) -> None:
        """Show the lists; what was picked stays picked while it is there."""
        self._view = view
        entries = view.entries()
        self._entries = {entry.key: entry for entry in entries}
        self.set_options(self._rows(view, entries))
        key = self._picked if self._picked in self._entries else self._first(entries)
        self.highlighted = self.get_option_index(key) if key else None
        if entries and key == entries[0].key:
            self.scroll_home(animate=False)  # its heading is to be seen too

    def on_resize(self) -> None:
        """Give the columns the room there is now."""
        self.show(self._view)

    def picked(self) -> Entry | None:
        """Return the entry that is highlighted."""
        option = self.highlighted_option
        return self._entries.get(option.id) if option and option.id else None

    def pick(self, key: str) -> None:
        """Keep an entry highlighted, whatever else is found; the empty key lets go."""
        self._picked = key

    async def move(self, action: str) -> None:
        """Move the highlight by one of this widget's actions and keep it there."""
        await self.run_action(action)
        if (entry := self.picked()) is not None:
            self.pick(entry.key)

    def _rows(self, view: View, entries: list[Entry]) -> list[Option]:
        # Two cells of padding; the scrollbar has its place whether it is there or not.
        width = self.scrollable_content_region.width - 2
        shape = columns(width, entries)
        of_files = of_recordings(shape, [one for one in entries if one.kind == "recording"])
        airy = self.app.size.height >= 30
        options: list[Option] = []
        for section in view.sections:
            if not section.entries and not section.empty:
                continue
            title = heading(section.title, section.note)
            gap = Content("\n") if airy and options else Content("")
            options.append(Option(gap + title, disabled=True))
            if not section.entries:
                options.append(Option(hint(section.empty, width), disabled=True))
            options += [
                Option(
                    row(
                        entry,
                        of_files if entry.kind == "recording" else shape,
                        width,
                        view.is_current(entry),
                    ),
                    id=entry.key,
                )
                for entry in section.entries
            ]
        if not entries and view.nothing:
            options.append(Option(hint(view.nothing, width), disabled=True))
        return options

    def _first(self, entries: list[Entry]) -> str:
        """Return what is highlighted before anyone moved: the loaded model, else what opens."""
        loaded = [entry.key for entry in entries if self._view.is_current(entry)]
        opening = [entry.key for entry in entries if entry.opens]
        return next(iter([*loaded, *opening, *self._entries]), "")

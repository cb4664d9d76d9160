"""Everything that the first screen knows, and the rows it comes to for what was typed."""

from dataclasses import dataclass, field
from pathlib import Path

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from mlxtop.models.catalogue import ModelInfo
from mlxtop.models.fits import MemoryLimit
from mlxtop.models.locate import hub_id
from mlxtop.recording.library import RecordingInfo
from mlxtop.tui.home.entries import (
    HomeEntry,
    columns,
    demo_entry,
    download_entry,
    heading,
    hint,
    model_entry,
    of_recordings,
    path_entry,
    recording_entry,
    row,
)

RECORDINGS_SHOWN = 30
EXAMPLE = "mlx-community/Llama-3.2-3B-Instruct-4bit"
_NO_MODELS = (
    f"None yet. Type an id above, for example {EXAMPLE}, and it is downloaded after asking; "
    f"or run: hf download {EXAMPLE}"
)
_NO_RECORDINGS = "None yet: a run is recorded from its first message on."
_SHIPPED = "none of your own yet; these came with mlxtop"

AtPath = ModelInfo | RecordingInfo | None
"""What a path that was typed leads to."""


@dataclass(frozen=True)
class Section:
    """One list under its heading."""

    title: str
    note: str = ""
    entries: list[HomeEntry] = field(default_factory=list)
    empty: str = ""
    """Said where there are no entries; without it such a section is left out."""


@dataclass(frozen=True)
class Lists:
    """What has been found so far."""

    limit: MemoryLimit
    models: tuple[ModelInfo, ...] = ()
    demo: ModelInfo | None = None
    recordings: tuple[RecordingInfo, ...] | None = None
    """None while they are being read."""
    shipped: bool = False
    """Whether the recordings are those that came with mlxtop, for lack of the user's own."""
    reading: bool = True
    away: str = ""
    """A sentence where the chosen cache is not there."""

    def sections(self, text: str, at_path: AtPath = None) -> list[Section]:
        """Return the lists that are left when only what matches the text is shown.

        `at_path` is what lies at the path that was typed.
        """
        words = text.lower().split()
        models = self._models(words)
        recordings = [recording_entry(info) for info in self.recordings or []]
        recordings = [entry for entry in recordings if entry.matches(words)]
        demo = [demo_entry(self.demo, self.limit)] if self.demo else []
        reading = "reading…" if self.reading else ""
        return [
            Section("path", entries=self._at_path(text, at_path)),
            Section(
                "models",
                reading or "in the Hugging Face cache",
                models,
                "" if words or reading else self.away or _NO_MODELS,
            ),
            Section("built in", entries=[entry for entry in demo if entry.matches(words)]),
            Section("hub", entries=[] if at_path else self._download(text)),
            Section(
                "recordings",
                _SHIPPED if self.shipped else _count(len(recordings)),
                recordings[:RECORDINGS_SHOWN],
                "" if words or self.recordings is None else _NO_RECORDINGS,
            ),
        ]

    def _models(self, words: list[str]) -> list[HomeEntry]:
        """Return matching models, those that cannot be loaded last."""
        entries = [model_entry(model, self.limit) for model in self.models]
        found = [entry for entry in entries if entry.matches(words)]
        return sorted(found, key=lambda entry: bool(entry.reason))

    def _at_path(self, text: str, at_path: AtPath) -> list[HomeEntry]:
        match at_path:
            case ModelInfo() as model:
                return [path_entry(text.strip(), model, self.limit)]
            case RecordingInfo() as recording:
                return [recording_entry(recording)]
        return []

    def _download(self, text: str) -> list[HomeEntry]:
        wanted = hub_id(text)
        if wanted is None or any(model.id.lower() == wanted.lower() for model in self.models):
            return []
        return [download_entry(wanted)]


def looks_like_path(text: str) -> bool:
    """Return whether someone means a path, not a name or an id."""
    text = text.strip()
    if text.startswith(("/", "~", "./", "../")) or text in (".", ".."):
        return True
    try:
        return ("/" in text or text.endswith((".jsonl", ".gguf"))) and Path(text).exists()
    except (OSError, ValueError):
        return False


def _count(number: int) -> str:
    return f"the newest {RECORDINGS_SHOWN} of {number}" if number > RECORDINGS_SHOWN else ""


@dataclass(frozen=True)
class ListsView:
    """What the lists are to show."""

    sections: list[Section]
    current: str = ""
    """Path or id of the loaded model."""
    nothing: str = ""
    """Said where no entry is left."""

    def entries(self) -> list[HomeEntry]:
        """Return all entries in their order."""
        return [entry for section in self.sections for entry in section.entries]

    def is_current(self, entry: HomeEntry) -> bool:
        """Return whether an entry is the loaded model."""
        return bool(self.current) and self.current in (entry.value, entry.name)


class Choices(OptionList):
    """Sections with their entries; it never has the focus, so that typing always filters."""

    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._view = ListsView([])
        self._entries: dict[str, HomeEntry] = {}
        self._picked = ""

    def show(self, view: ListsView) -> None:
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

    def picked(self) -> HomeEntry | None:
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

    def _rows(self, view: ListsView, entries: list[HomeEntry]) -> list[Option]:
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

    def _first(self, entries: list[HomeEntry]) -> str:
        """Return what is highlighted before anyone moved: the loaded model, else what opens."""
        loaded = [entry.key for entry in entries if self._view.is_current(entry)]
        opening = [entry.key for entry in entries if entry.opens]
        return next(iter([*loaded, *opening, *self._entries]), "")

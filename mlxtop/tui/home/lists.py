"""The lists of the first screen, filtered by the typed text."""

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
    f"None yet. Type an id above, for example {EXAMPLE}: mlxtop asks, then downloads it; "
    f"or run: hf download {EXAMPLE}"
)
_NO_RECORDINGS = "None yet: a run is recorded from its first message."
_SHIPPED = "none of your own yet; these came with mlxtop"

AtPath = ModelInfo | RecordingInfo | None
"""What is at the typed path."""


@dataclass(frozen=True)
class Section:
    """One list under its heading."""

    title: str
    note: str = ""
    entries: list[HomeEntry] = field(default_factory=list)
    empty: str = ""
    """Shown if there are no entries; if empty, the section is left out then."""


@dataclass(frozen=True)
class Lists:
    """Everything found so far."""

    limit: MemoryLimit
    models: tuple[ModelInfo, ...] = ()
    demo: ModelInfo | None = None
    recordings: tuple[RecordingInfo, ...] | None = None
    """None until they are read."""
    shipped: bool = False
    """Whether the recordings are those shipped with mlxtop, if the user has none."""
    reading: bool = True
    away: str = ""
    """A sentence if the chosen cache does not exist."""

    def sections(self, text: str, at_path: AtPath = None) -> list[Section]:
        """Return the lists with only the entries that match the text.

        `at_path` is what is at the typed path.
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
    """Return whether a text is a path, not a name or an id."""
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
    """What the lists show."""

    sections: list[Section]
    current: str = ""
    """Path or id of the loaded model."""
    nothing: str = ""
    """Shown if no entry is left."""

    def entries(self) -> list[HomeEntry]:
        """Return all entries in their order."""
        return [entry for section in self.sections for entry in section.entries]

    def is_current(self, entry: HomeEntry) -> bool:
        """Return whether an entry is the loaded model."""
        return bool(self.current) and self.current in (entry.value, entry.name)


class Choices(OptionList):
    """Sections with their entries; it never takes the focus, so that typing always filters."""

    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._view = ListsView([])
        self._entries: dict[str, HomeEntry] = {}
        self._picked = ""

    def show(self, view: ListsView) -> None:
        """Show the lists; the highlight stays on its entry while it exists."""
        self._view = view
        entries = view.entries()
        self._entries = {entry.key: entry for entry in entries}
        self.set_options(self._rows(view, entries))
        key = self._picked if self._picked in self._entries else self._first(entries)
        self.highlighted = self.get_option_index(key) if key else None
        if entries and key == entries[0].key:
            self.scroll_home(animate=False)  # show its heading too

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self.show(self._view)

    def picked(self) -> HomeEntry | None:
        """Return the entry that is highlighted."""
        option = self.highlighted_option
        return self._entries.get(option.id) if option and option.id else None

    def pick(self, key: str) -> None:
        """Keep an entry highlighted when more entries are found; an empty key releases it."""
        self._picked = key

    async def move(self, action: str) -> None:
        """Move the highlight by one of this widget's actions and keep it there."""
        await self.run_action(action)
        if (entry := self.picked()) is not None:
            self.pick(entry.key)

    def _rows(self, view: ListsView, entries: list[HomeEntry]) -> list[Option]:
        # Two cells of padding; the scrollbar always has its cell.
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
        """Return the initial highlight: the loaded model, or the first entry that opens."""
        loaded = [entry.key for entry in entries if self._view.is_current(entry)]
        opening = [entry.key for entry in entries if entry.opens]
        return next(iter([*loaded, *opening, *self._entries]), "")

"""Everything that the first screen knows, and the rows it comes to for what was typed."""

from dataclasses import dataclass, field
from pathlib import Path

from mlxtop.models.catalogue import ModelInfo
from mlxtop.models.fits import MemoryLimit
from mlxtop.models.locate import hub_id
from mlxtop.recording.library import RecordingInfo
from mlxtop.tui.home.entries import (
    Entry,
    demo_entry,
    download_entry,
    model_entry,
    path_entry,
    recording_entry,
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
    entries: list[Entry] = field(default_factory=list)
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

    def _models(self, words: list[str]) -> list[Entry]:
        """Return matching models, those that cannot be loaded last."""
        entries = [model_entry(model, self.limit) for model in self.models]
        found = [entry for entry in entries if entry.matches(words)]
        return sorted(found, key=lambda entry: bool(entry.reason))

    def _at_path(self, text: str, at_path: AtPath) -> list[Entry]:
        match at_path:
            case ModelInfo() as model:
                return [path_entry(text.strip(), model, self.limit)]
            case RecordingInfo() as recording:
                return [recording_entry(recording)]
        return []

    def _download(self, text: str) -> list[Entry]:
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

"""Entries of the first screen, as columns of text."""

import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rich.cells import cell_len
from textual.content import Content

from mlxtop import format as fmt
from mlxtop.models.catalogue import ModelInfo
from mlxtop.models.fits import MemoryLimit, judge
from mlxtop.recording.library import RecordingInfo
from mlxtop.text import fit, one_line

Kind = Literal["model", "demo", "recording", "download"]
Tone = Literal["", "$quiet", "$warning", "$error"]
_PROMPT_LENGTH = 48
"""Characters of a prompt in a row, so that figures stay near the names."""


@dataclass(frozen=True)
class HomeEntry:
    """One row that can be chosen."""

    key: str
    """Unique among all entries."""
    kind: Kind
    value: str
    """The path to open, or the id to download."""
    name: str
    size: str = ""
    detail: str = ""
    """Quantization, or how long a recording is."""
    short: str = ""
    """`detail` for narrow screens."""
    parameters: str = ""
    word: str = ""
    """Whether it fits in memory, or another remark."""
    tone: Tone = "$quiet"
    """Colour of the word."""
    reason: str = ""
    """Why it cannot be opened; replaces the figures."""
    alone: bool = False
    """Whether it is the only entry: then its row does not repeat the reason."""
    about: str = ""
    """The line about it while it is highlighted."""
    needs_code: bool = False
    incomplete: bool = False

    @property
    def opens(self) -> bool:
        """Whether choosing it does something."""
        return not self.reason or self.incomplete

    def matches(self, words: list[str]) -> bool:
        """Return whether the entry contains every word (in lower case)."""
        text = f"{self.kind} {self.name} {self.detail} {self.parameters} {self.word}".lower()
        return all(word in text for word in words)


def model_entry(model: ModelInfo, limit: MemoryLimit, kind: Kind = "model") -> HomeEntry:
    """Return the entry of a model."""
    verdict = judge(model.loaded_bytes, model.cache, limit)
    tones: dict[str, Tone] = {"tight": "$warning", "does not fit": "$error"}
    again = " Enter downloads what is missing." if _resumable(model) else ""
    facts = [
        model.architecture,
        f"context of {fmt.count(model.context_tokens)} tokens" if model.context_tokens else "",
        verdict.sentence() if model.size_bytes else "",
        model.note,
    ]
    return HomeEntry(
        key=f"{kind} {model.path}",
        kind=kind,
        value=str(model.path),
        name="demo" if kind == "demo" else model.id,
        size=fmt.size(model.size_bytes) if model.size_bytes else "",
        detail=model.quantization,
        short=model.quantization.partition(",")[0],
        parameters=fmt.count_short(model.parameters) if model.parameters else "",
        word="" if verdict.word == "unknown" else verdict.word,
        tone=tones.get(verdict.word, "$quiet"),
        reason=model.problem,
        about=model.problem + again if model.problem else " · ".join(filter(None, facts)),
        needs_code=model.needs_code,
        incomplete=_resumable(model),
    )


def _resumable(model: ModelInfo) -> bool:
    """Return whether a download would complete it: only in the cache, not in other directories."""
    return model.incomplete and "snapshots" in model.path.parts


def demo_entry(model: ModelInfo, limit: MemoryLimit) -> HomeEntry:
    """Return the entry of the built-in model."""
    entry = model_entry(model, limit, "demo")
    if entry.reason:
        return entry
    about = "A tiny model made for mlxtop. It explains the panes and gives a tour."
    return HomeEntry(**{**vars(entry), "about": f"{about} {entry.about}"})


def recording_entry(recording: RecordingInfo) -> HomeEntry:
    """Return the entry of a recording: when it began, the model, and the plan or first prompt."""
    begun = fmt.date(recording.wall or recording.modified)[:16]
    model = one_line(recording.model, 120).rpartition("/")[2]
    title = f"bench {recording.plan}" if recording.plan else recording.prompt
    prompt = one_line(title, _PROMPT_LENGTH)
    word, about, tone = _state(recording)
    length = "" if recording.seconds is None else fmt.clock(recording.seconds)
    file = one_line(recording.path.name, 120)
    return HomeEntry(
        key=f"recording {recording.path}",
        kind="recording",
        value=str(recording.path),
        name="  ".join(filter(None, (begun, model or file, prompt))),
        size=fmt.size(recording.bytes),
        detail=length,
        short=length,
        word=word,
        tone=tone,
        reason=one_line(recording.reason, 300),
        about=f"{file} {one_line(recording.reason, 300)}"
        if recording.problem
        else f"{file} · {about}",
    )


def _state(recording: RecordingInfo) -> tuple[str, str, Tone]:
    if recording.running:
        return "running", "a run is writing it now", "$quiet"
    if recording.clean is False and not recording.problem:
        return (
            "incomplete",
            "the run broke off; everything up to then is here",
            "$warning",
        )
    if recording.engine_died:
        return (
            "engine died",
            "the engine's process died during the run; f in the replay says why",
            "$warning",
        )
    if not recording.text:
        return "no text", "without prompts and replies", "$quiet"
    return "", "opens as a replay", "$quiet"


def download_entry(model_id: str) -> HomeEntry:
    """Return the entry that downloads a model from the hub."""
    return HomeEntry(
        key=f"download {model_id}",
        kind="download",
        value=model_id,
        name=model_id,
        word="download…",
        about="Not in the cache: Enter asks the Hugging Face hub for its size, then asks you.",
    )


def path_entry(path: str, model: ModelInfo, limit: MemoryLimit) -> HomeEntry:
    """Return the entry of a typed model directory."""
    entry = model_entry(model, limit)
    where = one_line(str(Path(path).expanduser()) if path.startswith("~") else path, 200)
    more = {"key": f"path {path}", "name": where, "incomplete": False, "alone": True}
    return HomeEntry(**{**vars(entry), **more})


_GAP = "  "


@dataclass(frozen=True)
class Columns:
    """Cells of each column; 0 leaves it out."""

    name: int
    size: int
    detail: int
    parameters: int
    word: int

    @property
    def figures(self) -> int:
        """Cells of all columns after the name."""
        return sum(len(_GAP) + cells for cells in self.after_name if cells)

    @property
    def after_name(self) -> tuple[int, int, int, int]:
        """The columns after the name."""
        return self.size, self.detail, self.parameters, self.word


def columns(width: int, entries: list[HomeEntry]) -> Columns:
    """Return the columns for a width; the name gets the rest."""
    room = max(4, width - 2)
    if room < 44:
        parts = (8 if room >= 26 else 0, 0, 0, 0)
    elif room < 66:
        parts = (8, 0, 0, 12)
    elif room < 92:
        parts = (8, 8, 7, 12)
    else:
        longest = max((cell_len(entry.detail) for entry in entries), default=0)
        parts = (8, min(max(longest, 8), 28), 7, 12)
    name = room - sum(len(_GAP) + cells for cells in parts if cells)
    # On a wide screen figures stay near their names.
    longest = max((cell_len(entry.name) for entry in entries), default=20)
    return Columns(max(4, min(name, max(longest, 30))), *parts)


def of_recordings(shape: Columns, recordings: list[HomeEntry]) -> Columns:
    """Return the columns of recordings: long names get the cells of unused columns."""
    longest = max((cell_len(entry.name) for entry in recordings), default=0)
    if longest <= shape.name:
        return shape
    word = shape.word if any(entry.word for entry in recordings) else 0
    detail = min(shape.detail, max(cell_len(entry.detail) for entry in recordings))
    narrow = replace(shape, detail=detail, parameters=0, word=word)
    free = shape.figures - narrow.figures
    return replace(narrow, name=min(longest, shape.name + free))


def row(entry: HomeEntry, shape: Columns, width: int, current: bool) -> Content:
    """Return the row of an entry: two cells for the cursor sign, then the columns."""
    mark: str | tuple[str, str] = ("● ", "$primary") if current else "  "
    # A prompt in the name may contain slashes.
    whole = entry.name if entry.kind == "recording" else _short(entry.name, shape.name)
    name = fit(whole, shape.name)
    if entry.reason:
        room = width - 2 - shape.name - len(_GAP)
        reason = _GAP + fit(entry.reason, room) if room >= 12 and not entry.alone else ""
        return Content.assemble(mark, (name + reason, "$quiet"))
    detail = entry.detail if shape.detail >= cell_len(entry.detail) else entry.short
    parts: list[str | tuple[str, str]] = [mark, name]
    for text, cells, style, right in (
        (entry.size, shape.size, "", True),
        (detail, shape.detail, "$quiet", False),
        (entry.parameters, shape.parameters, "$quiet", True),
        (entry.word, shape.word, entry.tone, False),
    ):
        if cells:
            parts += [_GAP, (fit(text, cells, right), style)]
    return Content.assemble(*parts)


def heading(title: str, note: str) -> Content:
    """Return the line over a list."""
    return Content.assemble((title, "bold $primary"), (f"  {note}" if note else "", "$quiet"))


def hint(text: str, width: int) -> Content:
    """Return a sentence shown instead of entries."""
    lines = textwrap.wrap(text, max(8, width - 2), break_on_hyphens=False)
    return Content.styled("\n".join(f"  {line}" for line in lines), "$quiet")


def _short(name: str, cells: int) -> str:
    """Return the name without its owner if both do not fit: "…/Qwen3-8B-4bit"."""
    owner, slash, rest = name.rpartition("/")
    return f"…/{rest}" if slash and owner and cell_len(name) > cells else name

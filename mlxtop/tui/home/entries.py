"""What the first screen lists: each entry as columns of text, whatever it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mlxtop import format as fmt
from mlxtop.models.catalogue import ModelInfo
from mlxtop.models.fits import MemoryLimit, judge
from mlxtop.recording.library import RecordingInfo
from mlxtop.text import one_line

Kind = Literal["model", "demo", "recording", "download"]
Tone = Literal["", "$quiet", "$warning", "$error"]
_PROMPT_LENGTH = 48
"""Characters of a prompt in a row: more would move the figures away from the names."""


@dataclass(frozen=True)
class Entry:
    """One row that can be chosen."""

    key: str
    """Tells it from every other entry."""
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
    """Whether it fits, or what is special about it."""
    tone: Tone = "$quiet"
    """Colour of the word."""
    reason: str = ""
    """Why it cannot be opened; stands in place of the figures."""
    alone: bool = False
    """Whether it is the only one there is: what is said about it need not stand in its row too."""
    about: str = ""
    """What is said about it while it is highlighted."""
    needs_code: bool = False
    incomplete: bool = False

    @property
    def opens(self) -> bool:
        """Whether choosing it does something."""
        return not self.reason or self.incomplete

    def matches(self, words: list[str]) -> bool:
        """Return whether every word (in lower case) is found in the entry."""
        text = f"{self.kind} {self.name} {self.detail} {self.parameters} {self.word}".lower()
        return all(word in text for word in words)


def model_entry(model: ModelInfo, limit: MemoryLimit, kind: Kind = "model") -> Entry:
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
    return Entry(
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
    """Return whether a download would complete it: a directory of one's own is left alone."""
    return model.incomplete and "snapshots" in model.path.parts


def demo_entry(model: ModelInfo, limit: MemoryLimit) -> Entry:
    """Return the entry of the built-in model."""
    entry = model_entry(model, limit, "demo")
    if entry.reason:
        return entry
    about = "A tiny model made for mlxtop: it explains what each pane shows and gives a tour."
    return Entry(**{**vars(entry), "about": f"{about} {entry.about}"})


def recording_entry(recording: RecordingInfo) -> Entry:
    """Return the entry of a recording: when it began, the model, and the plan or first prompt."""
    begun = fmt.date(recording.wall or recording.modified)[:16]
    model = one_line(recording.model, 120).rpartition("/")[2]
    title = f"bench {recording.plan}" if recording.plan else recording.prompt
    prompt = one_line(title, _PROMPT_LENGTH)
    word, about, tone = _state(recording)
    length = "" if recording.seconds is None else fmt.clock(recording.seconds)
    file = one_line(recording.path.name, 120)
    return Entry(
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
            "unclean",
            "its run ended without being closed: all that was written is here",
            ("$warning"),
        )
    if recording.engine_died:
        return "engine died", "the engine's process ended in it; f there says why", "$warning"
    if not recording.text:
        return "no text", "prompts and replies were left out", "$quiet"
    return "", "opens as a replay", "$quiet"


def download_entry(model_id: str) -> Entry:
    """Return the entry that fetches a model of the hub."""
    return Entry(
        key=f"download {model_id}",
        kind="download",
        value=model_id,
        name=model_id,
        word="download…",
        about="Not in the cache: Enter asks the Hugging Face hub for its size, then asks you.",
    )


def path_entry(path: str, model: ModelInfo, limit: MemoryLimit) -> Entry:
    """Return the entry of a model directory that was typed."""
    entry = model_entry(model, limit)
    where = one_line(str(Path(path).expanduser()) if path.startswith("~") else path, 200)
    more = {"key": f"path {path}", "name": where, "incomplete": False, "alone": True}
    return Entry(**{**vars(entry), **more})

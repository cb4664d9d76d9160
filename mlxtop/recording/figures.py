"""The figures of a whole recording, small enough to keep for hundreds of recordings."""

import msgspec

from mlxtop import events
from mlxtop.events import Sampling
from mlxtop.figures import PRESSURE_LEVELS
from mlxtop.recording.benchmarks import PointFigures


class TurnFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """A turn in short."""

    number: int
    prompt: str = ""
    prompt_tokens: int = 0
    tokens: int = 0
    """Generated."""
    ttft_seconds: float | None = None
    tokens_per_second: float | None = None
    """Decode speed: (n − 1) / (last − first token's time); with a draft model or in a batch without
    the whole first step."""
    finish_reason: str = ""
    """Empty if its end was not recorded."""


class NotedMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mark: seconds from the recording's beginning, and its note."""

    seconds: float
    note: str = ""


class Figures(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of a whole recording; None if one is not known."""

    header: events.Header
    """As in the file, but without sensors and host."""
    wires: bool = False
    """Whether it has wired memory as macOS counts it."""
    seconds: float = 0.0
    """From its beginning to its last event."""
    clean: bool = False
    engine_died: bool = False
    """Whether the engine's process ended in it, restarted or not."""
    models: list[str] = []
    quantization: str = ""
    device: str = ""
    settings: list[Sampling] = []
    """The first five that differ."""
    prompt: str = ""
    """The beginning of the first prompt with a turn in it: earlier ones are context."""
    turns: int = 0
    tokens: int = 0
    """Tokens generated in all turns."""
    tokens_per_second: float | None = None
    """Median decode speed. For benchmarks over valid trials; with a chat over tokens: the turns are
    sorted by speed, and the turn with the middle token of all gives the median, so that short
    replies have little effect."""
    ttft_seconds: float | None = None
    """The median over all turns with a token; for benchmarks over valid trials only."""
    first_turns: list[TurnFigures] = []
    """The first twenty."""
    chats: int = 0
    """Turns that are not part of a benchmark."""
    plans: list[str] = []
    """The kinds of plan of its benchmarks, each once."""
    outcome: events.PlanEnd | None = None
    """How its last benchmark ended; None if none did."""
    points: list[PointFigures] = []
    """The first twenty points of its benchmarks."""
    point_count: int = 0
    marks: int = 0
    first_marks: list[NotedMark] = []
    """The first twenty."""
    peak_bytes: dict[str, int] = {}
    """Highest reading of memory: `wired` (macOS), `unevictable` (Linux), `used`, `gpu`, `mlx`."""
    worst_level: int | None = None
    """The worst memory pressure: 0 normal, 1 warn, 2 critical; read, or derived if it is not."""
    errors: int = 0
    last_error: str = ""
    column_seconds: float = 0.0
    """Length of a column of the next two fields."""
    rates: list[float | None] = []
    """Tokens/s over the run."""
    memory: list[int | None] = []
    """Bytes over the run: wired memory on macOS, used memory elsewhere."""
    bad_lines: int = 0
    """Lines that are not an event, or one with invalid values."""
    cut_off: bool = False
    """Whether it is compressed and its end is missing."""
    remarks: list[str] = []
    """What the reader reports about the file, one sentence each."""

    @property
    def what(self) -> str:
        """`chat`, `watch`, `bench` with its kind of plan or their number, or `chat, bench`."""
        if self.plans:
            kind = self.plans[0] if len(self.plans) == 1 else f"{len(self.plans)} plans"
            return "chat, bench" if self.chats else f"bench {kind}"
        # Only a watched machine is recorded from the beginning and has no engine.
        return "chat" if self.turns or self.device else "watch"

    @property
    def damaged(self) -> bool:
        """Whether it lost lines."""
        return self.cut_off or self.bad_lines > 0

    @property
    def pressure(self) -> str:
        """The worst pressure level in a word; empty if none is known."""
        words = dict(enumerate(PRESSURE_LEVELS.words))
        return "" if self.worst_level is None else words.get(self.worst_level, "")

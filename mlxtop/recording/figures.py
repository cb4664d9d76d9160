"""The figures of a whole recording, small enough to be kept for hundreds of them."""

import msgspec

from mlxtop import events
from mlxtop.events import Sampling
from mlxtop.figures import PRESSURE_LEVELS
from mlxtop.recording.benchmarks import PointFigures


class TurnFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """A turn in a line."""

    number: int
    prompt: str = ""
    prompt_tokens: int = 0
    tokens: int = 0
    """Generated."""
    ttft_seconds: float | None = None
    tokens_per_second: float | None = None
    """Of decode: (n − 1) / (last − first token's time); with a draft model and in a batch without
    the whole first step."""
    finish_reason: str = ""
    """Empty where no end of it was recorded."""


class NotedMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mark: seconds from the recording's beginning, and its note."""

    seconds: float
    note: str = ""


class Figures(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a whole recording tells; None where a figure is not known."""

    header: events.Header
    """As it stands in the file, but without sensors and host."""
    wires: bool = False
    """It holds wired memory as macOS counts it."""
    seconds: float = 0.0
    """From its beginning to its last event."""
    clean: bool = False
    engine_died: bool = False
    """The engine's process ended in it, whether it was started again or not."""
    models: list[str] = []
    quantization: str = ""
    device: str = ""
    settings: list[Sampling] = []
    """The first five that differ."""
    prompt: str = ""
    """The beginning of the first prompt of a turn in it: earlier ones are context."""
    turns: int = 0
    tokens: int = 0
    """Generated in all turns together."""
    tokens_per_second: float | None = None
    """Of decode. Of benchmarks the median over valid trials; with a chat the median over tokens:
    the rate of the turn that the middle one of all tokens lies in, where turns are ordered by
    their rate. A short reply does not pull it."""
    ttft_seconds: float | None = None
    """The median over all turns that gave a token; of benchmarks valid trials only."""
    first_turns: list[TurnFigures] = []
    """The first twenty."""
    chats: int = 0
    """Turns that no benchmark asked for."""
    plans: list[str] = []
    """The kinds of plan of the benchmarks in it, each once."""
    outcome: events.PlanEnd | None = None
    """How the last benchmark in it ended; None where none did."""
    points: list[PointFigures] = []
    """The first twenty points of its benchmarks."""
    point_count: int = 0
    marks: int = 0
    first_marks: list[NotedMark] = []
    """The first twenty."""
    peak_bytes: dict[str, float] = {}
    """Highest reading of memory: `wired` (macOS), `unevictable` (Linux), `used`, `gpu`, `mlx`."""
    worst_level: int | None = None
    """Of the memory pressure: 0 normal, 1 warn, 2 critical; read, or derived where it is not."""
    errors: int = 0
    last_error: str = ""
    column_seconds: float = 0.0
    """Length of a column of the two that follow."""
    rates: list[float | None] = []
    """Tokens/s over the run."""
    memory: list[float | None] = []
    """Bytes over the run: wired memory on macOS, used memory elsewhere."""
    bad_lines: int = 0
    """Lines that hold no event, or one that cannot be true."""
    cut_off: bool = False
    """It is packed, and its end is missing."""
    remarks: list[str] = []
    """What the reader says of the file, a sentence each."""

    @property
    def what(self) -> str:
        """`chat`, `watch`, `bench` with its kind of plan or their number, or `chat, bench`."""
        if self.plans:
            kind = self.plans[0] if len(self.plans) == 1 else f"{len(self.plans)} plans"
            return "chat, bench" if self.chats else f"bench {kind}"
        # Only what is watched is recorded from its beginning, and has no engine.
        return "chat" if self.turns or self.device else "watch"

    @property
    def damaged(self) -> bool:
        """Whether lines of it are lost."""
        return self.cut_off or self.bad_lines > 0

    @property
    def pressure(self) -> str:
        """The worst pressure level in a word; empty where none is known."""
        words = dict(enumerate(PRESSURE_LEVELS.words))
        return "" if self.worst_level is None else words.get(self.worst_level, "")

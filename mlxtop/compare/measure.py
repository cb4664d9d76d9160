"""The figures and conditions of one recording, collected in one pass."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent, Sampling
from mlxtop.pressure import LEVEL_FIGURES, LEVEL_WORDS, pressure_level
from mlxtop.timeline.turn import percentile

COMPARED = ("stop", "length")
"""Only replies that ran their course are measured."""
HELD_SECONDS = 1.5
"""How long a reading before a reply counts as one of the reply."""


@dataclass
class Measured:
    """What a recording says of its replies and of the machine while they were given."""

    header: events.Header
    models: list[str] = field(default_factory=list)
    quantization: str = ""
    samplings: list[Sampling] = field(default_factory=list)
    turns: int = 0
    left_out: int = 0
    """Replies that were stopped, failed, or not ended."""
    intervals: list[list[float]] = field(default_factory=list)
    """Seconds between the tokens of each reply."""
    curve: list[float] = field(default_factory=list)
    """Times of the first measured reply's tokens, from its first token on."""
    ttft: list[float] = field(default_factory=list)
    prompt_rates: list[float] = field(default_factory=list)
    generated: int = 0
    mlx_peak_bytes: int | None = None
    peaks: dict[str, float] = field(default_factory=dict)
    """Highest reading of each figure during measured replies."""
    worst_level: float | None = None

    @property
    def seconds(self) -> float:
        """Time between first and last token, over all measured replies."""
        return math.fsum(map(math.fsum, self.intervals))

    @property
    def rate(self) -> float | None:
        """Tokens/s: intervals over their time, (n − 1) / Δt of all replies together."""
        count, seconds = sum(map(len, self.intervals)), self.seconds
        return count / seconds if count and seconds > 0 else None

    def latency(self, share: float) -> float | None:
        """Return the inter-token time in seconds below which a share (0–1) of them lies."""
        ordered = sorted(interval for reply in self.intervals for interval in reply)
        return percentile(ordered, share) if ordered else None

    @property
    def median_ttft(self) -> float | None:
        """Seconds to the first token, the median over the replies."""
        return statistics.median(self.ttft) if self.ttft else None

    @property
    def median_prompt_rate(self) -> float | None:
        """Prompt tokens/s as mlx-lm counts them, the median over the replies."""
        return statistics.median(self.prompt_rates) if self.prompt_rates else None

    @property
    def pressure(self) -> str:
        """The worst pressure level during measured replies, in a word; empty if unknown."""
        return "" if self.worst_level is None else LEVEL_WORDS.get(int(self.worst_level), "")


@dataclass
class _Open:
    start: events.TurnStart
    times: list[float] = field(default_factory=list)
    peaks: dict[str, float] = field(default_factory=dict)
    level: float | None = None


def measure(recording: Iterable[AnyEvent]) -> Measured:
    """Return the figures of a recording, whose header comes first."""
    stream = iter(recording)
    header = next(stream)
    assert isinstance(header, events.Header)
    found = Measured(header)
    turn: _Open | None = None
    now: dict[str, float | None] = {}
    read_at: dict[str, float] = {}
    for event in stream:
        match event:
            case events.LoadEnd() if not event.error:
                if event.model not in found.models:
                    found.models.append(event.model)
                found.quantization = event.quantization
            case events.MlxMemory():
                found.mlx_peak_bytes = max(found.mlx_peak_bytes or 0, event.peak_bytes)
            case events.TurnStart():
                found.left_out += turn is not None
                turn = _Open(event)
                # A reading at a low rate still holds where a reply is shorter than its interval.
                held = {n: now[n] for n, t in read_at.items() if event.t - t <= HELD_SECONDS}
                _see(turn, held, now)
            case events.Tokens() if turn is not None and event.turn == turn.start.turn:
                turn.times += event.times
            case events.TurnEnd() if turn is not None and event.turn == turn.start.turn:
                _finish(found, turn, event)
                turn = None
            case events.Sample():
                now.update(event.values)
                read_at.update(dict.fromkeys(event.values, event.t))
                if turn is not None:
                    _see(turn, event.values, now)
            case _:
                pass
    found.left_out += turn is not None
    return found


def _see(turn: _Open, values: dict[str, float | None], now: dict[str, float | None]) -> None:
    for name, value in values.items():
        if value is not None:
            turn.peaks[name] = max(turn.peaks.get(name, -math.inf), value)
    told = {name: now.get(name) for name in ("pressure.level", *LEVEL_FIGURES)}
    level = pressure_level(told)
    if level is not None:
        turn.level = level if turn.level is None else max(turn.level, level)


def _finish(found: Measured, turn: _Open, end: events.TurnEnd) -> None:
    if end.finish_reason not in COMPARED or len(turn.times) < 2:
        found.left_out += 1
        return
    found.turns += 1
    found.generated += end.generation_tokens
    if turn.start.sampling not in found.samplings:
        found.samplings.append(turn.start.sampling)
    times = sorted(turn.times)
    found.intervals.append([later - earlier for earlier, later in pairwise(times)])
    if not found.curve:
        found.curve = [t - times[0] for t in times]
    if end.ttft_seconds is not None:
        found.ttft.append(end.ttft_seconds)
    if end.prompt_tokens_per_second is not None:
        found.prompt_rates.append(end.prompt_tokens_per_second)
    for name, value in turn.peaks.items():
        found.peaks[name] = max(found.peaks.get(name, -math.inf), value)
    if turn.level is not None:
        found.worst_level = max(found.worst_level or 0.0, turn.level)


def settings_words(samplings: list[Sampling]) -> str:
    """Return the sampling settings that differ from the defaults, in words."""
    if not samplings:
        return "—"
    if len(samplings) > 1:
        return f"{len(samplings)} different ones"
    changed = msgspec.to_builtins(samplings[0])
    return ", ".join(f"{name} {value}" for name, value in changed.items()) or "mlx-lm's defaults"

"""The figures of a recording, collected in one pass and in little memory, however long it is."""

import math
import statistics
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent, Sampling
from mlxtop.pressure import LEVEL_FIGURES, pressure_level
from mlxtop.recording.benched import POINTS_KEPT, Benched, Measured
from mlxtop.recording.curve import Curve
from mlxtop.recording.figures import Figures, NotedMark, TurnFigures
from mlxtop.recording.library import PROMPT_LENGTH, wires
from mlxtop.recording.report import ReadReport
from mlxtop.text import one_line

TURNS_KEPT = MARKS_KEPT = 20
SETTINGS_KEPT = 5
_MEMORY = {
    "memory.wired_bytes": "wired",
    "memory.used_bytes": "used",
    "gpu.memory_used_bytes": "gpu",
}


@dataclass
class _Turn:
    number: int
    prompt: str
    asked: float
    purpose: events.Purpose | None = None
    tokens: int = 0
    """Those whose times are known."""
    generated: int = 0
    """As mlx-lm counts them, at the turn's end."""
    first: float | None = None
    at_first: int = 0
    """Tokens that came with the first one: more than it in a batch."""
    last: float = 0.0

    @property
    def decoded(self) -> int:
        """Tokens that came after the first one."""
        return self.tokens - self.at_first

    @property
    def rate(self) -> float | None:
        # As timeline/turn.py has it, of the turn's first and last token alone.
        if self.tokens < 2 or self.first is None or self.last <= self.first:
            return None
        return self.decoded / (self.last - self.first)


class Tally:
    """Takes the events of a recording one by one; holds no more than what is shown."""

    def __init__(self, header: events.Header) -> None:
        self._header = header
        self._wires = wires(header)
        self._last_t = header.t
        self._clean = False
        self._models: list[str] = []
        self._quantization = self._device = self._prompt = self._first_prompt = ""
        self._settings: list[Sampling] = []
        self._turn: _Turn | None = None
        self._turns = self._chats = self._tokens = self._marks = self._errors = 0
        self._rates: list[tuple[int, float, int]] = []
        """Each turn that may count, its tokens/s, and how many of its tokens came at it."""
        self._ttfts: list[tuple[int, float]] = []
        """Each turn that may count, and its seconds to the first token."""
        self._benched = Benched()
        self._first_turns: list[TurnFigures] = []
        self._first_marks: list[NotedMark] = []
        self._peaks: dict[str, float] = {}
        self._now: dict[str, float | None] = {}
        self._level: float | None = None
        self._level_is_read = False
        self._last_error = ""
        self._curve = Curve()

    def add(self, event: AnyEvent) -> None:
        """Take the next event."""
        self._last_t = max(self._last_t, event.t)
        self._clean = isinstance(event, events.End)
        match event:
            case events.Sample():
                self._sample(event)
            case events.Tokens():
                self._batch(event)
            case events.MlxMemory():
                self._peak("mlx", event.peak_bytes)
            case events.Message() if event.role == "user" and not event.example:
                self._prompt = one_line(event.text or "", PROMPT_LENGTH)
                self._first_prompt = self._first_prompt or self._prompt
            case events.TurnStart():
                self._begin(event)
            case events.TurnEnd():
                self._finish(event)
            case events.LoadEnd() if not event.error:
                if event.model not in self._models:
                    self._models.append(event.model)
                self._quantization = event.quantization
            case events.BenchmarkStart():
                self._benched.begin(event)
            case events.Trial():
                self._benched.judge(event)
            case events.EngineReady():
                self._device = event.device_name or event.device
            case events.Mark():
                self._marks += 1
                if self._marks <= MARKS_KEPT:
                    note = one_line(event.note, PROMPT_LENGTH)
                    self._first_marks.append(NotedMark(event.t - self._header.t, note))
            case events.Error():
                self._errors += 1
                self._last_error = one_line(event.text, 300)
            case _:
                pass

    def _sample(self, event: events.Sample) -> None:
        values = event.values
        shown = "memory.wired_bytes" if self._wires else "memory.used_bytes"
        for name, kind in _MEMORY.items():
            if (value := values.get(name)) is not None:
                if kind == "wired" and not self._wires:
                    kind = "unevictable"
                self._peak(kind, value)
                if name == shown:
                    self._curve.memory(event.t - self._header.t, value)
        if "pressure.level" in values:
            self._level_is_read = True
            self._see(values["pressure.level"])
        elif not self._level_is_read:
            self._now.update((name, values[name]) for name in LEVEL_FIGURES if name in values)
            self._see(pressure_level(self._now))

    def _see(self, level: float | None) -> None:
        if level is not None and math.isfinite(level):
            self._level = level if self._level is None else max(self._level, level)

    def _peak(self, kind: str, value: float) -> None:
        if math.isfinite(value):
            self._peaks[kind] = max(self._peaks.get(kind, value), value)

    def _begin(self, event: events.TurnStart) -> None:
        self._close("")
        self._turn = _Turn(event.turn, self._prompt, event.t, event.purpose)
        if event.purpose is None:
            self._chats += 1
        else:
            self._benched.ask(event.purpose)
        if event.sampling not in self._settings and len(self._settings) < SETTINGS_KEPT:
            self._settings.append(event.sampling)

    def _batch(self, event: events.Tokens) -> None:
        turn, times = self._turn, event.times
        if turn is None or turn.number != event.turn or not times:
            return
        intervals, since = len(times), turn.last
        if turn.first is None:
            turn.first = since = times[0]
            turn.at_first = bisect_right(times, times[0])
            intervals -= turn.at_first
        turn.last = times[-1]
        turn.tokens += len(times)
        self._curve.tokens(times[-1] - self._header.t, intervals, times[-1] - since)

    def _finish(self, event: events.TurnEnd) -> None:
        turn = self._turn
        if turn is not None and turn.number == event.turn:
            turn.generated = event.generation_tokens
            self._close(event.finish_reason, event.prompt_tokens)

    def _close(self, reason: str, prompt_tokens: int = 0) -> None:
        turn = self._turn
        if turn is None:
            return
        line = _line(turn, reason, prompt_tokens)
        self._turn = None
        self._turns += 1
        self._tokens += line.tokens
        self._rates += _rates(turn, line)
        self._ttfts += _ttfts(turn, line)
        if turn.purpose is not None:
            found = Measured(line.tokens_per_second, line.ttft_seconds)
            self._benched.measure(turn.number, found)
        if len(self._first_turns) < TURNS_KEPT:
            self._first_turns.append(line)

    def figures(self, report: ReadReport | None = None) -> Figures:
        """Return what is known so far; a turn that goes on counts as it stands.

        `report` is what the reader found in the file.
        """
        going_on, rates, ttfts = [], [*self._rates], [*self._ttfts]
        if (turn := self._turn) is not None:
            line = _line(turn, "", 0)
            going_on.append(line)
            rates += _rates(turn, line)
            ttfts += _ttfts(turn, line)
        out, points = self._benched.not_valid, self._benched.points
        counted = [(rate, weight) for number, rate, weight in rates if number not in out]
        waits = [ttft for number, ttft in ttfts if number not in out]
        return Figures(
            header=msgspec.structs.replace(self._header, sensors=[], host=""),
            wires=self._wires,
            seconds=self._last_t - self._header.t,
            clean=self._clean,
            models=list(self._models),
            quantization=self._quantization,
            device=self._device,
            settings=list(self._settings),
            prompt=self._first_prompt,
            turns=self._turns + len(going_on),
            tokens=self._tokens + sum(line.tokens for line in going_on),
            tokens_per_second=weighted_median(counted),
            ttft_seconds=statistics.median(waits) if waits else None,
            first_turns=(self._first_turns + going_on)[:TURNS_KEPT],
            chats=self._chats,
            plans=self._benched.plans,
            points=points[:POINTS_KEPT],
            point_count=len(points),
            marks=self._marks,
            first_marks=list(self._first_marks),
            peak_bytes=dict(self._peaks),
            worst_level=None if self._level is None else int(self._level),
            errors=self._errors,
            last_error=self._last_error,
            column_seconds=self._curve.seconds,
            rates=self._curve.rates,
            memory=self._curve.highest,
            bad_lines=0 if report is None else report.bad,
            cut_off=report is not None and report.cut_off,
            remarks=[] if report is None else report.remarks(),
        )


def _rates(turn: _Turn, line: TurnFigures) -> list[tuple[int, float, int]]:
    if line.tokens_per_second is None or not _may_count(turn):
        return []
    return [(turn.number, line.tokens_per_second, turn.decoded)]


def _ttfts(turn: _Turn, line: TurnFigures) -> list[tuple[int, float]]:
    if line.ttft_seconds is None or not _may_count(turn):
        return []
    return [(turn.number, line.ttft_seconds)]


def _may_count(turn: _Turn) -> bool:
    return turn.purpose is None or turn.purpose.what == "trial"


def weighted_median(values: Iterable[tuple[float, int]]) -> float | None:
    """Return the value in the middle where each stands as often as its weight says.

    The mean of the two in the middle where there are two; None for nothing.
    """
    ordered = sorted(values)
    half, before = sum(weight for _, weight in ordered) / 2, 0
    middle: list[float] = []
    for value, weight in ordered:
        before += weight
        if before >= half:
            middle.append(value)
        if before > half:
            break
    return statistics.fmean(middle) if middle else None


def _line(turn: _Turn, reason: str, prompt_tokens: int) -> TurnFigures:
    return TurnFigures(
        number=turn.number,
        prompt=turn.prompt,
        prompt_tokens=prompt_tokens,
        tokens=turn.generated or turn.tokens,
        ttft_seconds=None if turn.first is None else turn.first - turn.asked,
        tokens_per_second=turn.rate,
        finish_reason=reason,
    )

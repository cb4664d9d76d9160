"""The figures of a recording of any length, collected in one pass and in little memory."""

from typing import ClassVar

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent, Sampling
from mlxtop.folds.fold import Fold, takes
from mlxtop.recording.benchmarks import POINTS_KEPT, BenchmarksFold, MeasuredPlan
from mlxtop.recording.curve import Curve, HighestReadings
from mlxtop.recording.figures import Figures, NotedMark, TurnFigures
from mlxtop.recording.library import PROMPT_LENGTH, wires
from mlxtop.recording.report import ReadReport
from mlxtop.recording.turns import CountedTurn, Speeds
from mlxtop.text import one_line

TURNS_KEPT = MARKS_KEPT = 20
SETTINGS_KEPT = 5


class Totals(Fold):
    """Takes the events of a recording one by one; keeps only the figures."""

    LEAVES_OUT: ClassVar = {
        "it is given at the beginning": (events.Header,),
        "`add` looks at it": (events.End,),
        "not a figure of a whole recording": (
            *(events.Anchor, events.LoadStart, events.LoadProgress, events.Unload),
            *(events.Conversation, events.Prefill, events.Breakdown, events.Notice),
        ),
    }

    def __init__(self, header: events.Header) -> None:
        self._header = header
        self._wires = wires(header)
        self._drawn = "memory.wired_bytes" if self._wires else "memory.used_bytes"
        """The kind of memory whose curve is drawn."""
        self._last_t = header.t
        self._clean = self._engine_died = False
        self._models: list[str] = []
        self._quantization = self._device = self._prompt = self._first_prompt = ""
        self._settings: list[Sampling] = []
        self._turn: CountedTurn | None = None
        self._turns = self._chats = self._tokens = self._marks = self._errors = 0
        self._speeds = Speeds()
        self._benched = BenchmarksFold()
        self._first_turns: list[TurnFigures] = []
        self._first_marks: list[NotedMark] = []
        self._highest = HighestReadings(header.sensors, wires=self._wires)
        self._last_error = ""
        self._curve = Curve()

    def add(self, event: AnyEvent) -> None:
        """Take the next event."""
        self._last_t = max(self._last_t, event.t)
        self._clean = type(event) is events.End
        self.takers[type(event)](self, event)

    @takes(events.Sample)
    def _sample(self, event: events.Sample) -> None:
        self._highest.sample(event)
        if (value := event.values.get(self._drawn)) is not None:
            self._curve.memory(event.t - self._header.t, value)

    @takes(events.MlxMemory)
    def _mlx_memory(self, event: events.MlxMemory) -> None:
        self._highest.memory("mlx", event.peak_bytes)

    @takes(events.EngineReady)
    def _engine(self, event: events.EngineReady) -> None:
        self._device = event.device_name or event.device

    @takes(events.LoadEnd)
    def _loaded(self, event: events.LoadEnd) -> None:
        if event.error:
            return
        if event.model not in self._models:
            self._models.append(event.model)
        self._quantization = event.quantization

    @takes(events.Message)
    def _message(self, event: events.Message) -> None:
        if event.role != "user" or event.example:
            return
        self._prompt = one_line(event.text or "", PROMPT_LENGTH)
        # A prompt from before the file began, or from an earlier one, is context, not its own.
        if event.t >= self._header.t and not event.restored:
            self._first_prompt = self._first_prompt or self._prompt

    @takes(events.Mark)
    def _mark(self, event: events.Mark) -> None:
        self._marks += 1
        if self._marks <= MARKS_KEPT:
            note = one_line(event.note, PROMPT_LENGTH)
            self._first_marks.append(NotedMark(event.t - self._header.t, note))

    @takes(events.Error)
    def _error(self, event: events.Error) -> None:
        self._errors += 1
        self._engine_died = self._engine_died or event.engine_stopped
        self._last_error = one_line(event.text, 300)

    @takes(events.BenchmarkStart)
    def _benchmark_start(self, event: events.BenchmarkStart) -> None:
        self._benched.begin(event)

    @takes(events.Trial)
    def _trial(self, event: events.Trial) -> None:
        self._benched.judge(event)

    @takes(events.BenchmarkEnd)
    def _benchmark_end(self, event: events.BenchmarkEnd) -> None:
        self._benched.end(event)

    @takes(events.TurnStart)
    def _begin(self, event: events.TurnStart) -> None:
        self._close()
        self._turn = CountedTurn(event, self._prompt)
        if event.purpose is None:
            self._chats += 1
            self._first_prompt = self._first_prompt or self._prompt
        else:
            self._benched.ask(event.purpose)
        if event.sampling not in self._settings and len(self._settings) < SETTINGS_KEPT:
            self._settings.append(event.sampling)

    @takes(events.Tokens)
    def _batch(self, event: events.Tokens) -> None:
        turn = self._turn
        if turn is None or turn.start.turn != event.turn or not event.times:
            return
        tokens, seconds = turn.decode.add(event)
        self._curve.tokens(event.times[-1] - self._header.t, tokens, seconds)

    @takes(events.TurnEnd)
    def _turn_end(self, event: events.TurnEnd) -> None:
        if self._turn is not None and self._turn.start.turn == event.turn:
            self._close(event)

    def _close(self, end: events.TurnEnd | None = None) -> None:
        """Take the figures of the current turn, which ended or broke off."""
        turn, self._turn = self._turn, None
        if turn is None:
            return
        line = turn.line(end)
        self._turns += 1
        self._tokens += line.tokens
        self._speeds.take(turn)
        if turn.start.purpose is not None:
            found = MeasuredPlan(line.tokens_per_second, line.ttft_seconds)
            self._benched.measure(line.number, found)
        if len(self._first_turns) < TURNS_KEPT:
            self._first_turns.append(line)

    def figures(self, report: ReadReport | None = None) -> Figures:
        """Return the figures so far; an open turn counts as it is.

        `report` is what the reader found in the file.
        """
        going_on = [] if self._turn is None else [self._turn.line()]
        rate, ttft = self._speeds.medians(self._turn, self._benched.counted)
        points = self._benched.points
        return Figures(
            header=msgspec.structs.replace(self._header, sensors=[], host=""),
            wires=self._wires,
            seconds=self._last_t - self._header.t,
            clean=self._clean,
            engine_died=self._engine_died,
            models=list(self._models),
            quantization=self._quantization,
            device=self._device,
            settings=list(self._settings),
            prompt=self._first_prompt,
            turns=self._turns + len(going_on),
            tokens=self._tokens + sum(line.tokens for line in going_on),
            tokens_per_second=rate,
            ttft_seconds=ttft,
            first_turns=(self._first_turns + going_on)[:TURNS_KEPT],
            chats=self._chats,
            plans=self._benched.plans,
            outcome=self._benched.outcome,
            points=points[:POINTS_KEPT],
            point_count=len(points),
            marks=self._marks,
            first_marks=list(self._first_marks),
            peak_bytes=self._highest.bytes,
            worst_level=self._highest.level,
            errors=self._errors,
            last_error=self._last_error,
            column_seconds=self._curve.seconds,
            rates=self._curve.rates,
            memory=self._curve.highest,
            bad_lines=0 if report is None else report.bad,
            cut_off=report is not None and report.cut_off,
            remarks=[] if report is None else report.remarks(),
        )

"""The timeline: takes events and answers for any time t."""

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.folds.fold import Fold, takes
from mlxtop.folds.history import History
from mlxtop.folds.turn import Turn
from mlxtop.timeline.benchmark import Benchmark
from mlxtop.timeline.phases import Phases
from mlxtop.timeline.readings import Readings
from mlxtop.timeline.transcript import Transcript

PREROLL_SECONDS = 30.0
"""Seconds before its first event that a recording includes; the timeline begins there."""


_OF_THE_FILE = (events.Header, events.End)


class Timeline(Fold):
    """All events of a run, in memory."""

    def __init__(self) -> None:
        self.version = 0
        """Increased with every event, so that a view knows whether it must draw again."""
        self.header: events.Header | None = None
        self.first: float | None = None
        """Time of the earliest event."""
        self.last: float | None = None
        """Time of the latest event."""
        self.readings = Readings()
        self.ticks = self.readings.ticks
        """Times of all samples, ascending; a step goes from one to the next."""
        self.series = self.readings.series
        """The machine's figures by their names."""
        self.sensors = self.readings.sensors
        """Unit, source and rate of each figure."""
        self.turns: dict[int, Turn] = {}
        self.turn_log: History[Turn] = History()
        self.transcript = Transcript()
        self.phases = Phases()
        self.benchmarks: dict[int, Benchmark] = {}
        """Plans by number, in the order in which they began."""
        self.marks: History[events.Mark] = History()
        """The user's marks, and one at the end of each trial."""
        self.notices: History[events.Notice | events.Error] = History()
        self.engine: History[events.EngineReady] = History()
        self.loading: History[events.LoadStart | events.LoadProgress | events.LoadEnd] = History()
        self.model: History[events.LoadEnd | None] = History()
        self.anchors: History[events.Anchor] = History()
        self.ended: events.End | None = None
        self._begun: float | None = None
        """Time of the first event of a recording: a message, turn or mark."""
        self._let_go: float | None = None
        """Earlier events are not recorded."""

    def add(self, event: AnyEvent) -> None:
        """Store an event. The events of one source are in order; those of others may be late."""
        self.version += 1
        kind, t = type(event), event.t
        # A header and an end belong to a file, not to the run: a live run has others, or none.
        if kind not in _OF_THE_FILE:
            if self.last is None or t > self.last:
                self.last = t
            if self.first is None or t < self.first:
                self.first = t
        self.takers[kind](self, event)

    @takes(events.Header)
    def _header(self, event: events.Header) -> None:
        self.header = event
        self.anchors.add(event.t, events.Anchor(t=event.t, wall=event.wall))
        self.readings.describe(event.sensors)

    @takes(events.End)
    def _end(self, event: events.End) -> None:
        self.ended = event

    @takes(events.Anchor)
    def _anchor(self, event: events.Anchor) -> None:
        self.anchors.add(event.t, event)

    @takes(events.Sample)
    def _sample(self, event: events.Sample) -> None:
        self.readings.sample(event)

    @takes(events.MlxMemory)
    def _mlx_memory(self, event: events.MlxMemory) -> None:
        self.readings.mlx_memory(event)

    @takes(events.EngineReady)
    def _engine_ready(self, event: events.EngineReady) -> None:
        self.engine.add(event.t, event)
        self._nothing_loaded(event.t)

    @takes(events.LoadStart, events.LoadProgress, events.LoadEnd)
    def _load(self, event: events.LoadStart | events.LoadProgress | events.LoadEnd) -> None:
        self.loading.add(event.t, event)
        if isinstance(event, events.LoadStart):
            self.model.add(event.t, None)
            self.phases.begin("load", event.t)
        elif isinstance(event, events.LoadEnd):
            self.model.add(event.t, None if event.error else event)
            self.phases.end(event.t)

    @takes(events.Unload)
    def _unload(self, event: events.Unload) -> None:
        self.model.add(event.t, None)

    @takes(events.Conversation)
    def _conversation(self, event: events.Conversation) -> None:
        self.transcript.conversation(event)

    @takes(events.Message)
    def _message(self, event: events.Message) -> None:
        self.transcript.message(event)
        self._begin(event)

    @takes(events.TurnStart)
    def _turn_start(self, event: events.TurnStart) -> None:
        self._begin(event)
        turn = Turn(event)
        self.turns[event.turn] = turn
        self.turn_log.add(event.t, turn)
        self.transcript.turn(event, turn)
        self.phases.begin("prefill", event.t)
        if event.purpose is not None:
            benchmark = self.benchmarks.get(event.purpose.benchmark)
            if benchmark is not None:
                benchmark.turns.add(event.t, turn)

    @takes(events.Prefill)
    def _prefill(self, event: events.Prefill) -> None:
        if (turn := self.turns.get(event.turn)) is not None:
            turn.prefill.add(event.t, event)

    @takes(events.Tokens)
    def _tokens(self, event: events.Tokens) -> None:
        turn = self.turns.get(event.turn)
        if turn is None or not event.times:
            return
        if not turn.times:
            self.phases.begin("decode", event.times[0])
        turn.add(event)

    @takes(events.TurnEnd)
    def _turn_end(self, event: events.TurnEnd) -> None:
        if (turn := self.turns.get(event.turn)) is not None:
            turn.finish(event)
            self.phases.end(event.t)

    @takes(events.Breakdown)
    def _breakdown(self, event: events.Breakdown) -> None:
        if (turn := self.turns.get(event.turn)) is not None:
            turn.breakdown = event

    @takes(events.BenchmarkStart)
    def _benchmark_start(self, event: events.BenchmarkStart) -> None:
        self.benchmarks[event.benchmark] = Benchmark(event)

    @takes(events.Trial)
    def _trial(self, event: events.Trial) -> None:
        benchmark = self.benchmarks.get(event.benchmark)
        if benchmark is None or not benchmark.add_trial(event):
            return
        # For steps from trial to trial.
        turn = None if event.turn is None else self.turns.get(event.turn)
        self.marks.add(event.t, events.Mark(t=event.t, note=benchmark.note(event, turn)))

    @takes(events.BenchmarkEnd)
    def _benchmark_end(self, event: events.BenchmarkEnd) -> None:
        if (benchmark := self.benchmarks.get(event.benchmark)) is not None:
            benchmark.add_end(event)

    @takes(events.Mark)
    def _mark(self, event: events.Mark) -> None:
        self.marks.add(event.t, event)
        self._begin(event)

    def _begin(self, event: events.Message | events.TurnStart | events.Mark) -> None:
        if self._begun is not None or not events.begins_recording(event):
            return
        # A file that continues a conversation has its earlier messages.
        told = self.header is not None and event.t < self.header.t
        if isinstance(event, events.TurnStart) or not told:
            self._begun = event.t

    @takes(events.Notice, events.Error)
    def _notice(self, event: events.Notice | events.Error) -> None:
        self.notices.add(event.t, event)
        if isinstance(event, events.Error) and event.engine_stopped:
            self._nothing_loaded(event.t)

    def _nothing_loaded(self, t: float) -> None:
        # A process that ended or has just started has no model and no MLX memory.
        self.readings.mlx_gone(t)
        self.model.add(t, None)
        if (phase := self.phases.open) is not None and phase.name == "load":
            self.phases.end(t)

    @property
    def origin(self) -> float | None:
        """Where the timeline begins: the first event, or later, where a recording begins.

        It begins at most 30 s before the first message, turn or mark.
        """
        if self.first is None:
            return None if self.header is None else self.header.t
        begins = self._let_go if self._begun is None else self._begun - PREROLL_SECONDS
        return self.first if begins is None else max(self.first, begins)

    def let_go_of_preroll(self) -> None:
        """Move the origin forward until the first event of a recording.

        So a run has from the start the origin that its recording will have, and its clock never
        goes back.
        """
        if self._begun is None and self.last is not None:
            self._let_go = self.last - PREROLL_SECONDS

    def benchmark_at(self, t: float) -> Benchmark | None:
        """Return the last benchmark that began by time t, unless there was a chat since."""
        begun = [one for one in self.benchmarks.values() if one.start.t <= t]
        last = max(begun, key=lambda one: one.start.t, default=None)
        turn = self.turn_log.at(t)
        if last is None or turn is None or turn.start.purpose is not None:
            return last
        return None if turn.start.t > last.start.t else last

    def wall(self, t: float) -> float | None:
        """Return wall time (seconds since the Unix epoch) at time t."""
        anchor = self.anchors.at(t) or (self.anchors.values[0] if self.anchors.values else None)
        return None if anchor is None else anchor.wall + (t - anchor.t)

"""Every file that the recorder makes is sound, whatever befalls run, disk and file."""

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlxtop import events
from mlxtop.events import AnyEvent, Purpose
from mlxtop.recording.migrate import migrate
from mlxtop.recording.reader import Recording
from mlxtop.recording.redact import redact
from mlxtop.recording.validate import validate
from tests.recording.desk import Desk, Disk, sample, user


class Run:
    """What engine, sensors and user say, each in its turn, and what happens to the recording."""

    def __init__(self, desk: Desk, disk: Disk) -> None:
        self.desk = desk
        self.disk = disk
        self.turn = self.index = self.conversation = self.benchmark = self.trial = self.moved = 0
        self.open: int | None = None
        self.made = 0
        self.cut: set[int] = set()
        """Files that somebody cut: those are not the recorder's any more."""

    def put(self, *given: AnyEvent) -> None:
        self.desk.put(*given)
        self.desk.t += 0.1

    @property
    def t(self) -> float:
        return self.desk.t

    def engine(self) -> None:
        self.put(events.EngineReady(t=self.t, pid=5, mlx="1", mlx_lm="2"))

    def dies(self) -> None:
        self.ends("engine died")
        error = "The engine stopped."
        self.put(events.Error(t=self.t, text=error, origin="engine", engine_stopped=True))

    def load(self) -> None:
        self.put(events.LoadStart(t=self.t, model="m"), events.LoadEnd(t=self.t, model="m"))

    def anchor(self) -> None:
        self.put(events.Anchor(t=self.t, wall=self.t + 1e9))

    def reading(self) -> None:
        # A sensor may answer a moment late.
        self.put(sample(self.t - 0.05))

    def memory(self) -> None:
        self.put(events.MlxMemory(t=self.t, active_bytes=1, cache_bytes=1, peak_bytes=1))

    def begins_anew(self) -> None:
        self.ends("cancelled")
        self.conversation, self.index = self.turn + 1, 0
        self.put(events.Conversation(t=self.t, id=self.conversation))
        self.put(events.Message(t=self.t, index=-1, role="system", text="be brief"))

    def goes_on(self) -> None:
        self.ends("cancelled")
        self.put(events.Conversation(t=self.t, id=self.conversation, resumed=True))

    def asks(self, purpose: Purpose | None = None) -> None:
        self.ends()
        self.turn += 1
        self.put(user(self.t, self.index, "my secret"))
        self.put(events.TurnStart(t=self.t, turn=self.turn, index=self.index + 1, purpose=purpose))
        self.put(events.Prefill(t=self.t, turn=self.turn, done_tokens=5, total_tokens=5))
        self.index, self.open, self.made = self.index + 2, self.turn, 0
        self.says()

    def says(self) -> None:
        if self.open is not None:
            times = [self.t - 0.02, self.t]
            self.put(events.Tokens(t=self.t, turn=self.open, times=times, text=["so ", "it is"]))
            self.made += 2

    def ends(self, reason: events.FinishReason = "stop") -> None:
        if self.open is not None:
            end = events.TurnEnd(
                t=self.t, turn=self.open, finish_reason=reason, generation_tokens=self.made
            )
            self.put(end)
            self.open = None

    def edits(self) -> None:
        self.ends("cancelled")
        self.index = 0
        self.asks()

    def benchmark_begins(self) -> None:
        self.benchmark, self.trial = self.benchmark + 1, 0
        points = [events.PlanPoint(label="p 16 · g 2")]
        self.put(
            events.BenchmarkStart(t=self.t, benchmark=self.benchmark, plan="tokens", points=points)
        )

    def tries(self) -> None:
        if not self.benchmark:
            self.benchmark_begins()
        self.trial += 1
        purpose = Purpose(benchmark=self.benchmark, what="trial", point=0, number=self.trial)
        self.asks(purpose)
        self.ends("length")
        told = events.Trial(
            t=self.t, benchmark=self.benchmark, point=0, number=self.trial, turn=self.turn
        )
        self.put(told)

    def benchmark_ends(self) -> None:
        if self.benchmark:
            self.put(events.BenchmarkEnd(t=self.t, benchmark=self.benchmark, outcome="complete"))

    def marks(self) -> None:
        self.put(events.Mark(t=self.t - 3.0, note="here"))

    def off(self) -> None:
        self.desk.tape.switch(False)

    def on(self) -> None:
        self.desk.tape.switch(True)

    def writes(self) -> None:
        self.desk.work()

    def waits(self) -> None:
        self.desk.work(45.0)

    def file(self) -> Path | None:
        path = self.desk.tape.status.path
        return path if path is not None and path.exists() else None

    def deleted(self) -> None:
        shutil.rmtree(self.desk.directory, ignore_errors=True)

    def moved_away(self) -> None:
        if self.desk.directory.exists():
            self.moved += 1
            self.desk.directory.rename(self.desk.directory.with_name(f"moved {self.moved}"))

    def cut_short(self) -> None:
        if (path := self.file()) is not None:
            self.cut.add(path.stat().st_ino)
            os.truncate(path, path.stat().st_size // 2)

    def full(self) -> None:
        self.disk.room = 150

    def room(self) -> None:
        self.disk.room = 1 << 30

    def limit(self) -> None:
        self.desk.quota.limit_bytes = 1500

    def no_limit(self) -> None:
        self.desk.quota.limit_bytes = None

    def files(self) -> list[Path]:
        found = self.desk.directory.parent.glob("*/*.jsonl")
        # One that somebody moved while the disk was full holds nothing.
        held = [path for path in found if path.stat().st_size]
        return [path for path in held if path.stat().st_ino not in self.cut]


HAPPENS: list[Callable[[Run], None]] = [
    Run.engine, Run.dies, Run.load, Run.anchor, Run.reading, Run.memory, Run.begins_anew,
    Run.goes_on, Run.asks, Run.says, Run.ends, Run.edits, Run.benchmark_begins, Run.tries,
    Run.benchmark_ends, Run.marks,
]  # fmt: skip
BEFALLS: list[Callable[[Run], None]] = [
    Run.off, Run.on, Run.writes, Run.waits, Run.deleted, Run.moved_away, Run.cut_short, Run.full,
    Run.room, Run.limit, Run.no_limit,
]  # fmt: skip
BEGINNING = [Run.begins_anew, Run.engine, Run.load, Run.anchor]


def named(steps: list[Callable[[Run], None]]) -> st.SearchStrategy[list[Callable[[Run], None]]]:
    return st.lists(st.sampled_from(steps), max_size=30)


@settings(max_examples=60)
@given(
    steps=named([*HAPPENS, *BEFALLS, Run.asks, Run.says, Run.writes]),
    keeps=st.sampled_from([{}, {"text": False}, {"anonymous": True}, {"bound": 500}]),
)
@example([*BEGINNING, Run.waits, Run.asks, Run.ends], {}).via("the first turn comes late")
@example([*BEGINNING, Run.asks, Run.ends, Run.off, Run.waits, Run.on, Run.asks], {}).via("F4 twice")
@example([*BEGINNING, Run.waits, Run.benchmark_begins, Run.tries], {}).via("a plan from the form")
@example([*BEGINNING, Run.asks, Run.writes, Run.off], {}).via("off in the middle of a reply")
@example([Run.engine, Run.engine, Run.marks, Run.edits], {"bound": 500}).via("a mark is lost")
@example([Run.tries, Run.writes, Run.marks, Run.edits], {"bound": 500}).via("nothing but a mark is")
@example(
    [*BEGINNING, Run.asks, Run.writes, Run.full, *[Run.asks] * 9, Run.room, Run.waits, Run.says],
    {"bound": 500},
).via("a turn's beginning is lost while the disk is full")
@example([Run.marks, Run.engine, Run.engine, Run.asks, Run.off], {"bound": 500}).via(
    "a mark, which speaks of a moment before the file, is lost"
)
@example([Run.asks, Run.writes, Run.tries], {"bound": 500}).via("a benchmark's beginning is lost")
def test_whatever_happens_the_files_are_sound(
    steps: list[Callable[[Run], None]], keeps: dict[str, bool | int]
) -> None:
    with TemporaryDirectory() as place:
        disk = Disk()
        with patch.object(os, "write", disk.write):
            run = Run(Desk(Path(place) / "data" / "recordings", **keeps), disk)  # type: ignore[arg-type]
            for step in steps:
                step(run)
            run.ends("cancelled")
            run.room()
            run.desk.work(3.0)
            run.desk.finish()
        for path in run.files():
            assert not told_of(path)


def test_what_was_lost_long_before_a_file_could_be_begun_is_told_at_its_beginning(
    tmp_path: Path,
) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("")
    run = Run(Desk(in_the_way / "recordings", bound=500), Disk())
    run.asks()
    for step in (Run.ends, Run.writes, Run.marks, Run.reading, Run.reading, Run.reading):
        step(run)
    assert run.desk.tape.status.state == "failed"
    run.waits()
    run.put(user(run.t, 2, "It leaves no room for what waited before it." * 20))
    in_the_way.unlink()
    run.waits()
    run.desk.finish()
    (path,) = run.files()
    assert not told_of(path)
    header, *rest = Recording(path).events()
    (gap,) = [event for event in rest if isinstance(event, events.Notice)]
    assert gap.missing
    assert gap.t >= header.t


def told_of(path: Path) -> list[str]:
    """Return what `check` calls wrong."""
    verdict = validate(path)
    return [f"{path.name}:{one.line}: {one.text}" for one in verdict.problems if one.error]


@pytest.fixture
def late(tmp_path: Path) -> Path:
    """A recording that begins long after what opens it."""
    desk = Desk(tmp_path / "recordings")
    desk.put(
        events.Conversation(t=1, id=1),
        events.EngineReady(t=2, pid=5, mlx="1", mlx_lm="2"),
        events.LoadEnd(t=3, model="m"),
    )
    desk.t = 500.0
    run = Run(desk, Disk())
    for step in (Run.reading, Run.asks, Run.ends, Run.writes):
        step(run)
    desk.finish()
    return desk.files()[0]


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_what_is_made_of_a_sound_file_is_sound(late: Path, tmp_path: Path, suffix: str) -> None:
    packed = late.with_name(f"packed.jsonl{suffix}")
    data = late.read_bytes()
    if suffix:
        data = gzip.compress(data) if suffix == ".gz" else zstandard.compress(data)
    packed.write_bytes(data)
    assert not told_of(packed)
    for make in (redact, migrate):
        made = tmp_path / f"{make.__name__}.jsonl{suffix}"
        make(packed, made)
        assert not told_of(made)
        assert validate(made).lines == validate(late).lines


@pytest.mark.parametrize(
    ("place", "line", "said"),
    [
        (4, b'{"kind":"anchor","t":0.5,"wall":1.0}', "late for an event that opens the file"),
        (4, b'{"kind":"sample","t":3.0,"values":{}}', "late"),
        (6, b'{"kind":"anchor","t":4.0,"wall":1.0}', "s late"),
    ],
)
def test_only_what_opens_a_file_may_be_older_than_it(
    late: Path, place: int, line: bytes, said: str
) -> None:
    lines = late.read_bytes().splitlines()
    lines.insert(place, line)
    late.write_bytes(b"\n".join(lines) + b"\n")
    (problem,) = told_of(late)
    assert f":{place + 1}: " in problem
    assert said in problem

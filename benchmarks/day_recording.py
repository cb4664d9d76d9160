"""Makes the recording of a day: 24 hours at 5 Hz with two million tokens, the same each time.

The machine's figures are random walks at the rates at which that machine's sensors are read,
tokens come in the engine's batches. Nothing in it was observed, and its header says so.
"""

import random
import re
from collections.abc import Iterator
from heapq import merge
from itertools import chain
from math import exp
from pathlib import Path
from typing import Literal

from mlxtop import events
from mlxtop.events import AnyEvent, SensorInfo

Machine = Literal["mac", "linux"]

START = 432_000.0
"""Seconds since boot at which it begins: five days, so that times have their usual digits."""
DAY_SECONDS = 86_400.0
TOKENS = 2_000_000
CONVERSATIONS, TURNS_EACH = 400, 10
_SPEEDS = (20.0, 35.0, 60.0, 90.0, 140.0)
_TEXT = """
~the ~model ~reads ~memory ~pressure ~per ~second ~and , . ~a ~of ~in ~is ~that ~wired ~swap
~`cache` ~token ~prefill ~decode ~**bold** ly ing ed ~because ~quantized ~Apple ~kernel ~42 ~( )
"""
_PIECES = [piece.replace("~", " ") for piece in _TEXT.split()]

BATCH_SECONDS, MEMORY_SECONDS = 0.05, 0.2
"""How long a token waits for others, and how often MLX's memory is read (engine/child)."""

_FAST, _SLOW = 5.0, 1.0
_SHARED = {
    _FAST: "cpu.user_percent cpu.system_percent memory.wired_bytes memory.active_bytes "
    "memory.compressed_bytes memory.cached_bytes memory.free_bytes memory.used_bytes "
    "memory.available_bytes",
    _SLOW: "cpu.load_1m memory.total_bytes app.cpu_percent app.memory_bytes "
    "engine.cpu_percent engine.memory_bytes app.samples_taken app.samples_late "
    "app.samples_dropped app.sampling_gaps",
}
_TRAFFIC = "swap.in_bytes_per_second swap.out_bytes_per_second"
_SWAP = f"swap.used_bytes swap.total_bytes {_TRAFFIC}"
# Sensors of levels that stand: the sampler writes them once a second while nothing changes.
_STEADY = ("pressure.", "thermal.", "swap.used", "swap.total")
# Of what a Mac's kernel answers anew only 2 to 10 times a second.
_REPEATED = ("memory.", "swap.in", "swap.out")
_OWN: dict[Machine, dict[float, str]] = {
    "mac": {
        _FAST: "pressure.level pressure.raw_level pressure.free_percent thermal.level "
        f"gpu.busy_percent gpu.engine_busy_percent {_SWAP}",
        _SLOW: "memory.wired_limit_bytes gpu.device_percent gpu.renderer_percent "
        "gpu.tiler_percent gpu.memory_in_use_bytes gpu.memory_alloc_bytes",
    },
    "linux": {
        _FAST: "",
        _SLOW: "memory.limit_bytes pressure.some_avg10_percent pressure.full_avg10_percent "
        f"{_SWAP}",
    },
}
# What does not change from one reading to the next, or hardly ever.
_STILL = re.compile(r"total_|limit_|swap\.|level|avg10|free_percent|late|dropped|gaps")
_INSTALLED = 64 << 30


def figures(machine: Machine, hz: float) -> list[str]:
    """Return the names of what this machine reads at `hz`."""
    return _SHARED[hz].split() + _OWN[machine][hz].split()


def header(machine: Machine) -> events.Header:
    """Return the first line."""
    return events.Header(
        t=START,
        schema=events.SCHEMA_VERSION,
        wall=1_795_000_000.0,
        clock="made",
        mlxtop="0",
        os="macOS" if machine == "mac" else "Linux",
        chip="Apple M4 Max" if machine == "mac" else "x86",
        cpu_cores=16,
        memory_bytes=_INSTALLED,
        sensors=[
            SensorInfo(name=name, unit=name.rsplit("_", 1)[-1], source="made", hz=hz)
            for hz in (_FAST, _SLOW)
            for name in figures(machine, hz)
        ],
        made="Made by benchmarks/day.py: random walks and random words, nothing was observed.",
        synthetic=True,
    )


class _RandomFigure:
    """One figure that wanders within what is possible for it."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self._rng = rng
        self._percent = name.endswith("_percent")
        self._counts = name == "app.samples_taken"
        self._still = _STILL.search(name) is not None
        self._value = 30.0 if self._percent else rng.randrange(1 << 17, 1 << 22) * 16384.0
        if name.endswith("level"):
            self._value = 1.0 if "raw" in name else 0.0
        elif not name.endswith("bytes") and not self._percent:
            self._value = 0.0

    def next(self) -> float:
        """Return the next reading."""
        if self._counts:
            self._value += 5
        elif self._still:
            return self._value
        elif self._percent:
            self._value = round(min(100.0, max(0.0, self._value + self._rng.gauss(0, 4))), 1)
        else:
            pages = (self._value + self._rng.gauss(0, 4e6)) // 16384
            self._value = min(_INSTALLED / 16384, max(0.0, pages)) * 16384.0
        return self._value


def _samples(machine: Machine, seconds: float) -> Iterator[AnyEvent]:
    rng = random.Random(1)
    walks = {
        name: _RandomFigure(name, rng) for hz in (_FAST, _SLOW) for name in figures(machine, hz)
    }
    fast = [name for name in figures(machine, _FAST) if not name.startswith(_STEADY)]
    answers = round(_FAST)
    for tick in range(int(seconds * _FAST)):
        t = round(START + tick / _FAST + rng.uniform(0, 0.0008), 6)
        if tick % 300 == 0:
            yield events.Anchor(t=t, wall=1_795_000_000.0 + t - START)
        if machine == "mac" and tick % 5 == 0:
            answers = rng.randint(2, 10)
        due = list(walks) if tick % 5 == 0 else fast
        if tick % 5 >= answers:
            due = [name for name in due if not name.startswith(_REPEATED)]
        yield events.Sample(t=t, values={name: walks[name].next() for name in due})


class _Chat:
    """Conversations one after another, with pauses that fill the day."""

    def __init__(self, tokens: int, conversations: int, seconds: float) -> None:
        self._rng = rng = random.Random(2)
        turns = conversations * TURNS_EACH
        sizes = [exp(rng.gauss(0, 0.8)) for _ in range(turns)]
        self._sizes = [max(2, round(size * tokens / sum(sizes))) for size in sizes]
        self._speeds = [rng.choice(_SPEEDS) for _ in range(conversations)]
        self._prefills = [rng.uniform(0.1, 1.5) for _ in range(turns)]
        busy = sum(self._prefills) + sum(
            1.1 * size / self._speeds[turn // TURNS_EACH] for turn, size in enumerate(self._sizes)
        )
        pauses = [rng.expovariate(1.0) for _ in range(turns)]
        left = max(0.0, seconds - 60.0 - busy)
        self._pauses = [pause * left / sum(pauses) for pause in pauses]

    def said(self) -> Iterator[AnyEvent]:
        rng, t = self._rng, START + 1.0
        yield events.EngineReady(t=t, pid=1, mlx="0", mlx_lm="0", device="gpu", device_name="made")
        yield events.LoadStart(t=t + 0.1, model="made/Model-8B-4bit")
        t += 3.0
        yield events.LoadEnd(t=t, model="made/Model-8B-4bit", seconds=2.9, parameters=8_000_000_000)
        for turn, size in enumerate(self._sizes):
            place = turn % TURNS_EACH
            t += self._pauses[turn]
            if place == 0:
                yield events.Conversation(t=t, id=turn // TURNS_EACH + 1)
            question = "".join(rng.choices(_PIECES, k=20))
            yield events.Message(t=t, index=2 * place, role="user", text=question)
            yield events.TurnStart(t=t + 0.0003, turn=turn + 1, index=2 * place + 1)
            if turn % 40 == 7:
                yield events.Mark(t=t + 0.1, note=f"mark {turn}")
            yield from self._prefill(turn, t + 0.001)
            t += self._prefills[turn]
            for event in self._tokens(turn, t, size):
                yield event
                t = event.t
            end = events.TurnEnd(
                t=t + 0.001, turn=turn + 1, finish_reason="stop", prompt_tokens=800,
                generation_tokens=size, ttft_seconds=self._prefills[turn],
                generation_tokens_per_second=self._speeds[turn // TURNS_EACH],
            )  # fmt: skip
            yield end

    def _prefill(self, turn: int, t: float) -> Iterator[AnyEvent]:
        steps = int(self._prefills[turn] / 0.1)
        for step in range(steps + 1):
            at = t + step * 0.1
            yield events.Prefill(
                t=at, turn=turn + 1, done_tokens=100 * step, total_tokens=100 * steps
            )

    def _tokens(self, turn: int, t: float, size: int) -> Iterator[AnyEvent]:
        rng, between = self._rng, 1 / self._speeds[turn // TURNS_EACH]
        times: list[float] = []
        pieces = rng.choices(_PIECES, k=size)
        thinking = size // 4 if turn % 3 == 0 else 0
        written, memory_at = 0, t
        for number in range(size):
            t = round(t + between * max(0.2, rng.gauss(1, 0.1)), 9)
            if number % 400 == 399:
                t += 0.3
            if times and (t - times[0] > BATCH_SECONDS or number == thinking):
                yield self._batch(turn, times, pieces[written:number], number <= thinking)
                written, times = number, []
                if t - memory_at >= MEMORY_SECONDS:
                    memory_at = t
                    yield events.MlxMemory(
                        t=t, active_bytes=4_600_000_000 + number * 131_072,
                        cache_bytes=int(rng.uniform(1e6, 4e8)), peak_bytes=5_100_000_000,
                    )  # fmt: skip
            times.append(t)
        yield self._batch(turn, times, pieces[written:], size <= thinking)

    def _batch(
        self, turn: int, times: list[float], text: list[str], thinking: bool
    ) -> events.Tokens:
        channel: events.Channel = "thinking" if thinking else "reply"
        return events.Tokens(t=times[-1], turn=turn + 1, times=times, text=text, channel=channel)


def made(machine: Machine, share: float = 1.0) -> Iterator[AnyEvent]:
    """Yield the events of a day, or of the given share of one."""
    seconds = DAY_SECONDS * share
    chat = _Chat(round(TOKENS * share), max(1, round(CONVERSATIONS * share)), seconds)
    said = merge(_samples(machine, seconds), chat.said(), key=lambda event: event.t)
    return chain([header(machine)], said, [events.End(t=START + seconds)])


def write(path: Path, machine: Machine, share: float = 1.0) -> None:
    """Write the recording, an event at a time."""
    with path.open("wb", buffering=1 << 20) as file:
        for event in made(machine, share):
            file.write(events.encode(event))

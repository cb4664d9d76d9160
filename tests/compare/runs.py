"""Runs made up event by event, and written as recordings."""

import random
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from mlxtop import events
from mlxtop.compare.comparison import Comparison, compare
from mlxtop.compare.part import Choice
from mlxtop.compare.run import Run, read_run
from mlxtop.events import AnyEvent, FinishReason, Sampling

HEADER: dict[str, Any] = {
    "schema": 1,
    "wall": 1e9,
    "clock": "test",
    "mlxtop": "0",
    "chip": "Apple M9",
    "cpu_cores": 10,
}


USUAL = Sampling(temperature=0.5)


@dataclass(frozen=True)
class Turn:
    """A reply whose tokens come at a rate, more or less."""

    rate: float = 50.0
    count: int = 400
    noise: float = 0.2
    seed: int = 1
    prompt: int = 20
    start: float = 19.0
    reason: FinishReason | None = "stop"
    sampling: Sampling = USUAL

    def times(self) -> list[float]:
        draw = random.Random(self.seed)
        steps = [
            draw.uniform(1 - self.noise, 1 + self.noise) / self.rate for _ in range(self.count)
        ]
        return list(accumulate(steps[1:], initial=self.start + 1.0))

    def events(self, number: int) -> list[AnyEvent]:
        times = self.times()
        said: list[AnyEvent] = [
            events.TurnStart(t=self.start, turn=number, index=1, sampling=self.sampling),
            events.Prefill(
                t=self.start + 0.5, turn=number, done_tokens=0, total_tokens=self.prompt
            ),
            events.Tokens(t=times[-1], turn=number, times=times, text=["a "] * len(times)),
        ]
        if self.reason is not None:
            said.append(
                events.TurnEnd(
                    t=times[-1],
                    turn=number,
                    finish_reason=self.reason,
                    prompt_tokens=self.prompt,
                    generation_tokens=self.count,
                    ttft_seconds=1.0,
                    prompt_tokens_per_second=50.0,
                )
            )
        return said


def sample(t: float, **values: float) -> AnyEvent:
    """A reading; `memory__wired_bytes` is memory.wired_bytes."""
    return events.Sample(t=t, values={name.replace("__", "."): v for name, v in values.items()})


def recording(
    path: Path, *turns: Turn, more: tuple[AnyEvent, ...] = (), clean: bool = True, **header: Any
) -> Path:
    """Write a recording of some turns with further events among them."""
    said: list[AnyEvent] = [
        events.LoadEnd(t=11.0, model="tiny", quantization="4 bits", weights_bytes=1000)
    ]
    for number, turn in enumerate(turns or (Turn(),), 1):
        said += turn.events(number)
    said = sorted([*said, *more], key=lambda event: event.t)
    lines = [events.Header(t=10.0, **{**HEADER, **header}), *said]
    if clean:
        lines.append(events.End(t=said[-1].t))
    path.write_bytes(b"".join(map(events.encode, lines)))
    return path


def run(folder: Path, *turns: Turn, **how: Any) -> Run:
    """A run of some turns."""
    number = len(list(folder.iterdir()))
    return read_run(recording(folder / f"{number}.jsonl", *turns, **how))


def compared(first: Run, second: Run, *choices: Choice) -> Comparison:
    """The comparison of two runs; of all replies where nothing is chosen."""
    return compare(first, second, *(choices or (Choice(),)))

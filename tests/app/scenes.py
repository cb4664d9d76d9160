"""A made-up run, the same on every machine: what tests replay and what snapshots show."""

import random
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent
from tests.tui.timelines import GIB, START, header, sample

MODEL = "mlx-community/Llama-3.2-3B-Instruct-4bit"
MADE = "Synthetic: made up for tests, observed nowhere."

QUESTION = "How much memory does a model of 3 billion parameters take?"
ANSWER = """At **4 bits a weight** about 1.8 GB, and more as the conversation grows:

| part | size |
|---|---|
| weights | 1.8 GB |
| KV cache of 4,096 tokens | 470 MB |
| activations | 60 MB |

1. The weights are *wired*: they cannot be swapped out.
2. The KV cache grows with every token, prompt and reply alike.
"""
SECOND = "Write a function that computes it."
CODE = """Here it is, with `bits` as the quantization's:

```python
def model_bytes(parameters: int, bits: float = 4.5) -> int:
    \"\"\"Return the bytes of a model's weights.\"\"\"
    return round(parameters * bits / 8)


print(f"{model_bytes(3_212_749_888) / 1e9:.1f} GB")  # 1.8 GB
```

A group of 64 weights shares a scale and a bias of 16 bits each, and so *4 bits* are really 4.5.

> The KV cache comes on top of it: for every token two vectors a layer, one key and one value,
> each as long as the heads that are kept.

Ask for the KV cache as well, and the function grows by three arguments:

- layers
- heads that are kept
- the size of a head
"""

LOAD = START + 6.0
FIRST = START + 12.0
SECOND_TURN = START + 46.0
MARK = START + 40.5
END = START + 75.0

PREFILL_MOMENT = FIRST + 0.7
DECODE_MOMENT = SECOND_TURN + 9.0
IDLE_MOMENT = START + 70.0


def _load() -> list[AnyEvent]:
    weights = 1_807_000_000
    made: list[AnyEvent] = [events.LoadStart(t=LOAD, model=MODEL, weights_bytes=weights)]
    made += [
        events.LoadProgress(
            t=LOAD + 0.5 * step, done_bytes=weights * step // 6, total_bytes=weights
        )
        for step in range(1, 6)
    ]
    made.append(
        events.LoadEnd(
            t=LOAD + 3.0,
            model=MODEL,
            seconds=3.0,
            weights_bytes=weights,
            parameters=3_212_749_888,
            quantization="4 bits, groups of 64",
            context_tokens=131_072,
        )
    )
    return made


def turn(start: float, number: int, text: str, rate: float = 42.0) -> list[AnyEvent]:
    """Return a reply: a prompt read in 1.2 s, then tokens of a few letters at `rate` a second."""
    made: list[AnyEvent] = [events.TurnStart(t=start, turn=number, index=2 * number - 1)]
    prompt = 180 * number
    made += [
        events.Prefill(
            t=start + 0.3 * step, turn=number, done_tokens=prompt * step // 4, total_tokens=prompt
        )
        for step in range(5)
    ]
    pieces = re.findall(r" ?\w{1,5}|\s+?|[^\w\s]", text)
    assert "".join(pieces) == text
    t, chance = start + 1.4, random.Random(number)
    for place in range(0, len(pieces), 4):
        batch = pieces[place : place + 4]
        times = []
        for _ in batch:
            times.append(round(t, 6))
            t += chance.uniform(0.8, 1.25) / rate
        made.append(events.Tokens(t=times[-1], turn=number, times=times, text=batch))
    made.append(
        events.TurnEnd(
            t=t,
            turn=number,
            finish_reason="stop",
            prompt_tokens=prompt,
            generation_tokens=len(pieces),
            ttft_seconds=1.4,
            prompt_tokens_per_second=prompt / 1.2,
            generation_tokens_per_second=rate,
        )
    )
    return made


def scene(*, mac: bool = True) -> list[AnyEvent]:
    """Return the whole run, header and end included, in order of time."""
    made: list[AnyEvent] = [
        events.Conversation(t=START, id=1),
        events.EngineReady(
            t=START + 1,
            pid=1,
            mlx="0.32",
            mlx_lm="0.32",
            device="gpu",
            working_set_bytes=96 * GIB,
        ),
        *_load(),
        events.Message(t=FIRST - 0.01, index=0, role="user", text=QUESTION),
        *turn(FIRST, 1, ANSWER),
        events.Mark(t=MARK, note="before the code"),
        events.Message(t=SECOND_TURN - 0.01, index=2, role="user", text=SECOND),
        *turn(SECOND_TURN, 2, CODE, rate=21.0),
    ]
    ends = [event.t for event in made if isinstance(event, events.TurnEnd)]
    busy = [(LOAD, LOAD + 3), (FIRST, ends[0]), (SECOND_TURN, ends[1])]
    for step in range(int((END - START) * 5)):
        at = round(START + 0.2 * step + 0.05, 6)
        works = any(start <= at <= end for start, end in busy)
        # The level rises for a while: steps from 180 on stand for a shortage of memory.
        made.append(sample(at, mac=mac, busy=1.0 if works else 0.0, step=step))
        if step % 5 == 0 and at > LOAD + 3:
            active = 1_807_000_000 + 1_000_000 * step
            made.append(
                events.MlxMemory(
                    t=at, active_bytes=active, cache_bytes=210_000_000, peak_bytes=active
                )
            )
    first = msgspec.structs.replace(header(mac=mac), synthetic=True, made=MADE)
    return [first, *sorted(made, key=lambda event: event.t), events.End(t=END)]


def write(path: Path, said: Iterable[AnyEvent] | None = None) -> Path:
    """Write events, or the scene, as a recording."""
    path.write_bytes(b"".join(map(events.encode, scene() if said is None else said)))
    return path

"""Timelines made by hand, for tests, pictures and benchmarks of what is drawn."""

import math
import random

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.timeline import Timeline

GIB = 2**30
START = 1000.0


def header(t: float = START, *, mac: bool = False) -> events.Header:
    wired = "host_statistics64 wire_count" if mac else "/proc/meminfo Unevictable"
    names = ["memory.wired_bytes", "memory.used_bytes", "cpu.user_percent"]
    return events.Header(
        t=t,
        schema=events.SCHEMA_VERSION,
        wall=1_700_000_000.0,
        clock="CLOCK_BOOTTIME",
        mlxtop="0.1.0",
        os="macOS 26.0" if mac else "Linux 6.8",
        chip="Apple M4 Max" if mac else "AMD EPYC 9B14",
        cpu_cores=16,
        gpu_cores=40 if mac else None,
        memory_bytes=(128 if mac else 32) * GIB,
        sensors=[
            events.SensorInfo(
                name=name, unit="bytes", source=wired if "wired" in name else "", hz=5.0
            )
            for name in names
        ],
    )


def sample(t: float, *, mac: bool = False, busy: float = 0.0, step: int = 0) -> events.Sample:
    """A tick's readings; `busy` (0–1) is how hard the machine works."""
    chance = random.Random(step)
    total = (128 if mac else 32) * GIB
    wave = 0.5 + 0.5 * math.sin(step / 40)
    wired = (18.4 if mac else 0.3) * GIB * (0.6 + 0.4 * busy)
    used = total * (0.34 + 0.10 * busy + 0.03 * wave)
    values: dict[str, float | None] = {
        "cpu.user_percent": 6 + 55 * busy * chance.uniform(0.8, 1.1),
        "cpu.system_percent": 2 + 6 * busy * chance.random(),
        "cpu.load_1m": 0.4 + 5 * busy,
        "memory.total_bytes": total,
        "memory.wired_bytes": wired,
        "memory.active_bytes": used * 0.8,
        "memory.compressed_bytes": total * 0.05 * (1 + wave) if mac else 0.0,
        "memory.cached_bytes": total * (0.28 - 0.03 * wave if mac else 0.30),
        "memory.free_bytes": total - used - total * (0.28 - 0.03 * wave),
        "memory.used_bytes": used,
        "memory.available_bytes": total - used,
        "swap.used_bytes": 0.3 * GIB * wave,
        "swap.total_bytes": 8.0 * GIB,
        "swap.in_bytes_per_second": 0.0,
        "swap.out_bytes_per_second": 2e6 * busy * wave,
        "app.cpu_percent": 2.3,
        "app.memory_bytes": 84e6,
        "engine.cpu_percent": 98 * busy,
        "engine.memory_bytes": 1.2e9,
    }
    if mac:
        level = 2.0 if 230 < step < 245 else 1.0 if 180 < step < 260 else 0.0
        values |= {
            "pressure.level": level,
            "pressure.raw_level": [1.0, 2.0, 4.0][int(level)],
            "gpu.busy_percent": 97.0 * busy + 1,
            "gpu.memory_used_bytes": 17.9e9,
            "gpu.power_watts": 4 + 34 * busy,
        }
    else:
        values |= {
            "pressure.some_avg10_percent": 12.0 * wave * busy,
            "pressure.full_avg10_percent": 1.0 * wave * busy,
        }
    return events.Sample(t=t, values=values)


def turn(
    start: float, number: int, rate: float, tokens: int, *, end: bool = True
) -> list[AnyEvent]:
    """One reply: four steps of prefill over 1.2 s, then tokens at about `rate` a second."""
    chance = random.Random(number)
    made: list[AnyEvent] = [events.TurnStart(t=start, turn=number, index=2 * number - 1)]
    made += [
        events.Prefill(
            t=start + 0.3 * step,
            turn=number,
            done_tokens=1024 + 768 * step,
            total_tokens=4096,
            cached_tokens=1024,
        )
        for step in range(5)
    ]
    t = start + 1.4
    for _ in range(tokens // 5):
        times = []
        for _ in range(5):
            times.append(t)
            t += chance.uniform(0.85, 1.15) / rate
        made.append(events.Tokens(t=times[-1], turn=number, times=times, text=["word "] * 5))
    if end:
        made.append(
            events.TurnEnd(
                t=t,
                turn=number,
                finish_reason="stop",
                prompt_tokens=4096,
                cached_tokens=1024,
                generation_tokens=tokens,
                ttft_seconds=1.4,
                prompt_tokens_per_second=2560.0,
                generation_tokens_per_second=rate,
            )
        )
    return made


def run(seconds: float = 100.0, *, mac: bool = False) -> Timeline:
    """A run: a load, then replies of about twelve seconds with pauses, and two marks."""
    made: list[AnyEvent] = [header(mac=mac), events.Conversation(t=START, id=1)]
    made.append(
        events.EngineReady(
            t=START + 0.5,
            pid=1,
            mlx="0.32",
            mlx_lm="0.32",
            working_set_bytes=96 * GIB if mac else None,
        )
    )
    load = START + 4
    made.append(events.LoadStart(t=load, model="demo/model", weights_bytes=8 * 10**9))
    made += [
        events.LoadProgress(t=load + 0.5 * step, done_bytes=step * 10**9, total_bytes=8 * 10**9)
        for step in range(1, 9)
    ]
    made.append(
        events.LoadEnd(t=load + 4.1, model="demo/model", seconds=4.1, context_tokens=32_768)
    )
    number, t = 1, START + 14
    while t + 14 < START + seconds:
        made += turn(t, number, 120 + 10 * number, 1400)
        number, t = number + 1, t + 18
    made.append(events.Mark(t=START + 30, note="first"))
    made.append(events.Mark(t=START + min(seconds, 75), note="[bold]second"))
    phases = Timeline()
    for event in made:
        phases.add(event)
    for step in range(int(seconds * 5)):
        at = START + 0.2 * step + 0.05
        busy = {"decode": 1.0, "prefill": 1.0, "load": 0.5, "idle": 0.0}[phases.phases.at(at)]
        made.append(sample(at, mac=mac, busy=busy, step=step))
        if step % 5 == 0:
            memory = int(1.1e9 + 2e6 * step)
            made.append(
                events.MlxMemory(
                    t=at, active_bytes=memory, cache_bytes=2 * 10**8, peak_bytes=memory
                )
            )
    timeline = Timeline()
    for event in sorted(made, key=lambda event: event.t):
        timeline.add(event)
    return timeline

"""What sampling costs, the rate it keeps on a busy machine, and what programs would cost instead.

    python -m benchmarks.sensors_cost [--seconds 20] [--load model|loops|none]

CPU of one reading of each sensor; then, with every core busy (by a true MLX model in a process
for each core, or by empty loops), the rate that our sampler achieves at 5 and at 20 Hz, and in the
same run, under the same load, that of a sampler which starts six programs for every sample.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mlxtop import paths
from mlxtop.events import Event, Sample
from mlxtop.sensors import Sampler, default_sensors

RATES = (5.0, 20.0)
GOAL_SHARE, GOAL_P99_SECONDS, GOAL_CPU_SECONDS = 0.99, 0.025, 0.0004
WARM_UP_SECONDS = 2.0
PROGRAMS = [
    ["cat", "/proc/meminfo"],
    ["free", "-b"],
    ["vmstat", "-s"],
    ["vm_stat"],
    ["uptime"],
    ["sysctl", "-n", "vm.swapusage"],
    ["ps", "-eo", "pid,pcpu,rss"],
    ["df", "-k"],
    ["cat", "/proc/stat"],
    ["cat", "/proc/vmstat"],
]


def _runs(command: list[str]) -> bool:
    """Return whether the program is here, and the file that it is to show."""
    files = (word for word in command[1:] if word.startswith("/"))
    return shutil.which(command[0]) is not None and all(map(os.path.exists, files))


MODEL = """
import sys
from mlx_lm import load, stream_generate
model, tokenizer = load(sys.argv[1])
prompt = tokenizer.apply_chat_template(
    [{"role": "user", "content": "Give me the tour"}], add_generation_prompt=True)
while True:
    for _ in stream_generate(model, tokenizer, prompt, max_tokens=2000):
        print(end=".", flush=True)
"""
LOOP = "print(end='.', flush=True)\nwhile True: pass"


@dataclass
class Kept:
    """How a sampler kept its rate."""

    asked: float
    times: list[float]
    lateness: list[float]
    cpu: float
    """Seconds of CPU a sample, of the sampler and of what it starts."""

    @property
    def rate(self) -> float:
        return (len(self.times) - 1) / (self.times[-1] - self.times[0])

    @property
    def p99(self) -> float:
        return sorted(self.lateness)[int(len(self.lateness) * 0.99)]

    def __str__(self) -> str:
        return (
            f"{self.asked:4.0f} Hz asked: {self.rate:6.2f} Hz achieved "
            f"({self.rate / self.asked:6.1%}), lateness p99 {self.p99 * 1e3:7.2f} ms, "
            f"{self.cpu * 1e3:7.3f} ms of CPU a sample"
        )


def cost(label: str, read: Callable[[], object], repeats: int = 300) -> None:
    read()
    before = time.process_time()
    for _ in range(repeats):
        read()
    print(f"  {label:<22} {(time.process_time() - before) / repeats * 1e6:8.1f} µs")


def ours(hz: float, seconds: float) -> Kept:
    seen: list[Event] = []
    sampler = Sampler(default_sensors(hz=hz), seen.append, hz)
    sampler.start()
    # Imports and opening of files happen once, and are not part of a sample.
    time.sleep(WARM_UP_SECONDS)
    before, warm = time.process_time(), sampler.stats().ticks
    time.sleep(seconds)
    spent, taken = time.process_time() - before, sampler.stats().ticks - warm
    sampler.stop()
    slow = any(sensor.slow for sensor in sampler.sensors)
    times = [event.t for event in seen if isinstance(event, Sample)]
    if slow:
        # Sensors with their own threads add samples that are not ticks.
        times = times[:: max(1, round(len(times) / sampler.stats().ticks))]
    # Deadlines are on a grid that begins with the first tick; times are rounded to 1 µs.
    late = [((t - times[0]) * hz + 1e-4) % 1 / hz for t in times]
    return Kept(hz, times, late, spent / taken)


def programs(hz: float, seconds: float, commands: list[list[str]]) -> Kept:
    """Sample as a shell script would, with deadlines as ours and samples left out as ours."""
    start = os.times()
    times: list[float] = []
    late: list[float] = []
    begun = time.monotonic()
    tick = 0
    while (t := time.monotonic()) < begun + seconds:
        times.append(t)
        late.append(t - begun - tick / hz)
        for command in commands:
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # The newest deadline that has passed starts late, earlier ones are skipped.
        tick = max(tick + 1, int((time.monotonic() - begun) * hz))
        time.sleep(max(0.0, begun + tick / hz - time.monotonic()))
    end = os.times()
    return Kept(hz, times, late, (sum(end[:4]) - sum(start[:4])) / len(times))


@contextmanager
def busy(load: str) -> Iterator[None]:
    """Keep every core busy meanwhile."""
    program = {"model": MODEL, "loops": LOOP}.get(load)
    workers = []
    try:
        for _ in range(os.cpu_count() or 1 if program else 0):
            assert program is not None
            workers.append(
                subprocess.Popen(
                    [sys.executable, "-c", program, str(paths.demo_model_dir())],
                    stdout=subprocess.PIPE,
                    env=os.environ | {"HF_HUB_OFFLINE": "1"},
                )
            )
        for worker in workers:
            assert worker.stdout is not None
            if not worker.stdout.read(1):
                sys.exit("The load did not start; is mlx-lm installed? --load loops does without.")
        for worker in workers:
            # A pipe without a reader would block it.
            subprocess.Popen(["cat"], stdin=worker.stdout, stdout=subprocess.DEVNULL)
        yield
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--load", choices=("model", "loops", "none"), default="model")
    options = parser.parse_args()
    print("CPU of one reading")
    sensors = default_sensors()
    for sensor in sensors:
        cost(f"{sensor.name} ({sensor.hz:g} Hz)", sensor.read)
    fast = [sensor for sensor in sensors if sensor.hz == 5 and not sensor.slow]
    cost("all of 5 Hz", lambda: [sensor.read() for sensor in fast])
    there = [command for command in PROGRAMS if _runs(command)][:6]
    names = ", ".join(" ".join(command) for command in there)
    words = {
        "model": "a model in a process for each",
        "loops": "an empty loop on each",
        "none": "-",
    }
    print(f"rate over {options.seconds:g} s; {os.cpu_count()} cores, load: {words[options.load]}")
    reached = True
    with busy(options.load):
        print(f"mlxtop, {len(sensors)} sensors")
        for hz in RATES:
            kept = ours(hz, options.seconds)
            print(f"  {kept}")
            reached &= kept.rate >= GOAL_SHARE * hz and kept.p99 < GOAL_P99_SECONDS
            reached &= kept.cpu < GOAL_CPU_SECONDS
        print(f"{len(there)} programs a sample: {names}")
        for hz in RATES:
            print(f"  {programs(hz, options.seconds, there)}")
    verdict = "reached" if reached else "not reached"
    print(
        f"goal: {GOAL_SHARE:.0%} of the rate, p99 under {GOAL_P99_SECONDS * 1e3:g} ms, "
        f"under {GOAL_CPU_SECONDS * 1e3:g} ms a sample: {verdict}"
    )


if __name__ == "__main__":
    main()

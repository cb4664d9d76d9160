"""What sampling costs: CPU of one tick of all fast sensors, of each sensor, and the rate achieved.

Run: python benchmarks/sensors_cost.py [--seconds 10] [--load]
"""

import argparse
import multiprocessing
import os
import time

from mlxtop.events import Event, Sample
from mlxtop.sensors import Sampler, default_sensors


def burn() -> None:
    while True:
        pass


def cost(label: str, read: object, repeats: int = 300) -> float:
    assert callable(read)
    read()
    before = time.process_time()
    for _ in range(repeats):
        read()
    spent = (time.process_time() - before) / repeats
    print(f"  {label:<16} {spent * 1e6:8.1f} µs")
    return spent


def achieved(hz: float, seconds: float) -> None:
    seen: list[Event] = []
    sampler = Sampler(default_sensors(hz=hz), seen.append, hz)
    before = time.process_time()
    sampler.start()
    time.sleep(seconds)
    sampler.stop()
    spent = time.process_time() - before
    times = [event.t for event in seen if isinstance(event, Sample)]
    rate = (len(times) - 1) / (times[-1] - times[0])
    # Deadlines lie on a grid that begins with the first tick.
    lateness = sorted((t - times[0]) * hz % 1 / hz for t in times)
    stats = sampler.stats()
    print(
        f"  {hz:4.0f} Hz asked: {rate:.3f} Hz achieved ({rate / hz:.2%}), "
        f"p99 late {lateness[int(len(lateness) * 0.99)] * 1e3:.2f} ms, "
        f"worst {stats.worst_late_seconds * 1e3:.2f} ms, late {stats.late}, "
        f"dropped {stats.dropped}, {spent / stats.ticks * 1e3:.3f} ms of CPU a tick"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--load", action="store_true", help="keep every core busy meanwhile")
    options = parser.parse_args()
    print("CPU of one reading")
    sensors = default_sensors()
    for sensor in sensors:
        cost(f"{sensor.name} ({sensor.hz:g} Hz)", sensor.read)
    fast = [sensor for sensor in sensors if sensor.hz == 5]
    cost("all of 5 Hz", lambda: [sensor.read() for sensor in fast])
    busy = []
    if options.load:
        busy = [multiprocessing.Process(target=burn) for _ in range(os.cpu_count() or 1)]
    for process in busy:
        process.start()
    print(f"rate over {options.seconds:g} s each" + (", every core busy" if busy else ""))
    for hz in (5.0, 20.0):
        achieved(hz, options.seconds)
    for process in busy:
        process.kill()


if __name__ == "__main__":
    main()

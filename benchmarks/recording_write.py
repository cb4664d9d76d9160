"""What recording costs: µs an event from put to file, delay of a line, bytes, reading speed.

Run: python benchmarks/recording_write.py [--events 100000]
"""

import argparse
import tempfile
import time
from pathlib import Path

from mlxtop import events
from mlxtop.clock import now
from mlxtop.recording import Recorder, Recording
from mlxtop.sensors import build_header, default_sensors


def batch(number: int) -> events.Tokens:
    t = now()
    return events.Tokens(t=t, turn=1, times=[t - 0.02, t - 0.01, t], text=[" the", " sky", " is"])


def reading(number: int) -> events.Sample:
    values = {info.name: 12345678.0 + number for info in default_infos if info.hz == 5}
    return events.Sample(t=round(now(), 6), values=dict(values))


default_infos = [info for sensor in default_sensors() for info in sensor.infos]


def write(directory: Path, given: list[events.AnyEvent]) -> None:
    recorder = Recorder(directory, header=build_header(default_sensors()))
    recorder.start()
    recorder.put(events.TurnStart(t=now(), turn=1, index=0))
    while recorder.status.bytes == 0:
        time.sleep(0.01)
    began, cpu = time.perf_counter(), time.process_time()
    for event in given:
        recorder.put(event)
    put = time.perf_counter() - began
    size = 0
    path = recorder.status.path
    assert path is not None
    while recorder.status.bytes != size or recorder.status.kept_bytes or size < len(given) * 50:
        size = recorder.status.bytes
        time.sleep(0.15)
    cpu = time.process_time() - cpu
    recorder.close()
    number = len(given)
    kind = type(given[0]).__name__
    size = path.stat().st_size
    print(
        f"  {kind:<7} put {put / number * 1e6:6.2f} µs, put and written "
        f"{cpu / number * 1e6:6.2f} µs of CPU, {size / number:6.1f} bytes an event"
    )
    began = time.perf_counter()
    with Recording(path) as recording:
        read = sum(1 for _ in recording.events())
    print(f"  {kind:<7} read {read / (time.perf_counter() - began):,.0f} lines a second")
    path.unlink()


def delay(directory: Path) -> None:
    recorder = Recorder(directory, header=build_header(default_sensors()))
    recorder.start()
    recorder.put(events.TurnStart(t=now(), turn=1, index=0))
    while recorder.status.bytes == 0:
        time.sleep(0.01)
    path = recorder.status.path
    assert path is not None
    waits: list[float] = []
    for number in range(60):
        size = path.stat().st_size
        began = time.perf_counter()
        recorder.put(reading(number))
        while path.stat().st_size == size:
            time.sleep(0.001)
        waits.append(time.perf_counter() - began)
        time.sleep(0.01)
    recorder.close()
    waits.sort()
    print(
        f"  delay until a line is in the file: p50 {waits[30] * 1e3:.0f} ms, "
        f"worst {waits[-1] * 1e3:.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=100_000)
    number = parser.parse_args().events
    with tempfile.TemporaryDirectory() as place:
        write(Path(place), [batch(at) for at in range(number)])
        write(Path(place), [reading(at) for at in range(number)])
        delay(Path(place))


if __name__ == "__main__":
    main()

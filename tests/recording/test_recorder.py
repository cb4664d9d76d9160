"""The recorder with its thread, on the real clock."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.clock import now
from mlxtop.recording import Recorder, Recording, recordings
from tests.recording.desk import HEADER, sample, user

WITNESS = Path(__file__).parent / "witness.py"
ROOT = Path(__file__).parents[2]


def until(true: Callable[[], bool]) -> None:
    """Wait until it holds; the long limit is for a machine that is busy."""
    limit = time.monotonic() + 30
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_from_the_first_turn_to_the_end(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, header=HEADER)
    recorder.put(sample(now()))
    recorder.start()
    assert recorder.status.bytes == 0
    recorder.put(user(now()))
    until(lambda: recorder.status.bytes > 0)
    path = recorder.status.path
    assert path is not None
    assert recordings(tmp_path)[0].running
    for number in range(1000):
        recorder.put(sample(now(), number))
    recorder.close()
    recorder.put(sample(now()))
    recorder.close()
    assert recorder.status.state == "off"
    assert recorder.status.bytes == path.stat().st_size
    with Recording(path) as recording:
        read = list(recording.events())
        assert recording.report.sentences() == []
    assert len(read) == 1 + 2 + 1000 + 1
    assert not recordings(tmp_path)[0].running


def test_it_is_turned_off_and_on(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, header=HEADER, on=False)
    recorder.start()
    recorder.put(user(now()))
    assert not recorder.on
    recorder.set_on(True)
    until(lambda: recorder.status.state == "recording")
    recorder.set_on(False)
    until(lambda: recorder.status.state == "off")
    recorder.set_on(True)
    until(lambda: recorder.status.state == "recording")
    recorder.close()
    assert len(recordings(tmp_path)) == 2
    assert all(info.clean for info in recordings(tmp_path))


def test_a_lone_surrogate_does_not_stop_it(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, header=HEADER)
    recorder.start()
    recorder.put(user(now(), 0, "half \ud83d of a pair"))
    recorder.put(events.Sample(t=now(), values={"\udcff": 1.0}))
    recorder.close()
    read = list(Recording(next(tmp_path.iterdir())).events())
    assert isinstance(read[1], events.Message)
    assert read[1].text == "half \ufffd of a pair"
    assert len(read) == 4


def test_closing_before_anything_happened_leaves_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "recordings", header=HEADER)
    recorder.start()
    recorder.close()
    assert not (tmp_path / "recordings").exists()
    Recorder(tmp_path, header=HEADER).close()


@pytest.mark.parametrize("number", range(3))
def test_kill_9_loses_at_most_a_quarter_of_a_second(tmp_path: Path, number: int) -> None:
    child = subprocess.Popen(
        [sys.executable, str(WITNESS), str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert child.stdout is not None
    # The pipe says what was put, independently of the file.
    said = [child.stdout.readline() for _ in range(100 + 37 * number)]
    child.send_signal(signal.SIGKILL)
    said += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    times = [float(line) for line in said if line.endswith(b"\n")]
    info = recordings(tmp_path)[0]
    assert not info.clean
    assert not info.running
    with Recording(info.path) as recording:
        written = {event.t for event in recording.events()}
        assert recording.report.bad == 0
    lost = [t for t in times if t not in written]
    assert all(t >= times[-1] - 0.25 for t in lost)

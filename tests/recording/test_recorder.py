"""The recorder with its thread, on the real clock."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mlxtop import events
from mlxtop.clock import now
from mlxtop.recording import Recorder, Recording, recordings
from tests.recording.desk import HEADER, sample, user
from tests.recording.killing import STEP_SECONDS, Killed, kill


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


def test_kill_9_loses_no_more_than_a_quarter_of_a_second(tmp_path: Path) -> None:
    def one(number: int) -> Killed:
        directory = tmp_path / str(number)
        directory.mkdir()
        return kill(directory, lines=11 * number)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, range(12)))
    for killed in found:
        assert killed.info.problem == ""
        assert not killed.info.clean
        assert not killed.info.running
        assert killed.bad_lines == 0
        assert killed.only_the_end, "what is missing is missing at the end"
    # Counted in steps of the witness, which a busy machine slows like everything else: 250 ms
    # hold at most so many tokens, and two readings. One may be that of a thread kept from running.
    most = 0.25 / STEP_SECONDS + 2
    assert sum(killed.lost > most for killed in found) <= 1, [killed.lost for killed in found]

"""A file or a mount that does not answer never keeps the app from ending."""

import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from mlxtop.tui.lifecycle import DaemonExecutor

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys, threading
from pathlib import Path
from unittest.mock import patch

from mlxtop.config import Config
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.app import MlxtopApp
from mlxtop.sources.live import Live
from mlxtop.sources.parts import live_parts
from tests.kit.engine import FakeEngine

reading = threading.Event()

def hangs(*_):
    reading.set()
    threading.Event().wait()

folder, name = Path(sys.argv[1]), sys.argv[2]

def open_live(options):
    return Live(options, live_parts(options, engine=FakeEngine))

with patch(name, hangs):
    library = folder if "Directory" in name else None
    options = LiveOptions(recordings=folder)
    app = MlxtopApp(Config(), options, library=library, open_live=open_live)

    def leave():
        if reading.is_set():
            app.exit(7)

    app.call_later(lambda: app.set_interval(0.05, leave))
    status = app.run(headless=True)
    if app.live is not None:
        app.live.close()
sys.exit(status)
"""


@pytest.mark.parametrize(
    "name",
    ["mlxtop.recording.directory.RecordingDirectory.scan", "mlxtop.tui.home.screen.recordings"],
)
def test_the_app_ends_while_a_worker_hangs(tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 7, done.stderr
    assert done.stderr == ""


HALF_WAY = """
import os, sys, threading
from pathlib import Path
from unittest.mock import patch

from mlxtop import events
from mlxtop.config import Config
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.recording_request import OpenedRecording
from mlxtop.tui.run.replay import ReplayScreen

# A pipe whose writer says no more: who reads it hangs within a call of the system.
reading, writing = os.pipe()
said, drawn = threading.Event(), 0
draws = ReplayScreen.frame

def say():
    header = events.Header(t=0.0, schema=1, wall=1e9, clock="test", mlxtop="0")
    samples = [events.Sample(t=n / 5, values={"cpu.user_percent": 1.0}) for n in range(7000)]
    with os.fdopen(os.dup(writing), "wb") as pipe:
        pipe.write(b"".join(map(events.encode, [header, *samples])))
    said.set()

def frame(self):
    global drawn
    draws(self)
    drawn += said.is_set()
    if drawn == 5:
        self.app.exit(7 if self.source.reading else 8)

threading.Thread(target=say).start()
path = Path(sys.argv[1])
with (
    patch("mlxtop.recording.reader.open_plain", lambda _: os.fdopen(reading, "rb")),
    patch.object(ReplayScreen, "frame", frame),
):
    app = MlxtopApp(Config(), LiveOptions(recordings=path.parent), replay=OpenedRecording(path))
    status = app.run(headless=len(sys.argv) < 3)
sys.exit(status)
"""


def test_a_replay_is_drawn_and_ends_while_its_file_hangs_half_way(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HALF_WAY, str(tmp_path / "long.jsonl")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 7, done.stderr
    assert done.stderr == ""


def test_a_call_gives_its_result_or_its_exception() -> None:
    executor = DaemonExecutor()
    assert executor.submit(divmod, 7, 2).result() == (3, 1)
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 7, 0).result()


def test_what_ends_in_time_is_waited_for() -> None:
    executor, may_end = DaemonExecutor(), threading.Event()
    told: list[str] = []

    def work() -> None:
        may_end.wait()
        told.append("saved")

    future: Future[None] = executor.submit(work)
    assert not future.done()
    threading.Timer(0.05, may_end.set).start()
    executor.shutdown()
    assert told == ["saved"]

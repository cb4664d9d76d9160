"""Live runs without an engine or without sensors: the machine cannot disturb them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mlxtop import clock
from mlxtop.events import Header
from mlxtop.recording.recorder import Recorder
from mlxtop.sensors import Sampler, Sensor, Values
from mlxtop.sources.live import Live
from mlxtop.sources.options import LiveOptions
from mlxtop.sources.parts import Emit, live_parts
from tests.kit.engine import FakeEngine

NOWHERE = LiveOptions(recordings=Path("none"), record=False)


def quiet_live(options: LiveOptions) -> Live:
    """Return a run on the real engine without sensors."""
    return Live(options, live_parts(options, sensors=[]))


class PlayedSensor(Sensor):
    """A sensor whose readings the test emits itself."""

    def __init__(self) -> None:
        super().__init__("played", 5.0, [])

    def read(self) -> Values:
        return {}


class PlayedSampler(Sampler):
    """A sampler that is never started: the test emits the readings."""

    def start(self) -> None:
        pass


class SparedRecorder(Recorder):
    """A recorder without a thread: it accepts events and writes nothing."""

    def start(self) -> None:
        pass


def fake_live(
    *,
    header: Header | None = None,
    now: Callable[[], float] = clock.now,
    seconds: float | None = None,
) -> tuple[Live, FakeEngine]:
    """Return a run on a fake engine, and that engine.

    The test emits the readings, and nothing is recorded.
    """
    engines: list[FakeEngine] = []

    def engine(emit: Emit) -> FakeEngine:
        engines.append(FakeEngine(emit, now=now, seconds=seconds))
        return engines[-1]

    parts = live_parts(NOWHERE, sensors=[PlayedSensor()], engine=engine)
    parts = replace(
        parts,
        header=header or parts.header,
        recorder=SparedRecorder(NOWHERE.recordings, header=parts.header, on=False),
        sampler=lambda emit: PlayedSampler([PlayedSensor()], emit),
        now=now,
    )
    return Live(NOWHERE, parts), engines[0]

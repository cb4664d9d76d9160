"""A watched machine: sensors and marks on one timeline, no engine and no conversation."""

from collections.abc import Sequence

from mlxtop.recording.file import WATCH
from mlxtop.recording.recorder import Recorder
from mlxtop.sensors import Sampler, Sensor, build_header, default_sensors
from mlxtop.sensors.processes import EngineCost
from mlxtop.sources.base import LiveSource
from mlxtop.sources.options import LiveOptions


def watch_sensors(hz: float) -> list[Sensor]:
    """Return this machine's sensors, the fast ones at `hz`, without those of an engine."""
    return [sensor for sensor in default_sensors(hz=hz) if not isinstance(sensor, EngineCost)]


class Watch(LiveSource):
    """The machine now. Its methods are called from one thread; only `emit` is for any thread."""

    def __init__(self, options: LiveOptions, sensors: Sequence[Sensor] | None = None) -> None:
        """Prepare; nothing is read and nothing is written before `start`."""
        super().__init__()
        self.options = options
        sensors = watch_sensors(options.hz) if sensors is None else sensors
        self.header = build_header(sensors)
        self.recorder = Recorder(
            options.recordings,
            header=self.header,
            text=options.text,
            on=options.record,
            limit_bytes=options.limit_bytes,
            at_once=True,
        )
        self.recorder.expect(WATCH)
        self.sampler = Sampler(sensors, self.emit, hz=options.hz)

    def start(self) -> None:
        """Start sensors and recorder; returns at once."""
        self.timeline.add(self.header)
        self.recorder.start()
        self.sampler.start()

    def close(self) -> None:
        """End the sensors and the recording; returns within about two seconds."""
        self.sampler.stop()
        self.poll()
        self.recorder.close()

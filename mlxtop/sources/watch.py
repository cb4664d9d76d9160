"""A machine as it is watched: sensors and marks on one timeline, no engine and no conversation."""

import queue
from collections.abc import Sequence

from mlxtop import clock, events
from mlxtop.events import AnyEvent
from mlxtop.recording.writer import Recorder
from mlxtop.sensors import Sampler, Sensor, build_header, default_sensors
from mlxtop.sensors.processes import EngineCost
from mlxtop.sources.options import LiveOptions
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline

NAME = "watch"
"""What a recording is called by where others have their model's name."""


def watch_sensors(hz: float) -> list[Sensor]:
    """Return this machine's sensors, the fast ones at `hz`, but for those of an engine."""
    return [sensor for sensor in default_sensors(hz=hz) if not isinstance(sensor, EngineCost)]


class Watch:
    """The machine now. Its methods are called from one thread; only `emit` is for any thread."""

    def __init__(self, options: LiveOptions, sensors: Sequence[Sensor] | None = None) -> None:
        """Prepare; nothing is read and nothing is written before `start`."""
        self.options = options
        self.timeline = Timeline()
        self.playhead = Playhead(self.timeline, live=True)
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
        self.recorder.expect(NAME)
        self.sampler = Sampler(sensors, self.emit, hz=options.hz)
        self._said: queue.SimpleQueue[AnyEvent] = queue.SimpleQueue()

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

    def emit(self, event: AnyEvent) -> None:
        """Take an event from any thread, for the timeline and the recording; never blocks."""
        self._said.put(event)
        self.recorder.put(event)

    def poll(self) -> None:
        """Bring what has happened into the timeline."""
        while True:
            try:
                self.timeline.add(self._said.get_nowait())
            except queue.Empty:
                return

    def mark(self, note: str, t: float | None = None) -> None:
        """Set a mark at time t, or now."""
        self.emit(events.Mark(t=clock.now() if t is None else t, note=note))

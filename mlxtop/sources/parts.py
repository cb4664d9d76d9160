"""The parts of a live run: engine, sampler, recorder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import structs

from mlxtop import clock
from mlxtop.engine.process import EngineProcess
from mlxtop.engine.protocol import Request
from mlxtop.events import AnyEvent, Header
from mlxtop.recording.recorder import Recorder
from mlxtop.recording.session import RecorderStatus
from mlxtop.sensors import Sampler, Sensor, build_header, default_sensors
from mlxtop.sources.options import LiveOptions
from mlxtop.streams import complain

Emit = Callable[[AnyEvent], None]


class Engine(Protocol):
    """What a run needs from its engine; the answers are events."""

    @property
    def alive(self) -> bool:
        """Whether it runs."""

    @property
    def pid(self) -> int | None:
        """Its process id; None if none runs."""

    def start(self) -> bool:
        """Start it if none runs; return whether one runs then."""

    def send(self, request: Request) -> bool:
        """Pass a request on without waiting; return False if no engine runs."""

    def restart(self, grace_seconds: float = 1.0) -> bool:
        """End it if one runs, start another; return whether one runs then."""

    def close(self, grace_seconds: float = 1.0) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class LiveParts:
    """The parts of one run; those that emit events are made once the run can take them."""

    header: Header
    recorder: Recorder
    sampler: Callable[[Emit], Sampler]
    engine: Callable[[Emit], Engine]
    now: Callable[[], float] = clock.now


def live_parts(
    options: LiveOptions,
    *,
    sensors: Sequence[Sensor] | None = None,
    engine: Callable[[Emit], Engine] | None = None,
) -> LiveParts:
    """Return the parts of a run: this machine's sensors and a child process, or those given."""
    read = default_sensors(hz=options.hz) if sensors is None else list(sensors)
    header = build_header(read)
    if options.made:
        header = structs.replace(header, made=options.made, host="")
    recorder = Recorder(
        options.recordings,
        header=header,
        text=options.text,
        anonymous=options.anonymous,
        on=options.record,
        limit_bytes=options.limit_bytes,
    )
    return LiveParts(
        header=header,
        recorder=recorder,
        sampler=lambda emit: Sampler(read, emit, hz=options.hz),
        engine=engine or (lambda emit: EngineProcess(emit, options.log)),
    )


def report_shortfall(status: RecorderStatus, options: LiveOptions, *, screen: bool = False) -> int:
    """Report on stderr which part of a finished run was not recorded; return the exit status.

    1 if a recording was required, or if the disk refused it and there was no screen to show that.
    Reaching the limit fails only a run whose recording was required.
    """
    if not status.shortfall:
        return 0
    complain(status.shortfall)
    return int(options.must_record or (status.refused and not screen))

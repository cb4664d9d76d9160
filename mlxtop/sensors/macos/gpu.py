"""The GPU of a Mac: time by client, and the statistics of the driver."""

from collections.abc import Callable, Sequence

from mlxtop.clock import now
from mlxtop.sensors.macos.gpu_time import Client, GpuTime
from mlxtop.sensors.macos.iokit import Registry
from mlxtop.sensors.macos.parse import (
    MEMORY,
    UTILIZATION,
    parse_creator,
    parse_gpu_time,
    parse_integer,
    parse_plist,
    parse_string,
    statistics_figures,
)
from mlxtop.sensors.source import Sensor, Values, gpu_group

ACCELERATOR = "IOAccelerator"
CLIENT = "AGXDeviceUserClient"
BUSY = "gpu.busy_percent"
ENGINE = "gpu.engine_busy_percent"
_KEYS = {figure: key for key, figure in (UTILIZATION | MEMORY).items()}


def read_clients(registry: Registry, creators: dict[int, int | None]) -> dict[int, Client]:
    """Return the clients of all accelerators by registry entry id; raises OSError.

    `creators` caches which process opened a client: that never changes.
    """
    clients: dict[int, Client] = {}
    with registry.services(ACCELERATOR) as accelerators:
        for accelerator in accelerators:
            with registry.children(accelerator) as children:
                for child in children:
                    if not registry.is_a(child, CLIENT):
                        continue
                    number = registry.entry_id(child)
                    used = parse_gpu_time(registry.plist(child, "AppUsage"))
                    if number is None or used is None:
                        continue
                    if number not in creators:
                        creator = parse_string(registry.plist(child, "IOUserClientCreator"))
                        creators[number] = parse_creator(creator)
                    clients[number] = Client(creators[number], used)
    for gone in creators.keys() - clients.keys():
        del creators[gone]
    return clients


def read_statistics(registry: Registry) -> list[object]:
    """Return the `PerformanceStatistics` of each accelerator that has one; raises OSError."""
    with registry.services(ACCELERATOR) as accelerators:
        lists = [registry.plist(entry, "PerformanceStatistics") for entry in accelerators]
    return [parse_plist(data) for data in lists if data]


def read_gpu_cores(registry: Registry) -> int | None:
    """Return the cores of the first accelerator that names them; raises OSError."""
    with registry.services(ACCELERATOR) as accelerators:
        for entry in accelerators:
            if cores := parse_integer(registry.plist(entry, "gpu-core-count")):
                return cores
    return None


class MacGpuTime(Sensor):
    """Share of the time that the GPU worked for any process, and for the engine."""

    def __init__(self, hz: float, registry: Registry, clock: Callable[[], float] = now) -> None:
        """Read the clients of `registry` at times of `clock`."""
        source = f"IOKit {CLIENT} AppUsage accumulatedGPUTime over 0.5 s"
        super().__init__(
            "gpu time",
            hz,
            [
                (BUSY, f"{source}, all clients, at most 100"),
                (ENGINE, f"{source}, the engine's by IOUserClientCreator"),
            ],
        )
        self._registry = registry
        self._clock = clock
        self._creators: dict[int, int | None] = {}
        self._time = GpuTime()
        self._engine_pid: int | None = None

    def set_engine_pid(self, pid: int | None) -> None:
        """Report the share of `pid` from the next reading on; called from any thread."""
        self._engine_pid = pid

    def read(self) -> Values:
        """Return the known shares in percent; raises OSError."""
        clients = read_clients(self._registry, self._creators)
        busy, engine = self._time.update(self._clock(), clients, self._engine_pid)
        shares = {BUSY: busy, ENGINE: engine}
        return {name: share for name, share in shares.items() if share is not None}

    def close(self) -> None:
        """Release the registry's keys; the next reading creates them again."""
        self._registry.close()


class MacGpuStatistics(Sensor):
    """Utilisation and memory as the driver counts them, for each GPU."""

    def __init__(
        self, hz: float, read: Callable[[], Sequence[object]], source: str, *, busy: bool
    ) -> None:
        """Read the statistics by `read`, which `source` names, and find out which figures exist.

        With `busy` the device's utilisation is also `gpu.busy_percent`.
        Raises OSError.
        """
        figures: list[tuple[str, str]] = []
        for number, statistics in enumerate(read()):
            group = gpu_group(number)
            for figure in statistics_figures(statistics):
                where = f"{source} {_KEYS[figure]}"
                figures.append((f"{group}.{figure}", where))
                if busy and figure == "device_percent":
                    figures.append((f"{group}.busy_percent", where))
        super().__init__("gpu", hz, figures)
        self._read = read
        self._busy = busy
        self._first = True

    def read(self) -> Values:
        """Return the figures; utilisation from the second reading on. Raises OSError.

        Utilisation counts from the last reading by any program: the first reading covers an
        unknown time.
        """
        values = self.nothing()
        for number, statistics in enumerate(self._read()):
            group = gpu_group(number)
            found = statistics_figures(statistics)
            if self._busy and "device_percent" in found:
                found["busy_percent"] = found["device_percent"]
            values |= {
                name: value
                for figure, value in found.items()
                if (name := f"{group}.{figure}") in values
            }
        if self._first:
            self._first = False
            values = {name: value for name, value in values.items() if name.endswith("_bytes")}
        return values

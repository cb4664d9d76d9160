"""The sources of each platform: the place to add one of mlxtop's own."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.sensors import packages
from mlxtop.sensors.cpu import AnySystem
from mlxtop.sensors.power_source import PowerSupply
from mlxtop.sensors.processes import ProcessCosts
from mlxtop.sensors.sampler_counts import SamplerCounts
from mlxtop.sensors.source import Sensor, SensorRequest, Source

SLOW_HZ = 1.0


@dataclass(frozen=True, slots=True)
class Made:
    """A source, and the sensors that it made here."""

    source: Source
    sensors: Sequence[Sensor]

    @property
    def names(self) -> set[str]:
        """The figures that they read."""
        return {info.name for sensor in self.sensors for info in sensor.infos}


def own_sources(platform: str = sys.platform) -> list[Source]:
    """Return mlxtop's sources for `platform`, as `sys.platform` names it, in their order.

    This is the order of the figures in a recording, and of GPUs.
    """
    # Imported here, because no system needs the sources of another.
    if platform == "darwin":
        from mlxtop.sensors.macos.sensors import Mac

        system: list[Source] = [Mac()]
    elif platform.startswith("linux"):
        from mlxtop.sensors.linux.amd import Amd
        from mlxtop.sensors.linux.kernel import Linux
        from mlxtop.sensors.linux.nvidia import Nvidia

        # NVIDIA's GPUs first: MLX runs only on those.
        system = [Linux(), Nvidia(), Amd()]
    else:
        system = [AnySystem()]
    return [*system, PowerSupply(platform), ProcessCosts(), SamplerCounts()]


def make_sensors(platform: str = sys.platform, hz: float = 5.0) -> list[Made]:
    """Return every source of `platform` with its sensors, the fast ones at `hz`.

    Packages with sources are loaded here and nowhere else.
    """
    made: list[Made] = []
    for source in own_sources(platform):
        made.append(Made(source, source.sensors(_wanted(made, hz))))
    for found in packages.find():
        taken = set().union(*(each.names for each in made))
        made.append(Made(found.source, found.sensors(_wanted(made, hz), taken)))
    return made


def default_sensors(platform: str = sys.platform, hz: float = 5.0) -> list[Sensor]:
    """Return the sensors of `platform`, the fast ones at `hz`."""
    return [sensor for each in make_sensors(platform, hz) for sensor in each.sensors]


def gpu_names(platform: str = sys.platform) -> list[str]:
    """Return the names of this machine's GPUs, in the order of their numbers.

    Includes those of packages that were loaded with the sensors.
    """
    sources = (*own_sources(platform), *packages.loaded())
    return [name for source in sources for name in source.gpu_names()]


def _wanted(made: Sequence[Made], hz: float) -> SensorRequest:
    names = set().union(*(each.names for each in made))
    groups = {name.partition(".")[0] for name in names if name.startswith("gpu")}
    return SensorRequest(hz, min(SLOW_HZ, hz), len(groups))

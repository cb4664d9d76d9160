"""Figures of the machine: sensors, and the thread that reads them."""

from mlxtop.sensors.machine import Machine, build_header, read_machine
from mlxtop.sensors.registry import default_sensors
from mlxtop.sensors.sampler import Sampler
from mlxtop.sensors.sampler_counts import SamplerStats
from mlxtop.sensors.source import Sensor, Values

__all__ = [
    "Machine",
    "Sampler",
    "SamplerStats",
    "Sensor",
    "Values",
    "build_header",
    "default_sensors",
    "read_machine",
]

"""Figures of the machine: sensors, and the thread that reads them."""

from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.machine import Machine, build_header, read_machine
from mlxtop.sensors.own import SamplerStats
from mlxtop.sensors.registry import default_sensors
from mlxtop.sensors.sampler import Sampler

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

"""Which sensors a Linux machine has."""

from mlxtop.sensors.base import Sensor
from mlxtop.sensors.cpu import Load
from mlxtop.sensors.linux.amd import amd_sensors
from mlxtop.sensors.linux.cgroup import OWN, limit_files, pressure_file
from mlxtop.sensors.linux.cpu import LinuxCpu
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.memory import LinuxMemory, LinuxMemoryLimit, LinuxSwap
from mlxtop.sensors.linux.nvidia import nvidia_sensors
from mlxtop.sensors.linux.pressure import PRESSURE, LinuxPressure

# The drivers renew their utilisation a few times a second at most.
GPU_HZ = 5.0


def linux_sensors(hz: float, slow_hz: float) -> list[Sensor]:
    """Return the sensors of Linux, the fast ones at `hz`, the rest at `slow_hz`."""
    nvidia = nvidia_sensors(min(hz, GPU_HZ), slow_hz)
    # NVML's GPUs come first: MLX runs on those and on no others.
    number = len({info.name.split(".")[0] for sensor in nvidia for info in sensor.infos})
    return [
        LinuxCpu(hz),
        Load(slow_hz),
        LinuxMemory(hz),
        LinuxMemoryLimit(slow_hz),
        LinuxSwap(slow_hz),
        # The kernel renews avg10 every two seconds: reading it faster shows nothing more.
        LinuxPressure(slow_hz, pressure_file(limit_files(try_text(OWN))) or PRESSURE),
        *nvidia,
        *amd_sensors(min(hz, GPU_HZ), number),
    ]

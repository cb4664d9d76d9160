"""The machine's facts and the versions, without importing mlx."""

import platform

from mlxtop import __version__
from mlxtop.doctor.report import Cores, Head
from mlxtop.sensors import Machine
from mlxtop.sensors.bandwidth import find_or_measure
from mlxtop.sensors.linux.cgroup import OWN, limit_files, memory_limit
from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.machine import package_version
from mlxtop.sensors.mlx_build import mlx_build
from mlxtop.text import one_line


def head(machine: Machine) -> Head:
    """Return what the page begins with; the host's name is nobody's business and left out."""
    bandwidth, why_not = find_or_measure(
        machine.chip, machine.cpu_cores, machine.gpu_cores, machine.memory_bytes
    )
    kinds = {kind.name: kind.count for kind in machine.cores}
    return Head(
        chip=one_line(machine.chip),
        cpu_cores=machine.cpu_cores,
        cpu_core_kinds=[Cores(name=kind.name, count=kind.count) for kind in machine.cores],
        performance_cores=kinds.get("performance"),
        efficiency_cores=kinds.get("efficiency"),
        gpu=one_line(machine.gpu),
        gpu_cores=machine.gpu_cores,
        memory_bytes=machine.memory_bytes,
        cgroup_limit_bytes=memory_limit(limit_files(try_text(OWN))),
        memory_bandwidth_bytes_per_second=bandwidth.bytes_per_second if bandwidth else None,
        memory_bandwidth_source=bandwidth.source if bandwidth else why_not,
        os=one_line(machine.os),
        python=platform.python_version(),
        mlxtop=__version__,
        mlx=package_version("mlx"),
        mlx_build=one_line(mlx_build()),
        mlx_lm=package_version("mlx-lm"),
    )

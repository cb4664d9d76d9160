"""The doctor's patients: the sensors' fake Mac and fake NVIDIA driver, and a report."""

import pytest

from mlxtop.doctor.report import Cores, FigureReport, Head, Missing, Pace, Report, SensorReport
from tests.sensors.conftest import fake_library, mac
from tests.sensors.test_nvidia import library, tell

__all__ = ["fake_library", "library", "mac", "tell"]


def sensor(name: str = "memory", **changes: object) -> SensorReport:
    """Return a sensor that works, but for `changes`."""
    fields: dict[str, object] = {
        "name": name,
        "state": "works",
        "figures": [
            FigureReport(
                name="memory.wired_bytes", unit="bytes", source="a file", value=18_400_000_000.0
            )
        ],
        "hz_asked": 5.0,
        "hz_achieved": 5.0,
        "readings": 11,
        "failures": 0,
        "cpu_microseconds": 27.4,
        "wall_microseconds": 31.0,
        "own_thread": False,
        "return_code": 0,
    }
    return SensorReport(**(fields | changes))  # type: ignore[arg-type]


@pytest.fixture
def report() -> Report:
    """A report in which one sensor works, one is absent and one fails."""
    pressure = "pressure.some_avg10_percent"
    return Report(
        machine=Head(
            chip="Apple M4 Max", cpu_cores=16, performance_cores=12,
            cpu_core_kinds=[Cores(name="super", count=4), Cores(name="performance", count=12)],
            gpu="Apple M4 Max", gpu_cores=40, memory_bytes=128 << 30, os="macOS 26.1",
            python="3.11.7", mlxtop="0.1.0", mlx="0.32.4",
        ),
        pace=Pace(
            hz_asked=5, seconds=2.1, ticks=11, late=1, dropped=0, worst_late_milliseconds=31.2
        ),
        sensors=[
            sensor(),
            sensor(
                "pressure",
                state="absent",
                figures=[
                    FigureReport(
                        name=pressure, unit="percent", source="PSI", note="a kernel with PSI"
                    )
                ],
            ),
            sensor(
                "swap",
                state="failed",
                failures=2,
                return_code=5,
                failure="[Errno 5] Input/output error",
            ),
        ],
        missing=[Missing(figures=["gpu.power_watts"], needs="macmon on PATH")],
        problems=["The sensor swap fails: [Errno 5] Input/output error."],
    )  # fmt: skip

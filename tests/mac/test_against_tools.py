"""Compares what mlxtop reads on this Mac with what the system's tools print at the same time."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlxtop.sensors import default_sensors
from mlxtop.sensors.macos.footprint import Footprints
from mlxtop.sensors.macos.machine import read_facts
from tests.mac import tools
from tests.mac.tools import Figures, deviations

TIMEOUT_SECONDS = 60
SPAN_SECONDS = 2.0
IOREG = ["ioreg", "-a", "-r", "-c", "IOAccelerator", "-d", "1"]


def run(*command: str) -> str:
    """Return what a tool prints; if it fails, skip the test with its error."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    if done.returncode:
        pytest.skip(f"{' '.join(command)} exited with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def named(*names: str) -> dict[str, str]:
    return tools.sysctl(run("sysctl", *names))


def read(seconds: float = SPAN_SECONDS) -> dict[str, float | None]:
    """Return the newest value of every figure, read over a span of time."""
    sensors = [sensor for sensor in default_sensors(hz=5.0) if not sensor.name.startswith("macmon")]
    values: dict[str, float | None] = {}
    try:
        for pause in (seconds, 0.0):
            for sensor in sensors:
                try:
                    found = sensor.read()
                except OSError:
                    continue
                values |= {name: value for name, value in found.items() if value is not None}
            time.sleep(pause)
    finally:
        for sensor in sensors:
            sensor.close()
    return values


TOOLS: dict[str, Callable[[], Figures]] = {
    "vm_stat, by Activity Monitor's formulae": lambda: tools.vm_stat(run("vm_stat")),
    "memory_pressure -Q": lambda: tools.memory_pressure(run("memory_pressure", "-Q")),
    "sysctl vm.swapusage": lambda: tools.swap(named("vm.swapusage")["vm.swapusage"]),
    "sysctl kern.memorystatus_vm_pressure_level": lambda: tools.pressure(
        run("sysctl", "-n", "kern.memorystatus_vm_pressure_level").strip()
    ),
    "ioreg IOAccelerator": lambda: tools.ioreg(run(*IOREG).encode()),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_figures_agree_with_the_tool(tool: str) -> None:
    before = TOOLS[tool]()
    ours = read()
    after = TOOLS[tool]()
    if not before and tool.startswith("ioreg"):
        assert "gpu.memory_in_use_bytes" not in ours, "the driver has no statistics"
        pytest.skip("this GPU's driver shows no statistics, as in a virtual machine")
    assert before, "the tool's output has changed"
    assert deviations(ours, before, after) == []


def test_cpu_time_agrees_with_top() -> None:
    command = ["top", "-l", "2", "-n", "0", "-s", str(round(SPAN_SECONDS))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        ours = read()
        text, _ = program.communicate(timeout=TIMEOUT_SECONDS)
    printed = tools.top(text)
    assert printed, text
    assert deviations(ours, printed, printed) == []


def test_the_footprint_agrees_with_footprint() -> None:
    pid = os.getpid()
    before = tools.footprint(run("footprint", "-f", "bytes", str(pid)))
    ours = Footprints().of(pid)
    after = tools.footprint(run("footprint", "-f", "bytes", str(pid)))
    assert before is not None
    assert after is not None
    assert deviations({"footprint": ours}, {"footprint": before}, {"footprint": after}) == []


def test_constant_facts_are_equal() -> None:
    facts = read_facts()
    printed = named("hw.memsize", "machdep.cpu.brand_string")
    assert facts.memory_bytes == int(printed["hw.memsize"]) == read(0.0)["memory.total_bytes"]
    assert facts.chip == printed["machdep.cpu.brand_string"]
    assert facts.version == run("sw_vers", "-productVersion").strip()
    levels = int(run("sysctl", "-n", "hw.nperflevels"))
    counts = [int(run("sysctl", "-n", f"hw.perflevel{n}.physicalcpu")) for n in range(levels)]
    assert [count for _, count in facts.cores] == counts


def test_the_thermal_level_agrees_with_notifyutil() -> None:
    name = "com.apple.system.thermalpressurelevel"
    printed = [run("notifyutil", "-g", name)]
    level = read(0.0).get("thermal.level")
    printed.append(run("notifyutil", "-g", name))
    if not all(text.startswith(name) for text in printed):
        pytest.skip(f"notifyutil says: {printed[0].strip()}")
    assert level in {float(text.split()[1]) for text in printed}


def test_doctor_saves_a_capture(tmp_path: Path) -> None:
    """`MAC_CAPTURE` names the folder to keep it in."""
    folder = Path(os.environ.get("MAC_CAPTURE", "") or tmp_path / "capture")
    command = [sys.executable, "-m", "mlxtop", "doctor", "--capture", str(folder)]
    subprocess.run(command, check=True, timeout=TIMEOUT_SECONDS)
    assert list(folder.iterdir())

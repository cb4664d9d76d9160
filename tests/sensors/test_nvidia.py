"""NVIDIA GPUs: the very calls of pynvml, against C functions of NVML's names."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlxtop.sensors.linux import nvidia
from mlxtop.sensors.linux.sensors import linux_sensors

SOURCE = Path(__file__).parent / "fake_nvml" / "nvml.c"
Tell = Callable[[str, int], None]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("NO C COMPILER (cc): the calls into NVML are not tested at all")
    path = tmp_path_factory.mktemp("nvml") / "libnvidia-ml.so.1"
    command = [compiler, "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", str(SOURCE)]
    subprocess.run([*command, "-o", str(path)], check=True)
    return path


@pytest.fixture
def tell(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Let pynvml find this test's own library; return what sets one of its variables."""
    pynvml = pytest.importorskip("pynvml")
    copy = str(shutil.copy(library, tmp_path / "nvml.so"))
    loaded = ctypes.CDLL(copy)
    monkeypatch.setattr(nvidia, "LIBRARY", copy)
    monkeypatch.setattr(pynvml, "nvmlLib", loaded)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})

    def tell(name: str, value: int) -> None:
        kind = ctypes.c_uint64 if name == "reasons" else ctypes.c_int
        kind.in_dll(loaded, name).value = value

    return tell


@pytest.mark.usefixtures("tell")
def test_all_figures_of_all_gpus() -> None:
    fast, slow = nvidia.nvidia_sensors(5, 1)
    assert (fast.hz, slow.hz, fast.slow, slow.slow) == (5, 1, True, True)
    assert fast.read() | slow.read() == {
        "gpu.busy_percent": 97,
        "gpu.memory_used_bytes": 50754820096,
        "gpu.memory_total_bytes": 150754820096,
        "gpu.power_watts": 612.345,
        "gpu.temperature_celsius": 61,
        "gpu.clock_hertz": 1.98e9,
        "gpu.memory_clock_hertz": 3.201e9,
        "gpu.throttle_reasons": 4,
        "gpu1.busy_percent": 97,
        "gpu1.memory_used_bytes": None,
        "gpu1.memory_total_bytes": None,
        "gpu1.power_watts": None,
        "gpu1.temperature_celsius": None,
        "gpu1.clock_hertz": None,
        "gpu1.memory_clock_hertz": None,
        "gpu1.throttle_reasons": None,
    }
    assert {info.name for sensor in (fast, slow) for info in sensor.infos} == {
        *fast.read(), *slow.read(),
    }  # fmt: skip


def test_an_older_driver_gives_the_temperature_by_its_older_call(tell: Tell) -> None:
    tell("no_temperature_v", 1)
    assert nvidia.nvidia_sensors(5, 1)[1].read()["gpu.temperature_celsius"] == 60


def test_nonsense_is_none(tell: Tell) -> None:
    tell("busy", -1)
    tell("reasons", -1)
    fast, slow = nvidia.nvidia_sensors(5, 1)
    assert fast.read()["gpu.busy_percent"] is None
    assert slow.read()["gpu.throttle_reasons"] is None


def test_a_gpu_that_falls_off_the_bus_fails_the_reading_and_may_return(tell: Tell) -> None:
    fast, _ = nvidia.nvidia_sensors(5, 1)
    tell("failure", 15)
    with pytest.raises(Exception, match="GPU is lost"):
        fast.read()
    tell("failure", 0)
    assert fast.read()["gpu.busy_percent"] == 97


def test_no_driver_no_sensor_no_error(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    tell("init_result", 9)
    assert nvidia.nvidia_sensors(5, 1) == []
    tell("init_result", 0)
    tell("count", 0)
    assert nvidia.nvidia_sensors(5, 1) == []
    monkeypatch.setattr(nvidia, "LIBRARY", "no-such-library.so")
    assert nvidia.load_nvml() is None


def test_a_gpu_that_cannot_be_opened_is_left_out(tell: Tell) -> None:
    tell("count", 3)
    assert nvidia.nvidia_names(nvidia.load_nvml()) == ["NVIDIA H200", "NVIDIA GB10"]


@pytest.mark.usefixtures("tell")
def test_bandwidth_from_bus_and_clock() -> None:
    nvml: Any = nvidia.load_nvml()
    first, second = nvidia.handles(nvml)
    found = nvidia.nvidia_bandwidth_bytes_per_second(nvml, first)
    assert found == pytest.approx(4.917e12, rel=1e-3)
    assert nvidia.nvidia_bandwidth_bytes_per_second(nvml, second) is None


@pytest.mark.usefixtures("tell")
def test_they_are_among_the_sensors_of_linux() -> None:
    assert {"nvidia load", "nvidia state"} <= {sensor.name for sensor in linux_sensors(5, 1)}

"""NVIDIA GPUs: the very calls of pynvml, against C functions of NVML's names."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlxtop.sensors import bandwidth, default_sensors, machine
from mlxtop.sensors.linux import files, nvidia, nvidia_gpus

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
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    for name in ("PCI_DEVICES", "NVIDIA_DRIVER"):
        monkeypatch.setattr(files, name, tmp_path / "devices")

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
def test_bandwidth_from_bus_and_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml: Any = nvidia.load_nvml()
    found = nvidia.nvidia_bandwidth_bytes_per_second(nvml)
    assert found == pytest.approx(4.917e12, rel=1e-3)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert nvidia.nvidia_bandwidth_bytes_per_second(nvml) is None, "it does not tell"


@pytest.mark.usefixtures("tell")
def test_they_are_among_the_sensors_of_linux() -> None:
    assert {"nvidia load", "nvidia state"} <= {sensor.name for sensor in default_sensors("linux")}


@pytest.mark.usefixtures("tell")
@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, ["NVIDIA H200", "NVIDIA GB10"]),
        ({"CUDA_VISIBLE_DEVICES": "1"}, ["NVIDIA GB10", "NVIDIA H200"]),
        ({"CUDA_VISIBLE_DEVICES": "GPU-bb1"}, ["NVIDIA GB10", "NVIDIA H200"]),
        ({"CUDA_VISIBLE_DEVICES": "MIG-5c89852c"}, ["NVIDIA GB10", "NVIDIA H200"]),
        ({"CUDA_VISIBLE_DEVICES": ""}, ["NVIDIA H200", "NVIDIA GB10"]),
    ],
)
def test_the_first_gpu_is_the_one_that_the_engine_gets(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], names: list[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert nvidia.nvidia_names(nvidia.load_nvml()) == names
    fast, slow = nvidia.nvidia_sensors(5, 1)
    values = fast.read() | slow.read()
    first, second = ("gpu", "gpu1") if names[0] == "NVIDIA H200" else ("gpu1", "gpu")
    assert values[f"{first}.power_watts"] == 612.345
    assert values[f"{second}.power_watts"] is None


def test_the_fastest_is_cudas_first_unless_addresses_are_to_decide(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell("cores", 1024)
    assert nvidia.nvidia_names(nvidia.load_nvml()) == ["NVIDIA GB10", "NVIDIA H200"]
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    assert nvidia.nvidia_names(nvidia.load_nvml()) == ["NVIDIA H200", "NVIDIA GB10"]


@pytest.mark.usefixtures("tell")
def test_what_holds_back_a_hidden_gpu_is_nothing_of_this_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    slow = nvidia.nvidia_sensors(5, 1)[1]
    assert "gpu.throttle_reasons" in slow.read()
    assert "gpu1.throttle_reasons" not in slow.read()
    assert {info.name for info in slow.infos} == set(slow.read())


@pytest.mark.usefixtures("tell")
def test_the_engine_says_which_gpu_is_the_first() -> None:
    fast, _ = nvidia.nvidia_sensors(5, 1)
    assert fast.read()["gpu.memory_used_bytes"] == 50754820096
    fast.set_engine_gpu("0000:41:00.0")
    assert fast.read()["gpu.memory_used_bytes"] is None
    assert fast.read()["gpu1.memory_used_bytes"] == 50754820096
    fast.set_engine_gpu("0000:99:00.0")
    assert fast.read()["gpu1.memory_used_bytes"] == 50754820096, "nobody's address"


@pytest.mark.usefixtures("tell")
def test_memory_of_a_mig_instance_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml: Any = nvidia.load_nvml()
    assert nvidia.nvidia_memory_left(nvml) == 100000000000
    assert nvidia.nvidia_memory_left(nvml, freed_bytes=1 << 40) == 150754820096
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-5c89852c")
    fast, slow = nvidia.nvidia_sensors(5, 1)
    assert fast.read()["gpu.memory_used_bytes"] == 5000000000
    assert slow.read()["gpu.memory_total_bytes"] == 20000000000
    assert nvidia.nvidia_memory_left(nvml) == 15000000000


def test_the_header_names_the_engines_gpu_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tell: Tell
) -> None:
    monkeypatch.setattr(nvidia, "INFORMATION", tmp_path)
    assert machine.read_machine("linux").gpu.startswith("NVIDIA H200, NVIDIA GB10")
    for name in ("NVIDIA H200", "NVIDIA GB10"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "information").write_text(f"Model: {name}\n")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert machine.read_machine("linux").gpu.startswith("NVIDIA GB10, NVIDIA H200")
    tell("init_result", 9)
    assert "NVIDIA H200" in machine.read_machine("linux").gpu, "as the kernel's driver says"


# -- sleep -----------------------------------------------------------------------------------------


def powered(folder: Path, address: str, status: str) -> Path:
    """Make a GPU of the kernel's, and let it be awake or asleep."""
    power = folder / "devices" / address / "power"
    power.mkdir(parents=True, exist_ok=True)
    (power / "control").write_text("auto\n")
    (power / "runtime_status").write_text(f"{status}\n")
    return power


def which(tell: Tell, library: str) -> int:
    """Return which GPUs were opened since the last call, a bit for each."""
    value = ctypes.c_int.in_dll(ctypes.CDLL(library), "opened").value
    tell("opened", 0)
    return value


def test_a_gpu_that_sleeps_is_left_asleep_and_read_when_it_wakes(
    tell: Tell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "gpus" / "0000:41:00.0" / "information"
    information.parent.mkdir(parents=True)
    information.write_text("Model: \t NVIDIA GB10\n")
    monkeypatch.setattr(nvidia_gpus, "INFORMATION", tmp_path / "gpus")
    powered(tmp_path, "0000:01:00.0", "active")
    second = powered(tmp_path, "0000:41:00.0", "suspended")
    names = nvidia.nvidia_names(nvidia.load_nvml())
    assert names == ["NVIDIA H200", "NVIDIA GB10"]
    fast, slow = nvidia.nvidia_sensors(5, 1)
    values = fast.read() | slow.read()
    assert which(tell, nvidia.LIBRARY) == 0b01, "only the first was asked for"
    assert (values["gpu.busy_percent"], values["gpu.asleep"]) == (97, 0)
    assert (values["gpu1.busy_percent"], values["gpu1.asleep"]) == (None, 1)
    assert {info.name for sensor in (fast, slow) for info in sensor.infos} == set(values)

    (second / "runtime_status").write_text("active\n")
    values = fast.read() | slow.read()
    assert which(tell, nvidia.LIBRARY) == 0b10
    assert (values["gpu1.busy_percent"], values["gpu1.asleep"]) == (97, 0)
    powered(tmp_path, "0000:01:00.0", "suspended")
    (second / "runtime_status").write_text("suspended\n")
    assert set(fast.read().values()) == {None}, "sleep is no failure"


def test_nothing_of_a_sleeping_gpu_is_asked_for_its_memory_or_bandwidth(
    tell: Tell, tmp_path: Path
) -> None:
    for address in ("0000:01:00.0", "0000:41:00.0"):
        powered(tmp_path, address, "suspended")
    nvml: Any = nvidia.load_nvml()
    assert nvidia.nvidia_memory_left(nvml) is None
    assert nvidia.nvidia_bandwidth_bytes_per_second(nvml) is None
    assert which(tell, nvidia.LIBRARY) == 0


def test_bandwidth_is_that_of_the_gpu_only_where_mlx_runs_on_it(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bandwidth.specified("AMD EPYC", None, None) is None, "MLX's build here is for the CPU"
    monkeypatch.setattr(bandwidth, "is_cuda", lambda: True)
    found = bandwidth.specified("AMD EPYC", None, None)
    assert found is not None
    assert found.source.startswith("NVML")

"""How much a model may take, before an engine has told it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mlxtop.events import EngineReady
from mlxtop.launch import bench
from mlxtop.models.catalogue import ModelInfo
from mlxtop.models.fits import MemoryLimit
from mlxtop.sensors import limit
from mlxtop.sensors.limit import engine_limit, memory_limit
from mlxtop.sensors.linux import nvidia
from mlxtop.sensors.machine import Machine, read_machine
from mlxtop.sensors.macos import machine as mac_machine
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.machine import wired_limit_bytes
from tests.sensors.fake_mac import FakeMac

GIB = 1 << 30
GB = 10**9


# -- macOS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gib", "share", "words"),
    [(8, 2 / 3, "two thirds"), (16, 2 / 3, "two thirds"), (128, 3 / 4, "three quarters")],
)
def test_memory_of_a_mac_is_an_estimate_and_says_so(
    monkeypatch: pytest.MonkeyPatch, gib: int, share: float, words: str
) -> None:
    monkeypatch.setattr(mac_machine, "wired_limit_bytes", lambda: None)
    monkeypatch.setattr(limit, "read_machine", lambda: Machine(memory_bytes=gib * GIB))
    assert memory_limit(system="darwin") == MemoryLimit(
        round(gib * GIB * share), f"estimate: {words} of the memory", gib * GIB
    )


def test_a_mac_whose_memory_is_not_known_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mac_machine, "wired_limit_bytes", lambda: None)
    monkeypatch.setattr(limit, "read_machine", Machine)
    assert memory_limit(system="darwin").bytes is None


def test_the_wired_limit_that_somebody_set_is_no_estimate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mac_machine, "wired_limit_bytes", lambda: 115 * GIB)
    assert memory_limit(system="darwin") == MemoryLimit(115 * GIB, "iogpu.wired_limit_mb")


def unbound() -> Kernel:
    raise OSError("no symbol")


class Printed:
    """A program that prints a text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, command: Sequence[str]) -> str:
        return self.text


def test_the_wired_limit_by_a_call_and_by_a_program(mac: FakeMac) -> None:
    def never(command: object) -> str:
        raise AssertionError(command)

    assert wired_limit_bytes(mac.kernel, never) is None, "this system knows of none"
    for mebibytes, found in ((0, None), (40960, 40 * GIB)):
        mac.sysctl("iogpu.wired_limit_mb", mebibytes.to_bytes(4, "little"))
        assert wired_limit_bytes(mac.kernel, never) == found
        assert wired_limit_bytes(unbound, Printed(f"{mebibytes}\n")) == found


# -- by the engine ---------------------------------------------------------------------------------


def test_the_engine_says_what_a_model_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    def ready(**said: Any) -> EngineReady:
        return EngineReady(t=1.0, pid=1, mlx="", mlx_lm="", **said)

    monkeypatch.setattr(nvidia, "load_nvml", lambda: None)
    metal = ready(device="gpu", working_set_bytes=12 * GB, device_memory_bytes=16 * GB)
    assert engine_limit(metal, 0) == MemoryLimit(12 * GB, "as MLX recommends")
    assert engine_limit(ready(device="cpu", device_memory_bytes=16 * GB), 0) is None
    cuda = ready(device="gpu", device_memory_bytes=24 * GB)
    assert engine_limit(cuda, 0) == MemoryLimit(24 * GB, "the GPU's memory")
    monkeypatch.setattr(nvidia, "load_nvml", lambda: "nvml")
    monkeypatch.setattr(nvidia, "nvidia_memory_left", lambda nvml, freed: 3 * GB + freed)
    assert engine_limit(cuda, 5 * GB) == MemoryLimit(8 * GB, "free on the GPU now")


def test_a_benchmark_refuses_no_model_by_an_estimate_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = ModelInfo(id="a/big", path=Path("big"), size_bytes=100 * GB, loaded_bytes=100 * GB)
    for may_take, refused in (
        (MemoryLimit(103 * GB, "estimate: three quarters", most_bytes=137 * GB), False),
        (MemoryLimit(103 * GB, "iogpu.wired_limit_mb"), True),
        (MemoryLimit(77 * GB, "estimate: three quarters", most_bytes=103 * GB), True),
    ):
        monkeypatch.setattr(bench, "memory_limit", lambda found=may_take: found)
        said = bench._too_large([model])
        assert bool(said) == refused
        assert not refused or said.endswith(f", {may_take.source}.")


# -- Linux -----------------------------------------------------------------------------------------


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with 100 GB free of 128 GB, and MLX for the CPU; its only group is the folder."""
    memory = SimpleNamespace(total=128 * GB, available=100 * GB)
    monkeypatch.setattr(limit, "psutil", SimpleNamespace(virtual_memory=lambda: memory))
    monkeypatch.setattr(limit, "limit_files", lambda own: [tmp_path / "memory.max"])
    monkeypatch.setattr(limit, "is_cuda", lambda: False)
    monkeypatch.setattr(limit, "has_arc", lambda: False)
    return tmp_path


@pytest.mark.usefixtures("host")
def test_what_is_available_grows_by_what_the_loaded_model_frees() -> None:
    assert memory_limit(system="linux") == MemoryLimit(100 * GB, "available now")
    assert memory_limit(8 * GB, system="linux").bytes == 108 * GB
    assert memory_limit(80 * GB, system="linux").bytes == 128 * GB


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's memory")
def test_this_machine_has_a_limit_within_its_memory() -> None:
    total = read_machine().memory_bytes
    found = memory_limit(system="linux").bytes
    assert total is not None
    assert found is not None
    assert 0 < found <= total


def test_in_a_container_only_what_is_left_below_its_limit(host: Path) -> None:
    (host / "memory.max").write_text("4294967296\n")
    (host / "memory.current").write_text("3865470566\n")
    assert memory_limit(system="linux") == MemoryLimit(429496730, "left in this container")
    (host / "memory.stat").write_text("anon 9\ninactive_file 500\nactive_file 70\nfile 900\n")
    assert memory_limit(1000, system="linux").bytes == 429496730 + 570 + 1000


def test_zfs_gives_its_cache_back(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (host / "arcstats").write_text("name type data\nc_min 4 4000000000\nsize 4 20000000000\n")
    monkeypatch.setattr(limit, "has_arc", lambda: True)
    monkeypatch.setattr(limit, "ARCSTATS", host / "arcstats")
    assert memory_limit(system="linux").bytes == 116 * GB


def test_where_mlx_runs_on_an_nvidia_gpu_its_memory_is_what_counts(
    host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(nvml: object, freed: int) -> int | None:
        return None if nvml == "shares the machine's" else 6 * GB + freed

    monkeypatch.setattr(limit, "is_cuda", lambda: True)
    monkeypatch.setattr(nvidia, "nvidia_memory_left", left)
    monkeypatch.setattr(nvidia, "load_nvml", lambda: "nvml")
    assert memory_limit(GB, system="linux") == MemoryLimit(7 * GB, "free on the GPU now")
    for nvml in (None, "shares the machine's"):
        monkeypatch.setattr(nvidia, "load_nvml", lambda nvml=nvml: nvml)
        assert memory_limit(system="linux").source == "available now"

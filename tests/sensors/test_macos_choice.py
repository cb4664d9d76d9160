"""Which way each figure of a Mac is read: by a call, or by a program where the call fails."""

import plistlib
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mlxtop.sensors.machine import CoreKind, read_machine
from mlxtop.sensors.macos.chips import memory_bandwidth_bytes_per_second
from mlxtop.sensors.macos.machine import MacFacts, read_facts
from mlxtop.sensors.macos.sensors import macos_sensors
from mlxtop.sensors.macos.sources import run
from mlxtop.sensors.source import Sensor
from tests.sensors.fake_mac import AGX, FakeMac, buffer
from tests.sensors.ticking import FIXTURES

GIB = 1 << 30
SWAP = struct.pack("<QQQIi", 400, 300, 100, 16384, 1)
STATISTICS = {
    "Device Utilization %": 140, "Renderer Utilization %": 20, "Tiler Utilization %": 22,
    "In use system memory": 5, "Alloc system memory": 6,
}  # fmt: skip
PRINTED = {
    "vm_stat": (FIXTURES / "vm_stat-intel-4096.txt").read_text(),
    "ioreg": (FIXTURES / "ioreg-m2-trimmed.txt").read_text(),
    "notifyutil": (FIXTURES / "notifyutil.txt").read_text(),
    "system_profiler": (FIXTURES / "system_profiler-m4max.json").read_text(),
    "hw.memsize": "34359738368\n",
    "kern.memorystatus_vm_pressure_level": "2\n",
    "kern.memorystatus_level": "31\n",
    "vm.swapusage": "total = 4.00M  used = 3.00M  free = 1.00M  (encrypted)\n",
    "machdep.cpu.brand_string": "Apple M4 Max\n",
}


def programs(command: Sequence[str]) -> str:
    try:
        return PRINTED[command[-1] if command[0] == "sysctl" else command[0]]
    except KeyError:
        raise FileNotFoundError(command[0]) from None


def no_programs(command: Sequence[str]) -> str:
    raise FileNotFoundError(command[0])


def unbound() -> None:
    raise AttributeError("symbol not found")


def fill(mac: FakeMac) -> int:
    mac.sysctl("hw.pagesize", struct.pack("<q", 16384))
    mac.sysctl("hw.memsize", struct.pack("<q", 16 * GIB))
    mac.sysctl("vm.swapusage", SWAP)
    mac.sysctl("kern.memorystatus_vm_pressure_level", struct.pack("<i", 4))
    mac.sysctl("kern.memorystatus_level", struct.pack("<i", 64))
    mac.sysctl("machdep.cpu.brand_string", b"Apple M1 Pro\0")
    mac.statistics(buffer(wired=100, active=50, swapins=7))
    accelerator = mac.entry(AGX, 1, PerformanceStatistics=STATISTICS)
    mac.properties(accelerator, {"gpu-core-count": 14})
    return accelerator


def sensors(mac: FakeMac, run: Callable[[Sequence[str]], str] = no_programs) -> dict[str, Sensor]:
    made = macos_sensors(5, 1, mac.kernel, mac.registry, mac.path, run)
    names = [info.name for sensor in made for info in sensor.infos]
    assert len(names) == len(set(names))
    return {sensor.name: sensor for sensor in made}


def test_a_mac_where_every_call_answers(mac: FakeMac) -> None:
    mac.client(fill(mac), 2, 3, 4)
    found = sensors(mac)
    assert not any(sensor.slow for sensor in found.values())
    assert "program" not in str([sensor.infos for sensor in found.values()])
    assert found["memory"].read()["memory.wired_bytes"] == 100 * 16384
    assert found["memory total"].read() == {"memory.total_bytes": 16 * GIB}
    assert found["swap"].read() == {"swap.used_bytes": 100, "swap.total_bytes": 400}
    assert found["swap traffic"].read() == {}, "how old the first answer is nobody knows"
    mac.statistics(buffer(wired=101, swapins=8))
    assert found["swap traffic"].read() == {
        "swap.in_bytes_per_second": None,
        "swap.out_bytes_per_second": None,
    }
    assert found["pressure"].read() == {
        "pressure.level": 2,
        "pressure.raw_level": 4,
        "pressure.free_percent": 64,
    }
    assert [info.name for info in found["gpu time"].infos] == [
        "gpu.busy_percent", "gpu.engine_busy_percent",
    ]  # fmt: skip
    found["thermal"].close()


def test_the_wired_limit_where_the_system_has_one_and_somebody_set_it(mac: FakeMac) -> None:
    fill(mac)
    mac.sysctl("iogpu.wired_limit_mb", (40960).to_bytes(4, sys.byteorder))
    total = sensors(mac)["memory total"]
    assert total.read() == {
        "memory.total_bytes": 16 * GIB,
        "memory.wired_limit_bytes": 40 * GIB,
    }
    mac.sysctl("iogpu.wired_limit_mb", bytes(4))
    assert total.read()["memory.wired_limit_bytes"] is None


def test_the_first_reading_of_the_devices_utilisation_is_dropped(mac: FakeMac) -> None:
    mac.client(fill(mac), 2, 3, 4)
    gpu = sensors(mac)["gpu"]
    assert gpu.read() == {"gpu.memory_in_use_bytes": 5, "gpu.memory_alloc_bytes": 6}
    assert gpu.read() == {
        "gpu.device_percent": 100,
        "gpu.renderer_percent": 20,
        "gpu.tiler_percent": 22,
        "gpu.memory_in_use_bytes": 5,
        "gpu.memory_alloc_bytes": 6,
    }


def test_the_engines_share_by_the_sensor(mac: FakeMac) -> None:
    client = mac.client(fill(mac), 2, 77, 0)
    found = sensors(mac)["gpu time"]
    times = iter([0.0, 0.5, 1.0])
    found._clock = lambda: next(times)  # type: ignore[attr-defined]
    found.set_engine_pid(77)
    assert found.read() == {}
    mac.used(client, 100_000_000)
    assert found.read() == {"gpu.busy_percent": 20, "gpu.engine_busy_percent": 20}
    mac.used(client, 300_000_000)
    assert found.read() == {"gpu.busy_percent": 40, "gpu.engine_busy_percent": 40}


def test_without_clients_that_count_the_device_is_the_headline(mac: FakeMac) -> None:
    fill(mac)
    found = sensors(mac)
    assert "gpu time" not in found
    source = {info.name: info.source for info in found["gpu"].infos}["gpu.busy_percent"]
    assert source == "IOKit PerformanceStatistics Device Utilization %"
    found["gpu"].read()
    assert found["gpu"].read()["gpu.busy_percent"] == 100


def test_two_accelerators_have_names_of_their_own(mac: FakeMac) -> None:
    fill(mac)
    mac.entry(
        "IntelAccelerator:IOAccelerator", 8, PerformanceStatistics={"Device Utilization %": 9}
    )
    mac.entry("AppleParavirtGPU:IOAccelerator", 9)
    gpu = sensors(mac)["gpu"]
    gpu.read()
    assert gpu.read()["gpu1.device_percent"] == 9
    assert not [info for info in gpu.infos if info.name.startswith("gpu2")]


def test_a_virtual_machine_without_statistics_has_no_gpu_sensor(mac: FakeMac) -> None:
    mac.entry("AppleParavirtGPU:IOAccelerator", 9)
    assert not {"gpu", "gpu time"} & set(sensors(mac))


@pytest.mark.parametrize("refused", ["result", "matching_result", "register_status"])
def test_each_call_that_fails_has_a_program_of_its_own(mac: FakeMac, refused: str) -> None:
    mac.client(fill(mac), 2, 3, 4)
    mac.tell(refused, 5)
    found = sensors(mac, programs)
    slow = {name for name, sensor in found.items() if sensor.slow}
    replaced = {"result": {"memory", "swap traffic"}, "matching_result": {"gpu"}}
    assert slow == replaced.get(refused, {"thermal"})
    for name in slow:
        assert found[name].hz == 1
        assert "program" in found[name].infos[0].source
        found[name].read()


def test_a_mac_where_no_library_can_be_bound(mac: FakeMac) -> None:
    made = macos_sensors(5, 1, unbound, unbound, "no-such-library.so", programs)  # type: ignore[arg-type]
    found = {sensor.name: sensor for sensor in made}
    assert all(sensor.slow for sensor in made)
    assert found["memory"].read()["memory.wired_bytes"] == 715958 * 4096
    assert found["memory total"].read() == {"memory.total_bytes": 32 * GIB}
    assert found["pressure"].read()["pressure.level"] == 1
    assert found["swap"].read()["swap.used_bytes"] == 3 << 20
    found["gpu"].read()
    values = found["gpu"].read()
    assert values["gpu.busy_percent"] == values["gpu.device_percent"] == 40


def test_where_nothing_answers_the_sensor_says_so_at_its_reading(mac: FakeMac) -> None:
    mac.tell("result", 5)
    found = sensors(mac)
    with pytest.raises(FileNotFoundError, match="vm_stat"):
        found["memory"].read()
    assert "gpu" not in found


def test_a_statistic_that_vanishes_is_none(mac: FakeMac) -> None:
    accelerator = fill(mac)
    gpu = sensors(mac)["gpu"]
    gpu.read()
    mac.properties(accelerator, {"PerformanceStatistics": {"Tiler Utilization %": -7}})
    assert gpu.read() == gpu.nothing()
    mac.properties(accelerator, {"PerformanceStatistics": b"<plist>"})
    assert gpu.read() == gpu.nothing()


def test_facts_by_calls_and_by_programs(mac: FakeMac) -> None:
    fill(mac)
    for name, value in (("hw.nperflevels", 2), ("hw.perflevel0.physicalcpu", 8)):
        mac.sysctl(name, struct.pack("<i", value))
    facts = read_facts(mac.kernel, mac.registry, no_programs)
    assert (facts.chip, facts.memory_bytes, facts.gpu_cores) == ("Apple M1 Pro", 16 * GIB, 14)
    assert facts.cores == (("performance", 8),)
    assert facts.version == ""
    facts = read_facts(unbound, unbound, programs)  # type: ignore[arg-type]
    assert (facts.chip, facts.memory_bytes, facts.gpu_cores) == ("Apple M4 Max", 32 * GIB, 40)


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        # An M5 Pro, an M4 Max, an M5; a kernel that does not name its levels.
        ([("Super", 6), ("Performance", 12)], (("super", 6), ("performance", 12))),
        ([("Performance", 12), ("Efficiency", 4)], (("performance", 12), ("efficiency", 4))),
        (
            [("Super", 2), ("Performance", 4), ("Efficiency", 4)],
            (("super", 2), ("performance", 4), ("efficiency", 4)),
        ),
        ([("", 8), ("", 2), ("", 1)], (("performance", 8), ("efficiency", 2), ("level 2", 1))),
        ([("Sup\x1b[31mer\n", 1)], (("sup␛[31mer", 1),)),
        ([], ()),
    ],
)
def test_cores_have_the_names_the_kernel_gives_them(
    mac: FakeMac, levels: list[tuple[str, int]], found: tuple[tuple[str, int], ...]
) -> None:
    mac.sysctl("hw.nperflevels", struct.pack("<i", len(levels)))
    printed = {"hw.nperflevels": f"{len(levels)}\n"}
    for level, (name, count) in enumerate(levels):
        mac.sysctl(f"hw.perflevel{level}.physicalcpu", struct.pack("<i", count))
        mac.sysctl(f"hw.perflevel{level}.name", name.encode() + b"\0")
        printed[f"hw.perflevel{level}.physicalcpu"] = f"{count}\n"
        printed[f"hw.perflevel{level}.name"] = f"{name}\n"
    assert read_facts(mac.kernel, mac.registry, no_programs).cores == found
    by_programs = read_facts(unbound, unbound, lambda command: printed.get(command[-1], ""))  # type: ignore[arg-type]
    assert by_programs.cores == found


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (plistlib.dumps({"ProductName": "macOS", "ProductVersion": "26.5.1"}), "26.5.1"),
        (plistlib.dumps({"ProductVersion": "26"}), "26"),
        (plistlib.dumps({"ProductVersion": "26\n\x7f"}), ""),
        (plistlib.dumps({"ProductVersion": 26}), ""),
        (plistlib.dumps(["26"]), ""),
        (b"", ""),
        (None, ""),
    ],
)
def test_the_version_of_the_system_is_its_own_word(
    mac: FakeMac, tmp_path: Path, content: bytes | None, version: str
) -> None:
    """Not Python's, which says 16 on macOS 26 where it was built for an older one."""
    if content is not None:
        (tmp_path / "version.plist").write_bytes(content)
    plist = tmp_path / "version.plist"
    assert read_facts(mac.kernel, mac.registry, no_programs, plist).version == version


def test_the_header_has_the_versions_own_word_and_pythons_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platform.mac_ver", lambda: ("16.4", ("", "", ""), "arm64"))
    for version, said in (("26.4", "macOS 26.4"), ("", "macOS 16.4")):
        found = MacFacts(chip="Apple M5 Pro", version=version, cores=(("super", 6),))
        monkeypatch.setattr("mlxtop.sensors.macos.machine.facts", lambda found=found: found)
        machine = read_machine("darwin")
        assert machine.os == said
        assert machine.cores == (CoreKind("super", 6),)
        assert machine.gpu == "Apple M5 Pro"


def test_what_can_be_used_is_what_the_kernel_was_given(mac: FakeMac) -> None:
    """The firmware keeps up to a gigabyte of what is installed."""
    fill(mac)
    memory = sensors(mac)["memory"]
    used = 150 * 16384
    assert memory.read()["memory.available_bytes"] == 16 * GIB - used
    mac.sysctl("hw.memsize_usable", struct.pack("<q", 16 * GIB - 796_000_000))
    memory = sensors(mac)["memory"]
    assert memory.read()["memory.available_bytes"] == 16 * GIB - 796_000_000 - used
    source = {info.name: info.source for info in memory.infos}["memory.available_bytes"]
    assert source == "sysctlbyname hw.memsize_usable − used"
    assert sensors(mac)["memory total"].read() == {"memory.total_bytes": 16 * GIB}


@pytest.mark.parametrize(
    ("chip", "cores", "memory", "gigabytes"),
    [
        ("Apple M1", 8, 16, 68.25),
        ("Apple M3 Max", 30, None, 300),
        ("Apple M3 Max", 40, 128, 400),
        ("Apple M4 Max", None, 128, 546),
        ("Apple M4 Max", None, 36, None),
        ("Apple M6", 12, 32, 170),
        ("Apple M6", 12, 16, None),
        ("Apple A18 Pro", 5, 8, None),
        ("Apple M1", 9, None, None),
        ("Intel Core i9", None, None, None),
    ],
)
def test_theoretical_bandwidth(
    chip: str, cores: int | None, memory: int | None, gigabytes: float | None
) -> None:
    found = memory_bandwidth_bytes_per_second(chip, cores, None if memory is None else memory * GIB)
    assert found == (None if gigabytes is None else gigabytes * 1e9)


def test_programs_print_numbers_as_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with a decimal comma, as sysctl does in a language that has one."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert run(["sh", "-c", 'echo "$LC_ALL"']) == "C\n"


def test_a_program_that_says_nothing_or_hangs() -> None:
    with pytest.raises(OSError, match="printed nothing"):
        run(["false"])
    with pytest.raises(FileNotFoundError):
        run(["no-such-program"])
    with pytest.raises(OSError, match=r"within 0\.1 s"):
        run(["sleep", "5"], seconds=0.1)

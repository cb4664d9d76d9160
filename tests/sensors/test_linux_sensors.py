"""The real sensors of this machine, and sources that vanish."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlxtop.events import Event, Header, Sample, decode, encode
from mlxtop.sensors import build_header, default_sensors, read_machine
from mlxtop.sensors.cpu import Cpu, Load
from mlxtop.sensors.linux import kernel
from mlxtop.sensors.linux.kernel import LinuxCpu, LinuxPressure
from mlxtop.sensors.linux.memory import LinuxMemory, LinuxMemoryLimit, LinuxSwap, has_arc
from mlxtop.sensors.processes import AppCost, EngineCost
from mlxtop.sensors.sampler import Sampler
from tests.sensors.ticking import Ticking

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's /proc")


@linux
def test_one_tick_of_this_machine(ticking: Ticking) -> None:
    seen: list[Event] = []
    ticking.most_waits = 6
    # The kernel counts processor time in ticks of 10 ms.
    ticking.on_wait = lambda number: time.sleep(0.02)
    kernel = default_sensors(hz=5.0)
    Sampler(kernel, seen.append, clock=ticking.now, wall=ticking.wall, wait=ticking.wait).run()
    read: dict[str, float | None] = {}
    for event in seen:
        if isinstance(event, Sample):
            read |= event.values
    named = {info.name for sensor in kernel for info in sensor.infos}
    assert set(read) == named - {"engine.cpu_percent", "engine.memory_bytes"}
    values = {name: value for name, value in read.items() if value is not None}
    total = values["memory.total_bytes"]
    assert total > 1 << 28
    for name in ("used", "available", "free", "active", "cached"):
        assert 0 < values[f"memory.{name}_bytes"] < total
    assert values["memory.used_bytes"] == pytest.approx(total - values["memory.available_bytes"])
    for name in ("cpu.user_percent", "cpu.system_percent"):
        assert 0 <= values[name] <= 100
    assert values["app.memory_bytes"] > 1 << 20


@linux
def test_the_first_cpu_reading_is_dropped_not_zero() -> None:
    sensor = Cpu(5)
    assert sensor.read() == {}
    # The kernel counts processor time in ticks of 10 ms.
    time.sleep(0.03)
    assert set(sensor.read()) == {"cpu.user_percent", "cpu.system_percent"}
    assert (Load(1).read()["cpu.load_1m"] or 0.0) >= 0


def test_processor_time_between_two_readings(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  10 0 0 90 0 0 0 0 0 0\n")
    sensor = LinuxCpu(5, stat)
    assert sensor.read() == {}
    assert sensor.read() == {}, "no time has passed"
    stat.write_text("cpu  20 0 10 160 0 0 0 10 0 0\n")
    assert sensor.read() == {"cpu.user_percent": 10, "cpu.system_percent": 10}
    stat.write_text("nonsense\n")
    assert sensor.read() == sensor.nothing()
    stat.write_text("cpu  20 0 10 160 0 0 0 10 0 0\n")
    assert sensor.read() == {}, "what came before was not read"
    sensor.close()
    stat.unlink()
    with pytest.raises(FileNotFoundError):
        sensor.read()


def test_memory_that_cannot_be_read_raises_for_the_sampler_to_tell(tmp_path: Path) -> None:
    sensor = LinuxMemory(5, tmp_path / "meminfo", tmp_path)
    with pytest.raises(FileNotFoundError):
        sensor.read()
    (tmp_path / "meminfo").write_text("")
    assert sensor.read() == sensor.nothing()


def test_zram_is_part_of_what_is_compressed(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 100 kB\nZswap: 1 kB\n")
    for number in (0, 1):
        (tmp_path / f"zram{number}").mkdir()
        (tmp_path / f"zram{number}" / "mm_stat").write_text("9000 900 2048 0 0\n")
    sensor = LinuxMemory(5, tmp_path / "meminfo", tmp_path)
    assert sensor.read()["memory.compressed_bytes"] == 5 * 1024


def test_the_limit_stands_beside_the_total(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 100 kB\n")
    sensor = LinuxMemoryLimit(1, tmp_path / "meminfo", tmp_path / "cgroup")
    assert sensor.read() == {
        "memory.total_bytes": 102400,
        "memory.limit_bytes": None,
        "memory.limit_left_bytes": None,
    }
    (tmp_path / "cgroup").write_text("0::/\n")
    for name, text in (("max", "1000"), ("current", "900"), ("stat", "inactive_file 300\n")):
        (tmp_path / f"memory.{name}").write_text(text)
    sensor = LinuxMemoryLimit(1, tmp_path / "meminfo", tmp_path / "cgroup", tmp_path)
    values = sensor.read()
    assert (values["memory.limit_bytes"], values["memory.limit_left_bytes"]) == (1000, 400)


@linux
def test_what_zfs_would_give_back_is_available(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 100 kB\nMemAvailable: 20 kB\nCached: 5 kB\n")
    arcstats = tmp_path / "arcstats"
    arcstats.write_text("9 1 0x01 98 26656 1\nname type data\nc_min 4 10240\nsize 4 40960\n")
    sensor = LinuxMemory(5, tmp_path / "meminfo", tmp_path, arcstats)
    values = sensor.read()
    assert values["memory.available_bytes"] == 50 * 1024
    assert values["memory.used_bytes"] == 50 * 1024
    assert values["memory.cached_bytes"] == 35 * 1024
    sources = {info.name: info.source for info in sensor.infos}
    assert sources["memory.used_bytes"].endswith("MemAvailable − ZFS's cache above its floor")
    arcstats.write_text("c_min 4 10240\nsize 4 999999999\n")
    assert sensor.read()["memory.available_bytes"] == 100 * 1024, "never more than there is"
    assert "ZFS" not in str(LinuxMemory(5, tmp_path / "meminfo", tmp_path, tmp_path / "no").infos)
    # A file of another file system in its place, as in a container of LXC.
    (tmp_path / "other").symlink_to("/proc/version")
    assert has_arc(arcstats, tmp_path / "meminfo")
    assert not has_arc(arcstats, tmp_path / "other")


def test_swap_traffic_is_a_rate_of_pages(tmp_path: Path, ticking: Ticking) -> None:
    (tmp_path / "meminfo").write_text("SwapTotal: 100 kB\nSwapFree: 25 kB\n")
    vmstat = tmp_path / "vmstat"
    vmstat.write_text("pswpin 10\npswpout 5\n")
    sensor = LinuxSwap(1, tmp_path / "meminfo", vmstat, ticking.now)
    assert sensor.read()["swap.in_bytes_per_second"] is None
    page = os.sysconf("SC_PAGE_SIZE")
    ticking.t += 2
    vmstat.write_text("pswpin 14\npswpout 5\n")
    assert sensor.read() == {
        "swap.used_bytes": 75 * 1024,
        "swap.total_bytes": 100 * 1024,
        "swap.in_bytes_per_second": 2 * page,
        "swap.out_bytes_per_second": 0,
    }
    ticking.t += 1
    vmstat.write_text("pswpin 1\n")
    values = sensor.read()
    assert values["swap.in_bytes_per_second"] is None, "a counter that was reset is no rate"
    assert values["swap.out_bytes_per_second"] is None


def test_a_machine_without_psi_has_no_pressure_and_no_failure(tmp_path: Path) -> None:
    sensor = LinuxPressure(1, tmp_path / "memory")
    assert sensor.read() == sensor.nothing()


@linux
def test_the_engine_comes_and_goes() -> None:
    sensor = EngineCost(1)
    assert sensor.read() == {}
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        sensor.set_engine_pid(child.pid)
        first, second = sensor.read(), sensor.read()
        assert first["engine.cpu_percent"] is None
        assert second["engine.cpu_percent"] is not None
        assert second["engine.memory_bytes"]
        child.communicate(b"\n")
    assert sensor.read() == sensor.nothing()
    assert sensor.read() == {}
    sensor.set_engine_pid(None)
    assert sensor.read() == {}


@linux
def test_the_header_names_machine_versions_and_sensors() -> None:
    kernel = [AppCost(1, os.getpid()), LinuxPressure(1)]
    header = build_header(kernel)
    assert header.cpu_cores == os.cpu_count()
    assert header.chip
    assert header.mlx_lm
    assert [info.name for info in header.sensors] == [
        "app.cpu_percent",
        "app.memory_bytes",
        "pressure.some_avg10_percent",
        "pressure.full_avg10_percent",
    ]
    assert isinstance(decode(encode(header)), Header)
    assert read_machine().memory_bytes == header.memory_bytes


@linux
def test_nothing_of_mlx_or_textual_is_imported() -> None:
    code = (
        "import sys; from mlxtop.sensors import build_header, default_sensors\n"
        "build_header(default_sensors())\n"
        "print([name for name in ('mlx', 'mlx_lm', 'textual') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_under_a_limit_pressure_is_that_of_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def source() -> str:
        return next(
            info.source
            for sensor in default_sensors("linux")
            for info in sensor.infos
            if info.name == "pressure.some_avg10_percent"
        )

    monkeypatch.setattr(kernel, "limit_files", lambda own: [tmp_path / "memory.max"])
    (tmp_path / "memory.pressure").write_text("some avg10=7.00\n")
    assert source() == "/proc/pressure/memory some avg10"
    (tmp_path / "memory.max").write_text("9000\n")
    # The names of groups are those of users and containers.
    assert source() == "memory.pressure of the cgroup with a limit some avg10"
    (pressure,) = (one for one in default_sensors("linux") if one.name == "pressure")
    assert pressure.read()["pressure.some_avg10_percent"] == 7

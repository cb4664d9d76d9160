"""A capture: what the sensors read is in it, and nothing that is somebody's."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.doctor.captures import (
    CaptureError,
    captured,
    check_folder,
    net,
    own_names,
    report_text,
    save,
    write,
)
from mlxtop.doctor.report import Report
from mlxtop.sensors.linux import kept_files
from mlxtop.sensors.linux.amd import AmdGpu, amd_devices
from mlxtop.sensors.linux.cgroup import limit_files, memory_limit
from mlxtop.sensors.linux.kernel import LinuxCpu, LinuxPressure
from mlxtop.sensors.linux.memory import LinuxMemory, LinuxSwap
from mlxtop.sensors.linux.parse import parse_chip, parse_nvidia_model
from mlxtop.sensors.macos import capture
from mlxtop.sensors.macos import kept_output as keep_mac
from mlxtop.sensors.macos import parse as mac_text
from mlxtop.sensors.macos.parse import parse_plist
from mlxtop.sensors.macos.power import parse_macmon
from mlxtop.sensors.registry import own_sources
from tests.doctor import secrets
from tests.sensors.fake_mac import FakeMac, buffer, property_of
from tests.sensors.ticking import FIXTURES, captures

CLEAN = net(secrets.NAMES)


def pieces_of_linux(root: Path) -> Iterator[tuple[str, str]]:
    for source in own_sources("linux"):
        yield from source.capture(CLEAN, root)


@pytest.fixture
def linux(tmp_path: Path) -> Path:
    """The capture of a Linux machine in whose every file something is planted."""
    root, folder = tmp_path / "root", tmp_path / "capture"
    for name, text in secrets.LINUX.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    check_folder(folder)
    write(folder, pieces_of_linux(root))
    return folder


@pytest.fixture
def macos(mac: FakeMac, tmp_path: Path) -> Path:
    """The capture of a Mac whose every program prints something planted."""
    mac.statistics(buffer(wired=100))
    folder = tmp_path / "capture"
    check_folder(folder)
    write(folder, capture.pieces(CLEAN, secrets.printed, mac.kernel, lambda: "/opt/macmon"))
    return folder


def everything(folder: Path) -> str:
    return "\n".join(
        f"{path.relative_to(folder)}\n{path.read_text()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def found(text: str) -> list[str]:
    return [secret for secret in secrets.SECRETS if secret.lower() in text.lower()]


def test_the_secrets_are_really_planted() -> None:
    planted = "\n".join(
        [*secrets.LINUX, *secrets.LINUX.values(), *secrets.PRINTED.values(), secrets.IOREG,
         secrets.CLIENTS]
    )  # fmt: skip
    free = {"02:42:ac:11:00:02", "10.20.30.40", "fe80::1c2d:3e4f", "ada@example.org"}
    assert set(secrets.SECRETS) - set(found(planted)) == free


def test_nothing_of_anybodys_is_in_a_capture_of_linux(linux: Path) -> None:
    assert found(everything(linux)) == []
    assert "btime" not in everything(linux)
    assert "0000:0a:00.0" not in everything(linux)


def test_sensors_read_a_capture_of_linux_as_they_read_the_machine(linux: Path) -> None:
    memory = LinuxMemory(5, linux / "proc/meminfo", linux / "sys/block")
    assert memory.read()["memory.compressed_bytes"] == 12288
    memory.close()
    pressure = LinuxPressure(1, linux / "proc/pressure/memory")
    assert pressure.read()["pressure.some_avg10_percent"] == 1.5
    swap = LinuxSwap(1, linux / "proc/meminfo", linux / "proc/vmstat")
    assert swap.read()["swap.in_bytes_per_second"] is None
    cpu = LinuxCpu(5, linux / "proc/stat")
    assert cpu.read() == {}
    cpu.close()
    (device,) = amd_devices(linux / "sys/class/drm")
    assert AmdGpu(5, device, 0).read() == {"gpu.busy_percent": 97, "gpu.power_watts": 250}
    own = (linux / "proc/self/cgroup").read_text()
    assert own == "4:memory:/group1/group2\n0::/group1/group2/group3\n"
    assert memory_limit(limit_files(own, linux / "sys/fs/cgroup")) == 4294967296
    assert parse_chip((linux / "proc/cpuinfo").read_text()) == "ARM Board of <name>"
    gpu = linux / "proc/driver/nvidia/gpus/gpu0/information"
    assert parse_nvidia_model(gpu.read_text()) == "NVIDIA H200"


def test_nothing_of_anybodys_is_in_a_capture_of_a_mac(macos: Path) -> None:
    assert found(everything(macos)) == []


def test_parsers_read_a_capture_of_a_mac_as_they_read_the_programs(macos: Path) -> None:
    def text(name: str) -> str:
        return (macos / name).read_text()

    chip = "apple-m4-max"
    assert mac_text.parse_vm_stat(text(f"vm_stat/{chip}.txt")) == mac_text.parse_vm_stat(
        secrets.PRINTED["vm_stat"]
    )
    assert mac_text.parse_ioreg(text(f"ioreg/{chip}.txt")) == mac_text.parse_ioreg(secrets.IOREG)
    assert parse_plist((macos / f"ioreg/{chip}.plist").read_bytes()) == [
        {"PerformanceStatistics": {"Device Utilization %": 40}, "gpu-core-count": 40}
    ]
    clients = text(f"ioreg/clients-{chip}.txt")
    assert list(property_of(clients, "IOUserClientCreator")) == ["pid 600, process",
                                                                 "pid 601, process"]  # fmt: skip
    assert list(property_of(clients, "AppUsage")) == [
        [{"API": "Metal", "lastSubmittedTime": 4, "accumulatedGPUTime": 2_000_000_000}],
        [{"accumulatedGPUTime": 7}],
    ]
    assert mac_text.parse_swapusage_text(text(f"sysctl/swapusage-{chip}.txt"))["used"]
    assert "kern.memorystatus_vm_pressure_level: 2\n" in text(f"sysctl/{chip}.txt")
    assert "hw.model: Mac16,5\n" in text(f"sysctl/{chip}.txt")
    for kept in (
        "hw.memsize_usable: 136570703872",
        "hw.perflevel0.name: Super",
        "hw.perflevel0.physicalcpu: 6",
        "hw.perflevel1.name: Performance of <name>",
    ):
        assert f"{kept}\n" in text(f"sysctl/{chip}.txt")
    assert mac_text.parse_notifyutil(text(f"misc/notifyutil-{chip}.txt")) == 1
    assert text(f"misc/pmset-therm-{chip}.txt") == (
        "Note: No thermal warning level has been recorded\nCPU_Speed_Limit \t= 100\n"
    )
    assert text(f"misc/sw_vers-{chip}.txt") == "ProductName:\t\tmacOS\nProductVersion:\t\t26.1\n"
    assert mac_text.parse_system_profiler_cores(text(f"misc/displays-{chip}.json")) == 40
    line = (macos / f"misc/macmon-{chip}.ndjson").read_bytes()
    assert parse_macmon(line)["gpu.temperature_celsius"] == 61.4
    assert bytes.fromhex(text(f"misc/host_statistics64-{chip}.txt")) == buffer(wired=100)


def test_a_mac_on_which_nothing_answers_gives_what_little_there_is(tmp_path: Path) -> None:
    def nothing(command: Sequence[str]) -> str:
        raise FileNotFoundError(command[0])

    def unbound() -> None:
        raise AttributeError("symbol not found")

    made = capture.pieces(CLEAN, nothing, unbound, lambda: None)  # type: ignore[arg-type]
    assert {name: text for name, text in made if text} == {
        "misc/host_statistics64-mac.txt": "symbol not found\n"
    }


@pytest.mark.parametrize(
    "path", [*captures("ioreg-*.txt"), *captures("ioreg/*.txt")], ids=lambda path: path.name
)
def test_the_statistics_of_a_real_mac_are_kept_whole(path: Path) -> None:
    printed = path.read_text(errors="replace")
    whole, kept = (mac_text.parse_ioreg(text) for text in (printed, keep_mac.ioreg(printed, CLEAN)))
    assert kept == whole


@pytest.mark.parametrize(
    "path", [*captures("vm_stat-*.txt"), *captures("vm_stat/*.txt")], ids=lambda path: path.name
)
def test_vm_stat_of_a_real_mac_is_kept_whole(path: Path) -> None:
    assert kept_files.only(path.read_text(), keep_mac.VM_STAT) == path.read_text()


def test_files_of_a_real_linux_are_kept_whole() -> None:
    for name, form in (
        ("meminfo-debian12.txt", kept_files.MEMINFO), ("vmstat-trimmed.txt", kept_files.VMSTAT),
        ("pressure-memory.txt", kept_files.PRESSURE),
    ):  # fmt: skip
        printed = (FIXTURES / name).read_text()
        assert kept_files.only(printed, form).split() == printed.split()


@pytest.mark.parametrize("secret", sorted(set(secrets.SECRETS) - secrets.WORDS))
def test_free_text_loses_every_name_serial_number_and_address(secret: str) -> None:
    cleaned = CLEAN(f"before {secret} after, serial number: 77x /Users/somebody/x (/home/other)")
    assert secret.lower() not in cleaned.lower()
    assert re.fullmatch(
        r"before <\w+> after, serial number: <serial> /Users/<name>/x \(/home/<name>\)", cleaned
    )


@pytest.mark.parametrize(
    "text",
    ["Apple M4 Max", "AMD Ryzen 9 7950X3D 16-Core Processor", "Intel(R) Core(TM) i9-9980HK CPU",
     "NVIDIA H200", "macOS 26.1", "Debian GNU/Linux 12 (bookworm), Linux 6.1.0-13-amd64",
     "AGXAcceleratorG13G_B0", "/proc/meminfo Zswap + zram's mm_stat", "14:05:10",
     "IOKit PerformanceStatistics Device Utilization %"],
)  # fmt: skip
def test_what_is_nobodys_stays(text: str) -> None:
    assert CLEAN(text) == text


@given(st.text(), st.sampled_from([kept_files.cgroup, keep_mac.macmon]))
def test_no_text_makes_a_filter_raise(text: str, kept: object) -> None:
    assert callable(kept)
    kept(text)
    for function in (
        kept_files.cpuinfo, kept_files.nvidia, keep_mac.sysctl, keep_mac.ioreg,
        keep_mac.ioreg_plist, keep_mac.displays,
    ):  # fmt: skip
        function(text, CLEAN)


def test_the_report_in_a_capture_is_cleaned_but_for_our_own_words(report: Report) -> None:
    told = msgspec.structs.replace(
        report,
        machine=msgspec.structs.replace(report.machine, os="macOS 26.1 of Ada Lovelace"),
        problems=["It cannot read /Users/adalovelace/x."],
    )
    text = report_text(told, net([*secrets.NAMES, "memory"]))
    assert found(text) == []
    kept = msgspec.json.decode(text, type=Report)
    # A user called "memory" is in no name of a figure.
    assert kept.sensors[0].figures[0].name == "memory.wired_bytes"
    assert kept.missing == report.missing


def test_a_capture_of_this_machine_names_neither_it_nor_its_user(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "adalovelace")
    monkeypatch.setattr("platform.node", lambda: "wintermute.corp.example")
    assert {"adalovelace", "wintermute", "wintermute.corp.example"} <= own_names()
    named = msgspec.structs.replace(report, problems=["wintermute: no answer to adalovelace."])
    clean = net(own_names())
    count = save(tmp_path, captured(clean), named, clean)
    assert count == sum(path.is_file() for path in tmp_path.rglob("*"))
    assert found(everything(tmp_path)) == []
    assert msgspec.json.decode((tmp_path / "doctor.json").read_bytes(), type=Report).sensors


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("kept")
    with pytest.raises(CaptureError, match="File exists"):
        write(tmp_path, [("a", "new")])
    assert (tmp_path / "a").read_text() == "kept"


def test_a_folder_that_is_empty_or_not_there_yet_will_do(tmp_path: Path) -> None:
    check_folder(tmp_path)
    check_folder(tmp_path / "new" / "one")
    assert (tmp_path / "new" / "one").is_dir()
    with pytest.raises(CaptureError, match="is not empty"):
        check_folder(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(CaptureError, match="is not a directory"):
        check_folder(tmp_path / "file")
    with pytest.raises(CaptureError, match="cannot be created"):
        check_folder(tmp_path / "file" / "below")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    with pytest.raises(CaptureError, match="is not a directory"):
        check_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "text",
    [
        "Zoe\u0308's Mac",
        "alice_mlx",
        "/Users/alice smith/models",
        "~alice/models",
        "alices-macbook.local",
        "HF_TOKEN=hf_AbCdEfGhIjKlMnOpQrStUvWx",
    ],
)
def test_names_in_every_form_are_taken_out(text: str) -> None:
    cleaned = net(["alice", "smith", "Zo\u00eb"])(text)
    left = ("alice", "smith", "Zoe\u0308", "Zo\u00eb", "AbCdEf")
    assert not [word for word in left if word in cleaned], cleaned
    assert "<" in cleaned

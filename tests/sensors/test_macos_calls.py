"""The very calls a Mac will run, against C functions of the same names that count everything."""

import plistlib
import shutil
import struct
from pathlib import Path

import pytest

from mlxtop.sensors.macos import parse
from mlxtop.sensors.macos.gpu import read_clients, read_gpu_cores, read_statistics
from mlxtop.sensors.macos.gpu_time import Client
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.thermal import THERMAL_PRESSURE, NotifyState, thermal_sensor
from tests.sensors.fake_mac import AGX, FakeMac, buffer, property_of
from tests.sensors.ticking import captures

BUSY = {"Device Utilization %": 40, "In use system memory": 7}


def test_a_small_kernel_answers_at_once(mac: FakeMac) -> None:
    mac.statistics(buffer(wired=3))
    assert parse.parse_vm_statistics64(mac.kernel().vm_statistics64(), 1)["wired"] == 3
    assert mac.number("too_large") == 0


def test_a_larger_structure_is_asked_for_again_and_remembered(mac: FakeMac) -> None:
    mac.tell("kernel_count", 62)
    mac.statistics(buffer(wired=3))
    kernel = mac.kernel()
    for _ in range(3):
        assert len(kernel.vm_statistics64()) == 62 * 4
    assert mac.number("too_large") == 1
    assert mac.number("calls") == 4
    assert mac.number("host_calls") == 1


@pytest.mark.parametrize("count", [1025, 0x7FFFFFFF, -1])
def test_a_structure_larger_than_the_buffer_is_refused(mac: FakeMac, count: int) -> None:
    mac.tell("kernel_count", count)
    with pytest.raises(OSError, match="-307"):
        mac.kernel().vm_statistics64()


def test_a_refusal_names_the_return_code(mac: FakeMac) -> None:
    mac.tell("result", 5)
    with pytest.raises(OSError, match="returned 5"):
        mac.kernel().vm_statistics64()


def test_a_name_that_does_not_exist(mac: FakeMac) -> None:
    with pytest.raises(FileNotFoundError):
        mac.kernel().sysctl("kern.nothing")
    assert mac.kernel().try_sysctl("kern.nothing") == b""


@pytest.mark.parametrize("length", [0, 1, 3, 5, 16])
def test_a_sysctl_of_another_size_is_no_number(mac: FakeMac, length: int) -> None:
    mac.sysctl("hw.memsize", b"\1" * length)
    assert parse.parse_number(mac.kernel().sysctl("hw.memsize")) is None


def test_a_library_without_the_symbols_says_so() -> None:
    # The one where there is such a library, the other where there is none.
    with pytest.raises((AttributeError, OSError)):
        Kernel("libc.so.6")


def test_clients_of_all_accelerators(mac: FakeMac) -> None:
    first, second = mac.entry(AGX, 1), mac.entry(AGX, 2)
    mac.client(first, 0x100197296, 19371, 1_000_000_000, 500_000_000)
    mac.client(second, 0x10019754F, 600, 2_000_000_000)
    mac.client(first, 0x100000F91, 409)
    mac.entry("AGXCommandQueue", 5, first)
    creators: dict[int, int | None] = {}
    registry = mac.registry()
    for _ in range(2):
        assert read_clients(registry, creators) == {
            0x100197296: Client(19371, 1_500_000_000),
            0x10019754F: Client(600, 2_000_000_000),
            0x100000F91: Client(409, 0),
        }
    assert creators == {0x100197296: 19371, 0x10019754F: 600, 0x100000F91: 409}


def test_who_opened_a_client_is_asked_for_once(mac: FakeMac) -> None:
    entry = mac.client(mac.entry(AGX), 9, 42, 1)
    registry, creators = mac.registry(), dict[int, int | None]()
    read_clients(registry, creators)
    mac.properties(entry, {"IOUserClientCreator": "pid 43, another"})
    assert read_clients(registry, creators) == {9: Client(42, 1)}
    mac.gone(entry)
    assert read_clients(registry, creators) == {}
    assert creators == {}


@pytest.mark.parametrize(
    "creator", [b"", b"<plist>", "pid , nobody", "pid 99999999999999, x", 7, ["pid 1"]]
)
def test_a_client_of_nobody_counts_for_all(mac: FakeMac, creator: object) -> None:
    entry = mac.client(mac.entry(AGX), 9, 42, 5)
    mac.properties(entry, {"IOUserClientCreator": creator})
    pid = 1 if creator == ["pid 1"] else None
    assert read_clients(mac.registry(), {}) == {9: Client(pid, 5)}


@pytest.mark.parametrize("path", captures("*.plist"), ids=lambda path: path.name)
def test_a_captured_node(mac: FakeMac, path: Path) -> None:
    node = plistlib.loads(path.read_bytes())[0]
    properties = {key: value for key, value in node.items() if len(key) < 64}
    mac.entry(AGX, 1, **properties)
    registry = mac.registry()
    assert read_statistics(registry) == [node["PerformanceStatistics"]]
    assert read_gpu_cores(registry) == node.get("gpu-core-count")


@pytest.mark.parametrize("path", captures("agxdevice*.txt"), ids=lambda path: path.name)
def test_captured_clients(mac: FakeMac, path: Path) -> None:
    text = path.read_text()
    accelerator = mac.entry(AGX, 1)
    creators, usages = property_of(text, "IOUserClientCreator"), property_of(text, "AppUsage")
    for number, (creator, usage) in enumerate(zip(creators, usages, strict=True)):
        properties = {"IOUserClientCreator": creator, "AppUsage": usage}
        mac.properties(mac.entry("AGXDeviceUserClient", number, accelerator), properties)
    clients = read_clients(mac.registry(), {})
    assert set(clients.values()) == {
        Client(409, 0), Client(19371, 1_500_000_000), Client(600, 2_000_000_000),
    }  # fmt: skip


def test_a_node_without_statistics_or_cores(mac: FakeMac) -> None:
    mac.entry("AppleParavirtGPU:IOAccelerator", 1)
    registry = mac.registry()
    assert read_statistics(registry) == []
    assert read_gpu_cores(registry) is None
    assert read_clients(registry, {}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("no_data", 1), ("no_bytes", 1), ("wrong_length", -1), ("wrong_length", 1 << 40)],
)
def test_data_that_is_none(mac: FakeMac, name: str, value: int) -> None:
    mac.client(mac.entry(AGX, PerformanceStatistics=BUSY), 3, 4, 5)
    mac.tell(name, value)
    registry = mac.registry()
    assert read_statistics(registry) == []
    assert read_clients(registry, {}) == {}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("no_matching", 1, "IOServiceMatching"),
        ("matching_result", -536870208, "returned -536870208"),
        ("children_result", 5, "IORegistryEntryGetChildIterator returned 5"),
        ("no_iterator", 1, "returned 0"),
        ("no_string", 1, "CFStringCreateWithCString"),
    ],
)
def test_a_call_that_fails_is_told_and_lets_go(
    mac: FakeMac, name: str, value: int, text: str
) -> None:
    mac.client(mac.entry(AGX), 3, 4, 5)
    mac.tell(name, value)
    with pytest.raises(OSError, match=text):
        read_clients(mac.registry(), {})


def test_a_client_without_a_number_is_left_out(mac: FakeMac) -> None:
    mac.client(mac.entry(AGX), 3, 4, 5)
    mac.tell("id_result", 5)
    assert read_clients(mac.registry(), {}) == {}


def test_an_iterator_that_ends_early_is_begun_again(mac: FakeMac) -> None:
    accelerator = mac.entry(AGX)
    for number in range(5):
        mac.client(accelerator, number, 4, 5)
    registry = mac.registry()
    mac.tell("invalidate", 2)
    assert len(read_clients(registry, {})) == 5
    mac.tell("invalidate", 100)
    with pytest.raises(OSError, match="invalidated"):
        read_clients(registry, {})


def test_a_thousand_readings_leave_nothing_behind(mac: FakeMac) -> None:
    accelerator = mac.entry(AGX, 1, PerformanceStatistics=BUSY)
    mac.client(accelerator, 2, 3, 4)
    registry = mac.registry()
    for _ in range(500):
        read_clients(registry, {})
        read_statistics(registry)
    assert mac.number("objects") == 3, "the keys, made once"
    assert mac.number("handles_open") == 0
    assert mac.number("objects_made") > 3000
    registry.close()


def test_the_count_would_see_what_is_not_let_go_of(fake_library: Path, tmp_path: Path) -> None:
    fake = FakeMac(Path(shutil.copy(fake_library, tmp_path / "leaking.so")))
    fake.entry(AGX, 1, PerformanceStatistics=BUSY)
    registry = fake.registry()
    registry._foundation.release = lambda thing: None  # type: ignore[method-assign]
    assert read_statistics(registry) == [BUSY]
    with pytest.raises(AssertionError):
        fake.assert_clean()


def test_the_thermal_state(mac: FakeMac) -> None:
    sensor = thermal_sensor(5, 1, mac.path)
    assert (sensor.slow, sensor.hz) == (False, 5)
    for posted, level in ((0, 0), (1, 1), (4, 4), (5, None), (-1, None)):
        mac.tell("posted", posted)
        assert sensor.read() == {"thermal.level": level}
    mac.tell("state_status", 3)
    with pytest.raises(OSError, match="returned 3"):
        sensor.read()
    assert mac.number("registrations") == 1
    sensor.close()
    sensor.close()
    assert mac.number("registrations") == 0
    with pytest.raises(OSError, match="released"):
        sensor.read()


def test_a_notification_that_cannot_be_had(mac: FakeMac) -> None:
    mac.tell("register_status", 9)
    with pytest.raises(OSError, match="returned 9"):
        NotifyState(THERMAL_PRESSURE, mac.path)
    sensor = thermal_sensor(5, 1, mac.path)
    assert (sensor.slow, sensor.hz) == (True, 1)
    assert "notifyutil" in sensor.infos[0].source


def test_numbers_of_the_kernel_are_signed_where_they_are(mac: FakeMac) -> None:
    mac.sysctl("kern.memorystatus_vm_pressure_level", struct.pack("<i", -1))
    raw = parse.parse_number(mac.kernel().sysctl("kern.memorystatus_vm_pressure_level"))
    assert raw == -1
    assert parse.pressure_level(raw) is None

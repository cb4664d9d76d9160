"""The calls into macOS, each by itself: what it answers, or its return code."""

import os

import pytest

from mlxtop.doctor.calls import mac_calls
from mlxtop.doctor.report import Call
from mlxtop.sensors.macos.footprint import Footprints
from tests.sensors.fake_mac import FakeMac
from tests.sensors.test_macos_choice import fill, unbound


def calls(mac: FakeMac) -> dict[str, Call]:
    made = mac_calls(mac.kernel, mac.registry, mac.path, lambda: Footprints(mac.path))
    return {call.name.split()[-1]: call for call in made}


def test_calls_that_answer(mac: FakeMac) -> None:
    mac.client(fill(mac), 2, 3, 4)
    mac.footprint(os.getpid(), 77 << 20)
    made = calls(mac)
    assert {name: (call.answer, call.return_code) for name, call in made.items()} == {
        "HOST_VM_INFO64": ("152 bytes", 0),
        "hw.memsize": (str(16 << 30), 0),
        "kern.memorystatus_vm_pressure_level": ("4", 0),
        "kern.memorystatus_level": ("64", 0),
        "vm.swapusage": ("32 bytes", 0),
        "ri_phys_footprint": (f"{77 << 20} bytes", 0),
        "com.apple.system.thermalpressurelevel": ("0", 0),
        "PerformanceStatistics": ("1", 0),
        "AGXDeviceUserClients": ("1", 0),
    }


@pytest.mark.parametrize(
    ("variable", "name", "said"),
    [
        ("result", "HOST_VM_INFO64", "host_statistics64 returned 5"),
        ("matching_result", "PerformanceStatistics", "IOServiceGetMatchingServices returned 5"),
        ("register_status", "com.apple.system.thermalpressurelevel", "returned 5"),
    ],
)
def test_a_call_that_fails_is_told_with_its_code(
    mac: FakeMac, variable: str, name: str, said: str
) -> None:
    fill(mac)
    mac.tell(variable, 5)
    made = calls(mac)
    assert said in made[name].failure
    assert made[name].answer == ""
    assert made["hw.memsize"].failure == ""


def test_a_key_that_does_not_exist_has_its_errno(mac: FakeMac) -> None:
    made = calls(mac)
    assert made["hw.memsize"].return_code == 2
    assert "No such file" in made["hw.memsize"].failure
    assert made["ri_phys_footprint"].failure == "it does not count this process"


def test_libraries_that_cannot_be_bound(mac: FakeMac) -> None:
    made = mac_calls(unbound, unbound, "no-such-library.so", unbound)  # type: ignore[arg-type]
    assert all(call.failure for call in made)

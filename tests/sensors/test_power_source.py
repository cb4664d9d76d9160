"""What feeds the machine: mains, battery, or nobody says."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from mlxtop.sensors import default_sensors
from mlxtop.sensors import power_source as sensor_module
from mlxtop.sensors.power_source import HZ, power_source


def says(patch: pytest.MonkeyPatch, plugged: bool | None) -> None:
    battery = SimpleNamespace(percent=80, secsleft=3600, power_plugged=plugged)
    patch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)


@pytest.mark.parametrize(("plugged", "value"), [(True, 0.0), (False, 1.0), (None, None)])
def test_battery_and_mains_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, plugged: bool | None, value: float | None
) -> None:
    says(monkeypatch, plugged)
    (sensor,) = power_source(5.0, "darwin")
    assert sensor.read() == {"power.on_battery": value}
    assert sensor.hz == HZ


@pytest.mark.parametrize("error", [OSError("none"), RuntimeError("odd"), AttributeError("old")])
def test_a_machine_that_cannot_tell_has_no_such_sensor(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(psutil, "sensors_battery", fail, raising=False)
    assert power_source(5.0, "darwin") == []
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None)
    assert power_source(5.0, "darwin") == []


# -- Linux -----------------------------------------------------------------------------------------

MOUSE = {"type": "Battery", "scope": "Device", "status": "Discharging", "online": "1"}
MAINS = {"type": "Mains", "online": "1"}
UNPLUGGED = {"type": "Mains", "online": "0"}


def battery(status: str, **more: str) -> dict[str, str]:
    return {"type": "Battery", "present": "1", "status": status, **more}


@pytest.mark.parametrize(
    ("there", "value"),
    [
        ({"BAT0": battery("Discharging"), "AC": UNPLUGGED}, 1.0),
        ({"BAT0": battery("Charging"), "AC": MAINS}, 0.0),
        ({"BAT0": battery("Discharging"), "AC": MAINS}, 0.0),  # a weak charger
        ({"BAT0": battery("Full"), "AC": UNPLUGGED, "ucsi": {"type": "USB", "online": "1"}}, 0.0),
        ({"BAT0": battery("Unknown"), "BAT1": battery("Discharging"), "AC": UNPLUGGED}, 1.0),
        ({"BAT0": battery("Discharging", scope="System")}, 1.0),
        ({"BAT0": battery("Not charging")}, 0.0),
        ({"BAT0": battery("Unknown"), "AC": UNPLUGGED}, 1.0),
        ({"BAT0": battery("Unknown")}, None),
        # The laptop is plugged in, whatever its mouse does.
        ({"BAT0": battery("Full"), "AC": MAINS, "hidpp_battery_0": MOUSE}, 0.0),
        # It is not, whatever the phone gets that it charges.
        (
            {
                "BAT0": battery("Discharging"),
                "AC": UNPLUGGED,
                "ucsi": {"type": "USB", "online": "1", "scope": "Device"},
            },
            1.0,
        ),
    ],
)
def test_what_feeds_a_linux_machine(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    there: dict[str, dict[str, str]],
    value: float | None,
) -> None:
    made(monkeypatch, tmp_path, there)
    (sensor,) = power_source(5.0, "linux")
    assert sensor.read() == {"power.on_battery": value}
    named = {info.name for one in default_sensors("linux") for info in one.infos}
    assert "power.on_battery" in named


@pytest.mark.parametrize(
    "there",
    [
        {},
        {"hidpp_battery_0": MOUSE},
        {"AC": MAINS},
        {"BAT0": {"type": "Battery", "present": "0", "status": "Unknown"}, "AC": MAINS},
    ],
)
def test_a_machine_without_a_battery_of_its_own_has_no_such_figure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: dict[str, dict[str, str]]
) -> None:
    made(monkeypatch, tmp_path, there)
    assert power_source(5.0, "linux") == []


def made(patch: pytest.MonkeyPatch, folder: Path, there: dict[str, dict[str, str]]) -> None:
    for supply, files in there.items():
        (folder / supply).mkdir()
        for name, text in files.items():
            (folder / supply / name).write_text(f"{text}\n")
    patch.setattr(sensor_module, "SUPPLIES", folder)

"""What feeds the machine: mains, battery, or nobody says."""

from types import SimpleNamespace

import psutil
import pytest

from mlxtop.sensors import default_sensors
from mlxtop.sensors.power_source import HZ, power_source


def says(patch: pytest.MonkeyPatch, plugged: bool | None) -> None:
    battery = SimpleNamespace(percent=80, secsleft=3600, power_plugged=plugged)
    patch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)


@pytest.mark.parametrize(("plugged", "value"), [(True, 0.0), (False, 1.0), (None, None)])
def test_battery_and_mains_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, plugged: bool | None, value: float | None
) -> None:
    says(monkeypatch, plugged)
    (sensor,) = power_source(5.0)
    assert sensor.read() == {"power.on_battery": value}
    assert sensor.hz == HZ
    named = {info.name for one in default_sensors() for info in one.infos}
    assert "power.on_battery" in named


@pytest.mark.parametrize("error", [OSError("none"), RuntimeError("odd"), AttributeError("old")])
def test_a_machine_that_cannot_tell_has_no_such_sensor(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(psutil, "sensors_battery", fail, raising=False)
    assert power_source(5.0) == []
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None)
    assert power_source(5.0) == []

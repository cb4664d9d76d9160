"""Where figures are read is told in words that stay in a redacted recording."""

import pytest

from mlxtop import events
from mlxtop.figures import CATALOGUE
from mlxtop.recording.redact import anonymized
from mlxtop.sensors.linux.amd import DRM, FILES
from mlxtop.sensors.linux.nvidia import FAST, SLOW
from tests.sensors.fake_mac import FakeMac
from tests.sensors.test_macos_choice import fill, no_programs, programs, sensors


def stay(infos: list[events.SensorInfo]) -> None:
    header = events.Header(t=1, schema=1, wall=1.0, clock="", mlxtop="0", sensors=infos)
    kept = anonymized(header)
    assert isinstance(kept, events.Header)
    assert infos
    assert kept.sensors == infos


@pytest.mark.parametrize("run", [no_programs, programs])
def test_those_of_a_mac(mac: FakeMac, run: object) -> None:
    if run is no_programs:
        mac.client(fill(mac), 2, 3, 4)
    found = sensors(mac, run)  # type: ignore[arg-type]
    stay([info for sensor in found.values() for info in sensor.infos])


def test_those_of_nvidia() -> None:
    figures = [*FAST, *SLOW]
    stay([
        events.SensorInfo(name=name, unit=CATALOGUE.of(name).unit.name, source=one.source, hz=1)
        for one in figures
        for name in (f"gpu1.{one.name}",)
    ])  # fmt: skip


def test_those_of_amd() -> None:
    device = DRM / "card0" / "device"
    stay([
        events.SensorInfo(
            name=f"gpu.{one.figure}",
            unit=CATALOGUE.of(f"gpu.{one.figure}").unit.name,
            source=str(device / one.pattern.replace("*", "3")),
            hz=1,
        )
        for one in FILES
    ])  # fmt: skip

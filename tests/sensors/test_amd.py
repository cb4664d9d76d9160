"""AMD GPUs by files as amdgpu keeps them."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors.linux import amd
from mlxtop.sensors.linux.amd import AmdGpu, amd_devices, amd_sensors, parse_number
from tests.sensors.ticking import Ticking

FILES = {
    "vendor": "0x1002\n",
    "gpu_busy_percent": "37\n",
    "mem_info_vram_used": "1073741824\n",
    "mem_info_vram_total": "25753026560\n",
    "hwmon/hwmon3/power1_average": "215000000\n",
    "hwmon/hwmon3/temp1_input": "64000\n",
    "hwmon/hwmon3/freq1_input": "2470000000\n",
}


def card(drm: Path, name: str, files: dict[str, str]) -> Path:
    device = drm / name / "device"
    for file, text in files.items():
        path = device / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return device


def test_all_figures(tmp_path: Path) -> None:
    card(tmp_path, "card1", FILES)
    card(tmp_path, "card0", {"vendor": "0x8086\n", "gpu_busy_percent": "1\n"})
    card(tmp_path, "card1-DP-1", FILES)
    card(tmp_path, "card2", {"vendor": "0x1002\n"})
    (sensor,) = amd_sensors(5, 0, lambda: amd_devices(tmp_path))
    assert sensor.slow
    assert sensor.read() == {
        "gpu.busy_percent": 37,
        "gpu.memory_used_bytes": 1 << 30,
        "gpu.memory_total_bytes": 25753026560,
        "gpu.power_watts": pytest.approx(215),
        "gpu.temperature_celsius": pytest.approx(64),
        "gpu.clock_hertz": 2.47e9,
    }


def test_cards_are_counted_after_those_before(tmp_path: Path) -> None:
    for name in ("card10", "card9"):
        card(tmp_path, name, FILES | {"gpu_busy_percent": name.removeprefix("card")})
    sensors = amd_sensors(5, 1, lambda: amd_devices(tmp_path))
    assert sensors[0].read()["gpu1.busy_percent"] == 9
    assert sensors[1].read()["gpu2.busy_percent"] == 10


def test_the_newer_name_of_power(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if "power" not in name}
    card(tmp_path, "card0", files | {"hwmon/hwmon3/power1_input": "90000000"})
    (sensor,) = amd_sensors(5, 0, lambda: amd_devices(tmp_path))
    assert sensor.read()["gpu.power_watts"] == pytest.approx(90)


def test_an_accelerator_without_a_sensor_at_its_edge(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if "temp1" not in name}
    card(tmp_path, "card0", files | {"hwmon/hwmon3/temp2_input": "71000"})
    (sensor,) = amd_sensors(5, 0, lambda: amd_devices(tmp_path))
    assert sensor.read()["gpu.temperature_celsius"] == 71


def test_the_memory_that_a_gpu_shares_with_the_machine(tmp_path: Path) -> None:
    shared = {"mem_info_gtt_used": "41000000000", "mem_info_gtt_total": "66000000000"}
    card(tmp_path, "card0", FILES | shared)
    (sensor,) = amd_sensors(5, 0, lambda: amd_devices(tmp_path))
    values = sensor.read()
    assert (values["gpu.gtt_used_bytes"], values["gpu.gtt_total_bytes"]) == (41e9, 66e9)


def test_a_gpu_that_sleeps_is_left_asleep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    power = {"power/control": "auto\n", "power/runtime_status": "suspended\n"}
    device = card(tmp_path, "card1", FILES | power)
    (sensor,) = amd_sensors(5, 1, lambda: amd_devices(tmp_path))
    opened: list[str] = []

    def read(path: Path) -> str:
        opened.append(path.name)
        return "1"

    monkeypatch.setattr(amd, "read_text", read)
    values = sensor.read()
    assert opened == []
    assert values.pop("gpu1.asleep") == 1
    assert set(values.values()) == {None}
    assert {info.name for info in sensor.infos} == {*values, "gpu1.asleep"}
    (device / "power/runtime_status").write_text("active\n")
    assert sensor.read()["gpu1.busy_percent"] == 1
    assert sensor.read()["gpu1.asleep"] == 0
    assert len(opened) == 2 * 6


def test_a_gpu_without_work_is_let_fall_asleep(tmp_path: Path, ticking: Ticking) -> None:
    power = {"power/control": "auto\n", "power/runtime_status": "active\n"}
    device = card(tmp_path, "card1", FILES | power | {"gpu_busy_percent": "0\n"})
    sensor = AmdGpu(5, device, 0, ticking.now)
    read = []
    for _ in range(60):
        ticking.t += 1.0
        read.append("gpu.busy_percent" in sensor.read())
    assert read == [True] * 10 + ([False] * 7 + [True]) * 6 + [False] * 2
    assert sensor.read() == {"gpu.asleep": 0.0}
    # Work, and a display, are watched closely.
    ticking.t += 9.0
    (device / "gpu_busy_percent").write_text("5\n")
    assert sensor.read()["gpu.busy_percent"] == 5
    (device / "gpu_busy_percent").write_text("0\n")
    for _ in range(9):
        ticking.t += 1.0
        assert sensor.read()["gpu.busy_percent"] == 0
    card(tmp_path, "card1-DP-1", {}).parent.mkdir()
    (tmp_path / "card1-DP-1" / "status").write_text("connected\n")
    for _ in range(30):
        ticking.t += 1.0
        assert sensor.read()["gpu.busy_percent"] == 0


def test_nonsense_and_what_vanishes(tmp_path: Path) -> None:
    device = card(tmp_path, "card0", FILES)
    (sensor,) = amd_sensors(5, 0, lambda: amd_devices(tmp_path))
    (device / "gpu_busy_percent").write_text("101\n")
    (device / "mem_info_vram_used").write_text("-5\n")
    (device / "hwmon/hwmon3/temp1_input").unlink()
    values = sensor.read()
    assert values["gpu.busy_percent"] is None
    assert values["gpu.memory_used_bytes"] is None
    assert values["gpu.temperature_celsius"] is None
    assert values["gpu.memory_total_bytes"] == 25753026560
    for folder, _, files in os.walk(device):
        for file in files:
            (Path(folder) / file).unlink()
    with pytest.raises(FileNotFoundError):
        sensor.read()


def test_no_card_no_sensor(tmp_path: Path) -> None:
    assert amd_sensors(5, 0, lambda: amd_devices(tmp_path / "nothing")) == []


@given(st.text())
def test_no_text_makes_the_parser_raise(text: str) -> None:
    number = parse_number(text)
    assert number is None or isinstance(number, int)

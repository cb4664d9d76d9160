"""Power, clock and temperature by programs and packages that may be there."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors.macos import macmon
from mlxtop.sensors.macos.macmon import Macmon, NotMacmon, parse_macmon
from mlxtop.sensors.macos.power import GpuEnergy, power_sensors
from tests.sensors.ticking import Ticking, captures

LINES = [
    line
    for path in captures("macmon-pipe*.ndjson")
    for line in path.read_bytes().splitlines()
    if line
]


@pytest.mark.parametrize("line", LINES)
def test_a_captured_line(line: bytes) -> None:
    assert parse_macmon(line) == {
        "gpu.clock_hertz": 1578e6,
        "gpu.temperature_celsius": 61.4,
        "gpu.power_watts": 24.87,
    }


def test_the_older_form_and_nonsense() -> None:
    assert parse_macmon(b'{"gpu_power":1,"gpu_usage":[444,0.1],"temp":{"gpu_temp_avg":0.0}}') == {
        "gpu.clock_hertz": 444e6,
        "gpu.temperature_celsius": None,
        "gpu.power_watts": 1,
    }
    nonsense = b'{"gpu_power":-1,"gpu_usage":[],"gpu_freq_mhz":"x","temp":7}'
    assert set(parse_macmon(nonsense).values()) == {None}


@given(st.sampled_from(LINES), st.data())
def test_a_garbled_line_is_read_or_refused(line: bytes, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(line))] * 2)))
    for garbled in (line[:start] + data.draw(st.binary(max_size=9)) + line[end:], line[:end]):
        try:
            values = parse_macmon(garbled)
        except NotMacmon:
            continue
        assert all(value is None or 0 <= value < 1e12 for value in values.values())


def test_ten_thousand_brackets_are_refused() -> None:
    with pytest.raises(NotMacmon):
        parse_macmon(b"[" * 10000)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "macmon"
    path.touch()
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def write(program: Path, code: str) -> None:
    capture = tmp = program.with_suffix(".line")
    tmp.write_bytes(LINES[0] + b"\n")
    program.write_text(
        f"#!{sys.executable}\nimport sys, time\nline = open({str(capture)!r}).read()\n{code}\n"
    )


@pytest.fixture
def sensor(program: Path, ticking: Ticking) -> Iterator[Macmon]:
    made = Macmon(1, str(program), power=True, clock=ticking.now)
    yield made
    made.close()


def until_read(sensor: Macmon) -> dict[str, float | None]:
    for _ in range(100):
        if values := sensor.read():
            return values
    raise AssertionError("the program printed nothing")


def test_the_newest_line_counts(program: Path, sensor: Macmon) -> None:
    write(
        program,
        "assert sys.argv[1:] == ['pipe', '-i', '1000']\n"
        "sys.stdout.write(line.replace('24.87', '1.5') + line + line[:50])\n"
        "sys.stdout.flush(); time.sleep(60)",
    )
    assert until_read(sensor)["gpu.power_watts"] == 24.87


def test_a_program_that_ends_is_told_and_started_anew(program: Path, sensor: Macmon) -> None:
    write(program, "sys.stdout.write(line)")
    assert until_read(sensor)["gpu.power_watts"] == 24.87
    with pytest.raises(OSError, match="ended"):
        until_read(sensor)
    assert until_read(sensor)["gpu.power_watts"] == 24.87


def test_another_program_of_that_name_is_not_started_again(program: Path, sensor: Macmon) -> None:
    write(program, f"open({str(program)!r} + '.runs', 'a').write('x'); print('hello', flush=True)")
    for _ in range(2):
        with pytest.raises(NotMacmon):
            until_read(sensor)
    sensor.close()
    assert Path(f"{program}.runs").read_text() == "x"


def test_a_program_that_falls_silent(
    program: Path, sensor: Macmon, ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(macmon, "WAIT_SECONDS", 0.0)
    write(program, "time.sleep(60)")
    assert sensor.read() == {}
    ticking.t += 11
    with pytest.raises(OSError, match="said nothing"):
        sensor.read()


def test_a_program_that_is_gone(sensor: Macmon, program: Path) -> None:
    program.unlink()
    with pytest.raises(FileNotFoundError):
        sensor.read()


def test_power_from_the_energy_counter(ticking: Ticking) -> None:
    counters = iter([1000, 21000, 21000, 5, None, 7])

    def read() -> SimpleNamespace:
        return SimpleNamespace(gpu_mj=next(counters))

    monitor = SimpleNamespace(get_cumulative_energy=read)
    sensor = GpuEnergy(1, lambda: monitor, ticking.now)
    found = []
    for _ in range(6):
        found.append(sensor.read())
        ticking.t += 2
    watts = [values.get("gpu.power_watts", "-") for values in found]
    assert watts == ["-", 10, 0, None, None, "-"]


def test_power_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert power_sensors(1, lambda: None, "no_such_package_here") == []
    (tmp_path / "energy_here.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    both = power_sensors(1, lambda: "/bin/macmon", "energy_here")
    assert [info.name for sensor in both for info in sensor.infos] == [
        "gpu.power_watts", "gpu.clock_hertz", "gpu.temperature_celsius",
    ]  # fmt: skip
    (alone,) = power_sensors(1, lambda: "/bin/macmon", "no_such_package_here")
    assert "gpu.power_watts" in {info.name for info in alone.infos}
    assert all(sensor.slow for sensor in [*both, alone])

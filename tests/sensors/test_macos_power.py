"""Power, clock and temperature by programs and packages that may be there."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors.macos import power
from mlxtop.sensors.macos.power import (
    TRIED,
    GpuEnergy,
    Macmon,
    NotMacmon,
    parse_macmon,
    power_sensors,
    try_zeus,
)
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


def test_the_form_of_version_0_8_0_has_the_clock_in_another_place() -> None:
    line = b'{"gpu_power":1,"gpu_freq_mhz":338,"temp":{"gpu_temp_avg":42.0}}'
    assert parse_macmon(line) == {
        "gpu.clock_hertz": 338e6,
        "gpu.temperature_celsius": 42.0,
        "gpu.power_watts": 1,
    }
    for other in (b'{"gpu_power":1}', b'{"gpu_freq_mhz":1}', b"{}", b"[]"):
        with pytest.raises(NotMacmon):
            parse_macmon(other)


@pytest.mark.parametrize(
    ("printed", "told"),
    [(-1.85, None), (0, None), (5.6, None), (9.4, None), (10.0, None), (10.1, 10.1), (42, 42)],
)
def test_a_gpu_colder_than_any_room_is_of_unknown_temperature(
    printed: float, told: float | None
) -> None:
    line = f'{{"gpu_power":0.01,"gpu_usage":[338,0.01],"temp":{{"gpu_temp_avg":{printed}}}}}'
    assert parse_macmon(line.encode())["gpu.temperature_celsius"] == told


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
    monkeypatch.setattr(power, "WAIT_SECONDS", 0.0)
    write(program, "time.sleep(60)")
    assert sensor.read() == {}
    ticking.t += 11
    with pytest.raises(OSError, match="printed nothing"):
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
    sensor = GpuEnergy(1, lambda: monitor, ticking.now, lambda: None)
    found = []
    for _ in range(6):
        found.append(sensor.read())
        ticking.t += 2
    watts = [values.get("gpu.power_watts", "-") for values in found]
    assert watts == ["-", 10, 0, None, None, "-"]


def test_a_package_that_ends_its_process_ends_no_other(ticking: Ticking) -> None:
    tries = []

    def attempt() -> None:
        tries.append(1)
        try_zeus("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")

    sensor = GpuEnergy(1, lambda: pytest.fail("asked all the same"), ticking.now, attempt)
    for _ in range(3):
        with pytest.raises(OSError, match=r"crashes on this machine \(signal 11\)"):
            sensor.read()
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('no Energy Model\\x1b[31m')", "fails: RuntimeError: no Energy Model␛"),
        ("import time; time.sleep(60)", r"did not answer within 0\.2 s"),
        ("raise SystemExit(3)", "fails: "),
    ],
)
def test_a_package_that_fails_says_how(code: str, said: str) -> None:
    with pytest.raises(OSError, match=said):
        try_zeus(code, 0.2 if "sleep" in code else 20)


def test_a_package_that_answers_is_asked_here() -> None:
    try_zeus("pass")


def test_what_is_tried_is_what_is_asked_here_later(tmp_path: Path) -> None:
    """The child imports the package by the same function, and reads it as the sensor does."""
    (tmp_path / "zeus_apple_silicon.py").write_text(
        "class AppleEnergyMonitor:\n    def get_cumulative_energy(self): raise OSError('asked')\n"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {TRIED}"
    with pytest.raises(OSError, match="fails: OSError: asked"):
        try_zeus(code)


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

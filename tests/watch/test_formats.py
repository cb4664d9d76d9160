"""A reading in words: as a table, as JSON, as rows of CSV."""

import csv
import datetime
import io
import json

import pytest

from mlxtop import events
from mlxtop.events import Sample, SensorInfo
from mlxtop.sensors import Sensor, Values
from mlxtop.watch.formats import as_json, cell, table, words
from mlxtop.watch.processes import ProcessInfo, ProcessReader, Reading
from mlxtop.watch.readings import Latest, Once, ReadFigure, read_once
from mlxtop.watch.stream import CsvRows, JsonLines, stream

SERVER = ProcessInfo(
    41, "python3 mlx_lm.server", 18_400_000_000, 212.0, 97.0, "mlx_lm.server", 8080
)
OTHER = ProcessInfo(7, "Find␛er", None, None)


def once(*figures: ReadFigure) -> Once:
    header = events.Header(
        t=1.0, schema=1, wall=2.0, clock="c", mlxtop="1", chip="Apple M4 Max", os="macOS 26"
    )
    reading = Reading(1.0, (SERVER, OTHER), 214)
    return Once(wall=1_700_000_000.0, header=header, figures=figures, processes=reading)


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("memory.wired_bytes", 18.4e9, "bytes", ("18.4", "GB")),
        ("swap.in_bytes_per_second", 1.2e6, "bytes_per_second", ("1.20", "MB/s")),
        ("cpu.user_percent", 12.5, "percent", ("12.50", "%")),
        ("pressure.level", 1.0, "level", ("WARN", "level")),
        ("thermal.level", 2.0, "level", ("heavy", "level")),
        ("gpu.throttle_reasons", 4.0, "mask", ("power cap", "reasons")),
        ("gpu.throttle_reasons", 0.0, "mask", ("none", "reasons")),
        ("gpu1.asleep", 1.0, "level", ("asleep", "state")),
        ("gpu.clock_hertz", 1.398e9, "hertz", ("1398", "MHz")),
        ("gpu.temperature_celsius", 61.0, "celsius", ("61.00", "°C")),
        ("gpu.power_watts", None, "watts", ("—", "")),
    ],
)
def test_a_figure_stands_with_its_unit(
    name: str, value: float | None, unit: str, expected: tuple[str, str]
) -> None:
    assert words(ReadFigure(name, value, unit, "")) == expected


def test_the_table_names_value_unit_source_servers_and_processes() -> None:
    text = table(once(ReadFigure("memory.wired_bytes", 18.4e9, "bytes", "vm_stat wired")))

    lines = text.splitlines()
    assert ["memory.wired_bytes", "18.4", "GB", "vm_stat", "wired"] in [x.split() for x in lines]
    assert any(
        "mlx_lm.server" in x and "18.4 GB" in x and "97 %" in x and "port 8080" in x for x in lines
    )
    assert any(x.split() == ["—", "—", "—", "7", "Find␛er"] for x in lines)
    assert "1 of 214 processes" in lines[-1]


def test_the_json_has_units_sources_servers_and_null_for_what_is_unknown() -> None:
    content = json.loads(as_json(once(ReadFigure("gpu.power_watts", None, "watts", "zeus"))))

    assert content["figures"]["gpu.power_watts"] == {
        "value": None,
        "unit": "watts",
        "source": "zeus",
    }
    assert content["servers"][0]["port"] == 8080
    assert [p["pid"] for p in content["processes"]] == [41, 7]
    assert content["processes"][1]["memory_bytes"] is None
    assert content["processes_total"] == 214


def test_a_cell_is_empty_where_nothing_is_known() -> None:
    assert [cell(v) for v in (None, 0.0, 4.0, 1.25, 25_000_000_000.0)] == [
        "",
        "0",
        "4",
        "1.25",
        "25000000000",
    ]


INFOS = [
    SensorInfo(name="memory.available_bytes", unit="bytes", source="meminfo", hz=5.0),
    SensorInfo(name="memory.total_bytes", unit="bytes", source="meminfo", hz=0.1),
    SensorInfo(name="cpu.user_percent", unit="percent", source="stat", hz=5.0),
]


def test_a_figure_stands_until_it_is_too_old_for_its_rate() -> None:
    latest = Latest(INFOS)
    latest.add(Sample(t=10.0, values={"cpu.user_percent": 5.0, "memory.total_bytes": 100.0}))

    assert latest.values(12.0)["cpu.user_percent"] == 5.0
    assert latest.values(13.0)["cpu.user_percent"] is None
    assert latest.values(30.0)["memory.total_bytes"] == 100.0
    assert latest.values(12.0)["memory.available_bytes"] is None


def test_the_pressure_level_follows_from_what_stands_and_says_from_what() -> None:
    latest = Latest(INFOS)
    assert latest.values(1.0)["pressure.level"] is None
    latest.add(Sample(t=1.0, values={"memory.available_bytes": 8.0, "memory.total_bytes": 100.0}))

    values = latest.values(1.0)

    assert values["pressure.level"] == 1
    assert latest.source("pressure.level", values) == "derived from meminfo"


class Counting(Sensor):
    """Counts its readings; the third has no answer."""

    def __init__(self) -> None:
        super().__init__("counting", 20.0, [("a.count", "itself")])
        self.readings = 0
        self.closed = False

    def read(self) -> Values:
        self.readings += 1
        return {"a.count": None if self.readings == 3 else float(self.readings)}

    def close(self) -> None:
        self.closed = True


class Broken(Counting):
    """Never answers."""

    def read(self) -> Values:
        raise OSError("it is not there")


def test_csv_has_one_row_of_names_and_an_empty_cell_for_what_is_unknown() -> None:
    out = io.StringIO()

    stream([Counting()], CsvRows(out), hz=20.0, count=4)

    rows = list(csv.reader(io.StringIO(out.getvalue())))
    assert rows[0] == ["time", "a.count"]
    assert [row[1] for row in rows[1:]] == ["1", "2", "", "4"]
    times = [datetime.datetime.fromisoformat(row[0]) for row in rows[1:]]
    assert times == sorted(set(times))
    assert all(t.tzinfo is not None for t in times)


def test_json_lines_are_a_recording() -> None:
    out = io.StringIO()

    stream([Counting()], JsonLines(out), hz=20.0, count=3)

    said = [events.decode(line.encode()) for line in out.getvalue().splitlines()]
    assert isinstance(said[0], events.Header)
    assert [info.name for info in said[0].sensors] == ["a.count"]
    assert isinstance(said[-1], events.End)
    samples = [event for event in said if isinstance(event, Sample)]
    assert [sample.values["a.count"] for sample in samples] == [1.0, 2.0, None]


def test_a_sensor_that_fails_is_told_of_on_stderr_and_stops_no_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = io.StringIO()

    stream([Broken()], CsvRows(out), hz=20.0, count=2)

    assert out.getvalue().count("\n") == 2 + 1
    assert "it is not there" in capsys.readouterr().err


def test_one_reading_takes_two_and_closes_what_it_read() -> None:
    sensor = Counting()
    slept: list[float] = []

    result = read_once([sensor], ProcessReader(), lambda _: None, slept.append)

    assert [(f.name, f.value, f.source) for f in result.figures] == [("a.count", 2.0, "itself")]
    assert len(slept) == 1
    assert sensor.closed
    assert result.processes.total > 0
    assert any(p.cpu_percent is not None for p in result.processes.processes)


class Patient(Counting):
    """Has nothing to say before its third reading."""

    def read(self) -> Values:
        values = super().read()
        return {"a.count": 9.0} if not values["a.count"] else {}


def test_a_figure_that_takes_longer_gets_a_third_reading() -> None:
    result = read_once([Patient()], ProcessReader(), lambda _: None, lambda _: None)

    assert [f.value for f in result.figures] == [9.0]

"""A sensor of a package: one module with a source and its entries, found by an entry point.

`MODULE` is all that a package needs; mlxtop itself does not know its figures.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.doctor.page import page
from mlxtop.doctor.run import doctor, examine, missing, reason, silent_hardware
from mlxtop.events import SensorInfo
from mlxtop.figures import CATALOGUE, OWN, Catalogue, Figure, first_of
from mlxtop.recording import vocabulary
from mlxtop.recording.reader import Recording
from mlxtop.recording.redact import anonymized, redact
from mlxtop.sensors import build_header, default_sensors, packages
from mlxtop.sensors.registry import make_sensors
from mlxtop.sensors.source import Net
from mlxtop.sources.replay import Replay
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import CPU, GPU, figures
from mlxtop.tui.panes.base import Face, Frame, draw_pane
from mlxtop.tui.widgets.rows import text
from mlxtop.watch.formats import as_json, table
from mlxtop.watch.processes import ProcessReader
from mlxtop.watch.readings import read_once
from mlxtop.watch.stream import CsvRows, JsonLines, stream
from tests.tui.zoomed import plots
from tools.figures_reference import reference

MODULE = """
from mlxtop.figures import Chart, Figure, Levels, Plot
from mlxtop.sensors.source import Sensor, gpu_group
from mlxtop.sensors.source import Source

FAN = Figure(
    "gpu.fan_rpm",
    "fan",
    "turns a minute",
    pane="gpu",
    chart=Chart(Plot("gpu", "fan, rpm"), "fan", "gpu", letter="f"),
)
MODE = Figure("npu.mode", "NPU", "how it runs", codes=Levels(("eco", "turbo")), pane="cpu")
COLD = Figure("npu.coolant_celsius", "coolant", "of its loop", pane="cpu")


class Fans(Sensor):
    def __init__(self, hz, first):
        self._fan = f"{gpu_group(first)}.fan_rpm"
        where = "fanctl gauge"
        super().__init__("fans", hz, [(self._fan, where), ("npu.mode", where),
                                      ("npu.coolant_celsius", where)])

    def read(self):
        return {self._fan: 2100.0, "npu.mode": 1.0, "npu.coolant_celsius": None, "npu.secret": 5.0}


class Made(Source):
    name = "fanctl"
    entries = (FAN, MODE, COLD)
    words = "fanctl gauge"

    def sensors(self, wanted):
        return [Fans(wanted.hz, wanted.first_gpu)]

    def gpu_names(self):
        return ["Fan Maker 9000"]

    def needs(self, *, here):
        return [(("npu.flow_litres",), "a newer fanctl")]

    def why(self, name):
        return "a coolant"

    def capture(self, clean, root):
        yield "fanctl/state", clean("turbo of ada")
"""
Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package with one module, as pip would."""
    folder = tmp_path / "site"
    monkeypatch.syspath_prepend(str(folder))

    def put(lines: str) -> None:
        name = f"fanctl_{abs(hash(lines))}"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(lines)
        about = folder / f"{name}-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: fanctl\nVersion: 1\n")
        (about / "entry_points.txt").write_text(f"[mlxtop.sensors]\nfans = {name}:Made\n")

    yield put
    packages.find(list)


@pytest.fixture
def recording(install: Install, tmp_path: Path) -> Path:
    """A recording made with the package installed."""
    install(MODULE)
    path = tmp_path / "run.jsonl"
    with path.open("w", encoding="utf-8") as out:
        stream(default_sensors(hz=20.0), JsonLines(out), hz=20.0, count=10)
    return path


def fan_of(names: Iterable[str]) -> str:
    """Return the fan's name on this machine: other GPUs may precede it."""
    return next(name for name in names if first_of(name) == "gpu.fan_rpm")


def drawn(face: Face, timeline: Timeline) -> str:
    assert timeline.last is not None
    rows = draw_pane(face, timeline, timeline.last, 120, 20, Frame())
    return " ".join(" ".join(map(text, rows)).split())


def test_it_is_sampled_recorded_and_replayed(recording: Path) -> None:
    timeline = Replay(Recording(recording)).timeline
    assert timeline.header is not None
    infos = {info.name: info for info in timeline.header.sensors}
    fan = fan_of(infos)
    assert (infos[fan].unit, infos[fan].source) == ("rpm", "fanctl gauge")
    assert timeline.series[fan].last_before(1e12) == (timeline.series[fan].times[-1], 2100.0)
    assert timeline.readings.value("npu.mode", timeline.series["npu.mode"].times[-1]) == 1.0
    assert "npu.secret" not in timeline.series, "it is not declared"
    assert timeline.header.gpu.endswith("Fan Maker 9000")


def test_panes_and_the_enlarged_chart_show_it(recording: Path) -> None:
    timeline = Replay(Recording(recording)).timeline
    fan = fan_of(timeline.series)
    assert timeline.last is not None
    assert f"{CATALOGUE.label(fan)} 2,100 rpm" in drawn(GPU, timeline)
    assert "NPU turbo" in drawn(CPU, timeline)
    made = {plot.title: plot for plot in plots("gpu", timeline, timeline.last, 60, 100, 30)}
    assert 2100.0 in made["fan, rpm"].lines[-1].ys


def test_declared_names_stay_in_a_redacted_recording(recording: Path, tmp_path: Path) -> None:
    target = tmp_path / "redacted.jsonl"
    redact(recording, target)
    kept = Replay(Recording(target)).timeline
    fan = fan_of(kept.series)
    assert kept.header is not None
    assert {(info.unit, info.source) for info in kept.header.sensors if info.name == fan} == {
        ("rpm", "fanctl gauge")
    }
    # Without the package, its names are not known to be harmless.
    packages.find(list)
    (tmp_path / "again.jsonl").unlink(missing_ok=True)
    redact(recording, tmp_path / "again.jsonl")
    left = (tmp_path / "again.jsonl").read_text()
    assert "fan" not in left
    assert "npu" not in left


FAN_OF_OURS = Figure(
    "fan.speed_rpm", "case fan", "turns a minute", pane="cpu", source_words="blower zephyr"
)


def test_an_entry_of_mlxtops_own_is_shown_and_kept_without_a_line_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalogue = Catalogue((*OWN, FAN_OF_OURS))
    monkeypatch.setattr(figures, "CATALOGUE", catalogue)
    monkeypatch.setattr(vocabulary, "CATALOGUE", catalogue)
    where = SensorInfo(name="fan.speed_rpm", unit="rpm", source="blower 1 of zephyr", hz=1.0)
    header = events.Header(t=0.0, schema=1, wall=1.0, clock="", mlxtop="0", text=False)
    header.sensors.append(where)
    timeline = Timeline()
    for event in (header, events.Sample(t=1.0, values={"fan.speed_rpm": 900.0})):
        assert anonymized(event) == event
        timeline.add(event)
    assert "case fan 900 rpm" in drawn(CPU, timeline)
    unknown = SensorInfo(name="fan.speed_rpm", unit="rpm", source="breeze", hz=1.0)
    kept = anonymized(
        events.Header(t=0.0, schema=1, wall=1, clock="", mlxtop="", sensors=[unknown])
    )
    assert [info.source for info in kept.sensors] == ["left out"]


def test_csv_has_a_column_and_watch_a_row_for_each_figure(install: Install) -> None:
    install(MODULE)
    out = io.StringIO()
    stream(default_sensors(hz=20.0), CsvRows(out), hz=20.0, count=10)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    fan = fan_of(rows[0])
    assert rows[-1][fan] == "2100"
    assert rows[-1]["npu.coolant_celsius"] == ""
    once = read_once(default_sensors(), ProcessReader(), lambda event: None, lambda seconds: None)
    lines = [line.split() for line in table(once).splitlines()]
    assert [fan, "2,100", "rpm", "fanctl", "gauge"] in lines
    assert ["npu.mode", "turbo", "level", "fanctl", "gauge"] in lines
    figures = json.loads(as_json(once))["figures"]
    assert figures[fan] == {"value": 2100.0, "unit": "rpm", "source": "fanctl gauge"}


def test_the_doctor_reports_it_and_what_is_missing(install: Install) -> None:
    install(MODULE)
    report = examine(1)
    (fans,) = [sensor for sensor in report.sensors if sensor.name == "fans"]
    assert (fans.state, fans.own_thread) == ("works", True)
    notes = {first_of(figure.name): figure.note for figure in fans.figures}
    assert notes == {"gpu.fan_rpm": "", "npu.mode": "turbo", "npu.coolant_celsius": "a coolant"}
    assert any(each.needs == "a newer fanctl" for each in report.missing)
    written = "\n".join(page(report, 120, False))
    assert "2100 rpm" in written
    assert "(needs a coolant)" in written


def test_a_capture_contains_its_files_without_names(install: Install) -> None:
    install(MODULE)
    default_sensors()
    clean: Net = lambda words: words.replace("ada", "<name>")  # noqa: E731
    (source,) = packages.loaded()
    assert dict(source.capture(clean, Path("/"))) == {"fanctl/state": "turbo of <name>"}


def test_the_reference_lists_its_entries(install: Install) -> None:
    install(MODULE)
    default_sensors()
    assert "| `gpu.fan_rpm` | rpm | fan | turns a minute |" in reference(CATALOGUE.entries)
    assert "how it runs (0 eco, 1 turbo)" in reference(CATALOGUE.entries)


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("raise SystemExit(3)", "3"),
        ("Made = 5", "its entry point is not a mlxtop.sensors.source.Source"),
        (MODULE.replace('"gpu.fan_rpm",', '"gpu1.fan_rpm",'), "must be named `group.figure_unit`"),
        (MODULE.replace('"gpu.fan_rpm",', '"gpu.power_watts",'), "mlxtop itself knows"),
        (MODULE.replace('"fan", "gpu", l', '"fan", "pink", l'), "an ink that is not among"),
        (MODULE.replace("entries = (FAN, MODE", "entries = (FAN"), "reads npu.mode but does not"),
        (MODULE.replace('("npu.mode", where)', '("cpu.load_1m", where)'), "reads cpu.load_1m"),
        (MODULE.replace("return [Fans", "return [1 / 0, Fans"), "division by zero"),
    ],
)
def test_a_broken_package_causes_exactly_one_notice(
    install: Install, lines: str, cause: str
) -> None:
    install(lines)
    made = make_sensors()
    build_header([sensor for each in made for sensor in each.sensors])
    out = io.StringIO()
    sensors = [sensor for each in made for sensor in each.sensors]
    stream(sensors, JsonLines(out), hz=20.0, count=10)
    notices = [
        event
        for line in out.getvalue().splitlines()
        if isinstance(event := events.decode(line.encode()), events.Notice)
    ]
    assert len(notices) == 1
    assert notices[0].text.startswith("The sensor fanctl cannot be used: ")
    assert cause in notices[0].text
    assert '"cpu.user_percent"' in out.getvalue(), "the others continue"


CALLS = {
    "gpu_names": "(self)",
    "needs": "(self, *, here)",
    "why": "(self, name)",
    "silent": "(self)",
    "capture": "(self, clean, root)",
}


def failing(*methods: str) -> str:
    """Return a module whose source fails in these methods."""
    lines = MODULE.split("    def gpu_names")[0]
    for method in methods:
        lines += f"    def {method}{CALLS[method]}:\n        return 1 / 0\n"
    return lines


def test_a_source_that_fails_in_its_other_calls_adds_nothing_and_one_notice(
    install: Install,
) -> None:
    install(failing(*CALLS))
    made = make_sensors()
    (fans,) = [each for each in made if "npu.mode" in each.names]
    build_header(fans.sensors)
    assert missing([fans]) == []
    assert reason("npu.mode", made) == ""
    assert silent_hardware([fans]) == ""
    assert list(fans.source.capture(str, Path("/"))) == []
    assert len(packages.failures()) == 1


@pytest.mark.parametrize("method", ["needs", "why"])
def test_the_doctor_has_one_notice_about_a_call_that_fails(install: Install, method: str) -> None:
    install(failing(method))
    report = examine(1)
    notice = f"The sensor package fanctl failed in {method}: division by zero."
    assert report.problems.count(notice) == 1
    assert f"  {notice}" in page(report, 120, False)


def test_a_capture_that_fails_is_in_the_page_and_in_the_captured_report(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(
        failing() + "    def capture(self, clean, root):\n        yield 'in', '1'\n        1 / 0\n"
    )
    assert doctor(json=False, seconds=1, capture=tmp_path / "new") == 1
    notice = "The sensor package fanctl failed in capture: division by zero."
    assert notice in " ".join(capsys.readouterr().out.split())
    assert notice in json.loads((tmp_path / "new" / "doctor.json").read_text())["problems"]
    assert not (tmp_path / "new" / "in").exists()


def test_a_failed_reading_is_reported_like_any_other(install: Install, tmp_path: Path) -> None:
    install(MODULE.replace("return {self._fan: 2100.0", "return {self._fan: 1 / 0"))
    path = tmp_path / "run.jsonl"
    with path.open("w", encoding="utf-8") as out:
        stream(default_sensors(hz=20.0), JsonLines(out), hz=20.0, count=10)
    assert "The sensor fans does not answer (division by zero)" in path.read_text()

"""The catalogue of figures: everything that is known about one, at one place."""

import ast
import re
from pathlib import Path

import pytest

import mlxtop
from mlxtop import events
from mlxtop.bench.disturbance import mean, peak
from mlxtop.figures import (
    CATALOGUE,
    OWN,
    Catalogue,
    Figure,
    Mask,
    first_of,
    gpu_number,
    of_gpu,
    unit_of,
)
from mlxtop.figures.figure import INKS
from mlxtop.files import recordings
from mlxtop.findings.span import Span
from mlxtop.sensors import default_sensors
from mlxtop.timeline import Timeline
from mlxtop.tui.widgets import rows
from tools import figures_reference

GROUPS = sorted({entry.group for entry in OWN})
FILES = {"memory.limit_in_bytes", "memory.usage_in_bytes"}
"""Of a cgroup."""
NAME = re.compile(rf"(?:{'|'.join(GROUPS)})\.[a-z0-9_]+")


def literals() -> dict[str, str]:
    """Return each text of the code that looks like the name of a figure, and where it stands."""
    found = {}
    for path in Path(mlxtop.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and NAME.fullmatch(text) and unit_or_known(text):
                found[text] = path.name
    return found


def unit_or_known(text: str) -> bool:
    # Names of files and of keys (`engine.log`, `app.quit`) look like those of figures.
    if text in FILES:
        return False
    return CATALOGUE.find(text) is not None or unit_of(text).name in {e.unit.name for e in OWN}


def test_the_documentation_is_made_from_the_catalogue() -> None:
    text = figures_reference.DOCUMENT.read_text("utf-8")
    assert text == figures_reference.document(text)
    assert all(f"| `{entry.name}` |" in text for entry in OWN)


def test_the_code_names_no_figure_that_has_no_entry() -> None:
    names = literals()
    assert len(names) > 40
    assert {name: where for name, where in names.items() if CATALOGUE.find(name) is None} == {}


def test_every_sensor_of_this_machine_has_entries_and_their_units() -> None:
    for sensor in default_sensors():
        for info in sensor.infos:
            entry = CATALOGUE.find(info.name)
            assert entry is not None, info.name
            assert info.unit == entry.unit.name, info.name


def test_no_name_stands_twice_and_every_entry_has_a_meaning() -> None:
    names = [entry.name for entry in OWN]
    assert len(set(names)) == len(names)
    assert [entry.name for entry in OWN if not entry.meaning] == []
    # What is asked of a package's entries holds for mlxtop's own.
    empty = Catalogue(())
    empty.add(OWN)
    assert [entry.name for entry in empty.entries] == names
    assert [e.total for e in OWN if e.total and CATALOGUE.find(e.total) is None] == []


@pytest.mark.parametrize("name", ["gpu.throttle_reasons", "gpu1.throttle_reasons"])
def test_a_bit_mask_has_neither_a_peak_nor_a_mean(name: str) -> None:
    timeline = Timeline()
    timeline.add(events.Sample(t=1.0, values={name: 4.0}))
    for take in (peak, mean):
        with pytest.raises(ValueError, match=f"{name} is a (bit mask|code)"):
            take(timeline, name, 0.0, 2.0)
    with pytest.raises(ValueError, match="bit mask"):
        Span(timeline, 0.0, 2.0).highest(name)
    assert peak(timeline, "pressure.level", 0.0, 2.0) is None
    with pytest.raises(ValueError, match="code"):
        mean(timeline, "pressure.level", 0.0, 2.0)


def test_a_further_gpu_has_the_entries_of_the_first() -> None:
    assert CATALOGUE.of("gpu12.power_watts") is CATALOGUE.of("gpu.power_watts")
    assert CATALOGUE.label("gpu.power_watts") == "power"
    assert CATALOGUE.label("gpu12.power_watts") == "12: power"
    assert CATALOGUE.total_of("gpu1.memory_used_bytes") == "gpu1.memory_total_bytes"
    assert (first_of("gpu1.busy_percent"), gpu_number("gpu1.busy_percent")) == (
        "gpu.busy_percent",
        1,
    )
    assert gpu_number("cpu.load_1m") is None
    assert of_gpu("gpu.asleep", 0) == "gpu.asleep"
    assert of_gpu("thermal.level", 1) == "thermal.level"


def test_an_unknown_figure_is_what_its_name_tells() -> None:
    found = CATALOGUE.of("gpu1.media_hertz")
    assert (found.pane, found.words(2.1e9)) == ("gpu", "2.10 GHz")
    assert CATALOGUE.label("gpu1.media_hertz") == "1: media"
    assert CATALOGUE.of("npu.busy_percent").pane is None
    assert found.unit.apart(2.1e9) == ("2.10", "GHz")
    assert CATALOGUE.find("gpu1.media_hertz") is None


@pytest.mark.parametrize(
    "name", ["gpu1.media_hertz", "media", "Gpu.media_hertz", "gpu.", "gpu.power_watts", "a.b c"]
)
def test_an_entry_is_refused_that_has_no_name_or_a_name_of_ours(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)):
        Catalogue().add([Figure(name)])


def test_every_peak_that_is_kept_is_in_the_list_of_recordings() -> None:
    listed = Path(recordings.__file__).read_text("utf-8")
    assert [entry.peak for entry in OWN if entry.peak] == ["used", "wired", "gpu"]
    assert all(f'"peak_{entry.peak}_bytes"' in listed for entry in OWN if entry.peak)


def test_an_entry_cannot_ask_for_the_peak_of_a_mask() -> None:
    with pytest.raises(ValueError, match="a bit mask, which has none"):
        Catalogue().add([Figure("npu.reasons", codes=Mask(((1, "heat"),)), peak="npu")])


def test_every_ink_of_a_chart_is_one_that_rows_are_drawn_in() -> None:
    assert set(INKS) <= set(rows.INKS)
    assert {entry.chart.ink for entry in OWN if entry.chart is not None} <= set(INKS)

"""The GPU pane: each figure that this machine has is drawn, and no other."""

import pytest

from mlxtop import events
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import GPU, PANES
from mlxtop.tui.panes.base import Frame, draw_pane
from mlxtop.tui.panes.figures import shown
from mlxtop.tui.panes.gpu import figures_there
from mlxtop.tui.run.status import key_figures
from mlxtop.tui.widgets.rows import Row, text
from tests.tui.timelines import START, header

FACES = list(PANES.values())
MAC: dict[str, float | None] = {
    "gpu.busy_percent": 96.0,
    "gpu.engine_busy_percent": 91.0,
    "gpu.device_percent": 97.0,
    "gpu.renderer_percent": 40.0,
    "gpu.tiler_percent": 12.0,
    "gpu.memory_in_use_bytes": 6.1e9,
    "gpu.memory_alloc_bytes": 9.4e9,
    "gpu.power_watts": 31.5,
    "gpu.clock_hertz": 1.398e9,
    "gpu.temperature_celsius": 71.0,
    "thermal.level": 2.0,
}
NVIDIA: dict[str, float | None] = {
    "gpu.busy_percent": 88.0,
    "gpu.memory_used_bytes": 17.9e9,
    "gpu.memory_total_bytes": 25.7e9,
    "gpu.power_watts": 299.0,
    "gpu.temperature_celsius": 83.0,
    "gpu.clock_hertz": 1.41e9,
    "gpu.memory_clock_hertz": 9.751e9,
    "gpu.throttle_reasons": float(0x4 | 0x20),
    "gpu1.busy_percent": 3.0,
}
SHOWN = {
    "gpu.engine_busy_percent": "engine's share 91 %",
    "gpu.device_percent": "device 97 %",
    "gpu.renderer_percent": "renderer 40 %",
    "gpu.tiler_percent": "tiler 12 %",
    "gpu.memory_in_use_bytes": "memory in use 6.10 GB",
    "gpu.memory_alloc_bytes": "memory allocated 9.40 GB",
    "gpu.power_watts": "power 31.5 W",
    "gpu.clock_hertz": "clock 1398 MHz",
    "gpu.temperature_celsius": "temperature 71.0 °C",
    "thermal.level": "thermal state heavy",
}
SHOWN_NVIDIA = {
    "gpu.memory_used_bytes": "memory 17.9 GB of 25.7 GB",
    "gpu.power_watts": "power 299 W",
    "gpu.temperature_celsius": "temperature 83.0 °C",
    "gpu.clock_hertz": "clock 1410 MHz",
    "gpu.memory_clock_hertz": "memory clock 9751 MHz",
    "gpu.throttle_reasons": "held back by power cap, heat",
    "gpu1.busy_percent": "1: busy 3.0 %",
}


def made(values: dict[str, float | None], *names: str) -> Timeline:
    timeline = Timeline()
    timeline.add(header(mac="thermal.level" in values))
    timeline.add(events.Sample(t=START, values=dict(values)))
    for name in names:
        timeline.readings.of(name)
    return timeline


def drawn(timeline: Timeline, t: float = START, width: int = 100) -> list[Row]:
    return draw_pane(GPU, timeline, t, width, 16, Frame())


def words(timeline: Timeline, t: float = START, width: int = 100) -> str:
    return " ".join(" ".join(text(row) for row in drawn(timeline, t, width)).split())


@pytest.mark.parametrize(("values", "shown"), [(MAC, SHOWN), (NVIDIA, SHOWN_NVIDIA)])
def test_each_figure_is_drawn_where_it_is_and_only_there(
    values: dict[str, float | None], shown: dict[str, str]
) -> None:
    whole = words(made(values))
    for name, said in shown.items():
        assert said in whole, name
        label = said.split(" ")[0]
        rest = {key: value for key, value in values.items() if key != name}
        without = words(made(rest, name))
        assert said not in without, name
        if name not in ("gpu.memory_in_use_bytes", "gpu.memory_alloc_bytes"):
            assert f" {said.rsplit(' ', 1)[0]} —" not in without, label


def test_the_headline_is_busy_and_what_holds_it_back() -> None:
    assert "busy 96 % ▲ heavy" in words(made(MAC))
    assert "busy 88 % ▲ power cap, heat" in words(made(NVIDIA))
    inks = {span for span in drawn(made(MAC))[0] if "heavy" in span[0]}
    assert [ink for _, ink in inks] == ["warn"]
    # Nominal, idle, or not known: nothing to warn of.
    for name, value in (("thermal.level", 0.0), ("gpu.throttle_reasons", 1.0)):
        calm = words(made({"gpu.busy_percent": 50.0, name: value}))
        assert "▲" not in calm
    assert "held back by idle" in words(
        made({"gpu.busy_percent": 1.0, "gpu.throttle_reasons": 1.0})
    )
    assert "▲" not in words(made({"gpu.busy_percent": 50.0, "thermal.level": None}))


def test_an_old_word_is_no_warning() -> None:
    timeline = made(MAC)
    timeline.add(events.Sample(t=START + 30, values={"gpu.busy_percent": 5.0}))
    assert "▲" not in words(timeline, START + 30)
    assert "thermal state heavy, 30 s old" in words(timeline, START + 30)


def test_a_gpu_that_sleeps_has_no_figures_not_even_old_ones() -> None:
    timeline = made({**NVIDIA, "gpu.asleep": 0.0, "gpu1.asleep": 0.0})
    assert "state awake" in words(timeline)
    absent: dict[str, float | None] = dict.fromkeys(NVIDIA)
    timeline.add(
        events.Sample(t=START + 1, values={**absent, "gpu.asleep": 1.0, "gpu1.asleep": 0.0})
    )
    whole = words(timeline, START + 1)
    assert "busy —, asleep" in whole
    assert "state asleep" in whole
    assert "memory —" in whole
    assert "17.9 GB" not in whole
    # The other one is awake: its last figure is told, with its age.
    timeline.add(events.Sample(t=START + 2, values={"gpu.asleep": 1.0, "gpu1.asleep": 0.0}))
    assert "1: busy 3.0 %" in words(timeline, START + 2)


def test_the_memory_that_a_gpu_shares_stands_beside_its_own() -> None:
    whole = words(
        made(
            {
                "gpu.busy_percent": 97.0,
                "gpu.memory_used_bytes": 5.1e8,
                "gpu.memory_total_bytes": 5.37e8,
                "gpu.gtt_used_bytes": 41e9,
                "gpu.gtt_total_bytes": 66e9,
                "gpu1.memory_used_bytes": 2e9,
                "gpu1.memory_total_bytes": 8e9,
            }
        )
    )
    assert "1: memory 2.00 GB of 8.00 GB" in whole
    assert "total" not in whole
    assert "memory 510 MB of 537 MB" in whole
    assert "shared memory 41.0 GB of 66.0 GB" in whole


def test_the_engines_share_is_in_the_enlarged_chart() -> None:
    from tests.tui.zoomed import plots

    labels = [line.label for line in plots("gpu", made(MAC), START, 60, 100, 30)[0].lines]
    assert labels == ["busy", "engine's share"]
    one = {name: value for name, value in NVIDIA.items() if not name.startswith("gpu1.")}
    (line,) = plots("gpu", made(one), START, 60, 100, 30)[0].lines
    assert (line.label, line.letter) == ("busy", "")


def test_every_gpu_has_its_line_in_the_enlarged_chart() -> None:
    from tests.tui.zoomed import plots

    two = {**NVIDIA, "gpu1.power_watts": 41.0, "gpu1.temperature_celsius": None}
    lines = {plot.title: plot.lines for plot in plots("gpu", made(two), START, 60, 100, 30)}
    assert [(line.label, line.letter) for line in lines["GPU busy"]] == [
        ("busy", "b"),
        ("1: busy", "1"),
    ]
    assert [line.label for line in lines["power, W"]] == ["power, W", "1: power, W"]
    assert [line.label for line in lines["°C"]] == ["°C"]


def test_the_headline_names_the_further_gpu_that_is_held_back() -> None:
    held = {**NVIDIA, "gpu.throttle_reasons": 1.0, "gpu1.throttle_reasons": float(0x4)}
    assert "busy 88 % ▲ 1: power cap" in words(made(held))
    held["gpu1.throttle_reasons"] = 2.0
    assert "▲" not in words(made(held))


def test_a_thermal_state_alone_is_no_gpu() -> None:
    timeline = made({"thermal.level": 1.0})
    assert figures_there(timeline) == []
    assert "no GPU figures on this machine" in words(timeline)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("gpu.media_hertz", 2.1e9, "2.10 GHz"),
        ("gpu.media_hertz", 338e6, "338 MHz"),
        ("gpu.decoder_percent", 41.0, "41 %"),
        ("gpu.hotspot_celsius", 91.5, "91.5 °C"),
        ("gpu.limit_watts", 300.0, "300 W"),
        ("gpu.link_bytes_per_second", 3.2e10, "32.0 GB/s"),
        ("gpu.idle_seconds", 0.25, "250 ms"),
        ("gpu.fan_rpm", 2100.0, "2,100 rpm"),
        ("cpu.load_1m", 0.4, "0.40"),
        ("gpu.fan_rpm", None, "—"),
    ],
)
def test_a_figure_nobody_thought_of_has_the_unit_of_its_name(
    name: str, value: float | None, words: str
) -> None:
    assert shown(name, value) == words


def test_the_narrow_row_has_the_engines_gpu_first_and_the_others_last() -> None:
    words_of = [word for word, _ in key_figures(FACES[1:], made(NVIDIA), START)]
    assert words_of == ["used —", "—", "GPU 88 %", "CPU —", "GPU1 3.0 %"]
    assert [word for word, _ in key_figures(FACES, made({}), START)] == [
        "—",
        "used —",
        "—",
        "CPU —",
    ]

"""Charts of figures that no machine has, and of spans that nobody recorded."""

import math

import pytest

from mlxtop import events
from mlxtop.plots import Line, Plot, draw
from mlxtop.timeline import Timeline
from mlxtop.tui.zoom.charts import time_ticks
from tools import fuzz_target


@pytest.mark.parametrize("value", [1e15, 1e300, -1e300, math.inf, math.nan])
@pytest.mark.parametrize("top", [1e-300, 100.0, 1e308])
def test_a_figure_far_off_the_scale_is_drawn_to_its_edge(value: float, top: float) -> None:
    """plotext ends the process over such a line: this test would not come back."""
    line = Line("x", "speed", [0.0, 1.0, 2.0], [0.0, value, 0.0])
    plot = Plot("x", lines=[line], bars=[(1.0, value)], x_limits=(0.0, 2.0), y_limits=(0.0, top))
    assert len(draw(plot, 40, 10)) == 10


@pytest.mark.parametrize("span", [1e5, 1e9, 1e12])
def test_a_run_of_any_length_has_few_ticks(span: float) -> None:
    ticks = time_ticks(span, 120)
    assert 1 < len(ticks) <= 11
    assert ticks[-1] == (0, "0:00")


@pytest.mark.parametrize("t", [0.0, 1e12])
@pytest.mark.parametrize("value", [-1.0, 1e30, -1e30, 5e-324])
def test_a_moment_of_impossible_figures_is_drawn(t: float, value: float) -> None:
    names = [
        "pressure.level", "pressure.some_avg10_percent", "memory.total_bytes", "memory.used_bytes",
        "memory.wired_bytes", "memory.limit_bytes", "memory.available_bytes", "swap.used_bytes",
        "swap.total_bytes", "cpu.user_percent", "cpu.system_percent", "gpu.busy_percent",
        "gpu.throttle_reasons", "thermal.level", "app.samples_taken", "app.sampling_gaps",
    ]  # fmt: skip
    timeline = Timeline()
    for at in (0.0, t / 2, t):
        timeline.add(events.Sample(t=at, values=dict.fromkeys(names, value)))
    fuzz_target.draw(timeline, t)
    fuzz_target.zoom(timeline, t)

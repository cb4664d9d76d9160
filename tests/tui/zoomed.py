"""The enlarged charts of a pane, by its name."""

from mlxtop.plots import Plot
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import PANES
from mlxtop.tui.zoom.charts import Axes


def plots(
    name: str,
    timeline: Timeline,
    t: float,
    span: float,
    width: int,
    height: int,
    *,
    fitted: bool = False,
) -> list[Plot]:
    return PANES[name].enlarged(Axes(timeline, t, span, width, height), fitted=fitted)

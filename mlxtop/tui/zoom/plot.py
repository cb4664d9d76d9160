"""A chart with axes as rows, and the legend of its lines."""

from mlxtop.plotting import SMALLEST, Line, Plot, draw
from mlxtop.tui.widgets.rows import Row, Span, fit, merge

__all__ = ["Line", "Plot", "legend", "plot_rows"]


def legend(plot: Plot) -> Row:
    """Return the labels of the lines in their inks, with how each is drawn."""
    spans: list[Span] = []
    for line in plot.lines:
        sign = line.sign * 3 or {0: "⠤⠤⠤", 3: "⠤ ⠤"}.get(line.dash, "⠄ ⠄")
        if line.letter:
            sign = f"⠤{line.letter}⠤"
        spans += [(f"{sign} {line.label}", line.ink), ("   ", "quiet")]
    return merge(spans)


def plot_rows(plot: Plot, width: int, height: int) -> list[Row]:
    """Return the chart with its axes; empty rows where there is no room for one."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return [fit((), width)] * max(0, height)
    rows = [fit(merge(cells), width) for cells in draw(plot, width, height)]
    return rows + [fit((), width)] * (height - len(rows))

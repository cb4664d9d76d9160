"""The points of a recorded benchmark in the preview."""

from collections.abc import Sequence

from rich.cells import cell_len

from mlxtop import format as fmt
from mlxtop.cells import fit as fit_text
from mlxtop.recording.benched import PointFigures
from mlxtop.recording.figures import Figures
from mlxtop.tui.widgets.rows import Row, fit

_HEAD = ("tok/s", "TTFT", "valid")
_CELLS = (7, 8, 8)


def draw_points(figures: Figures, width: int, height: int) -> list[Row]:
    """Return the points of a benchmark, one a row, with medians over the trials that count."""
    room = max(1, height - 1)
    shown = figures.points[: room if figures.point_count <= room else max(1, room - 1)]
    longest = max(cell_len(point.label) for point in shown)
    cells = (*_CELLS[:-1], max(_CELLS[-1], *(len(_valid(point)) for point in shown)))
    taken = sum(cells) + 2 * len(cells)
    label = max(len("point"), min(longest, width - taken))
    head = [fit_text(name, n, True) for name, n in zip(_HEAD, cells, strict=True)]
    rows: list[Row] = [fit((("  ".join([fit_text("point", label), *head]), "quiet"),), width)]
    rows += [fit(_point(point, label, cells), width) for point in shown]
    if (more := figures.point_count - len(shown)) > 0 and len(rows) < height:
        rows.append(((f"and {more} more point{'s' if more > 1 else ''}", "quiet"),))
    return rows


def _point(point: PointFigures, label: int, rooms: Sequence[int]) -> Row:
    name = (fit_text(point.label, label), "value")
    if point.skipped and not point.trials:
        return (name, (f"  not measured: {point.skipped}", "warn"))
    texts = (
        fmt.rate_number(point.tokens_per_second),
        fmt.seconds(point.ttft_seconds),
        _valid(point),
    )
    inks = ("speed", "value", "quiet" if point.valid + point.unchecked == point.trials else "warn")
    cells = [fit_text(text, room, True) for text, room in zip(texts, rooms, strict=True)]
    return (name, *((f"  {cell}", ink) for cell, ink in zip(cells, inks, strict=True)))


def _valid(point: PointFigures) -> str:
    """Return how many trials are valid, and how many are unchecked: "2 of 5, ◌ 3"."""
    unchecked = f", ◌ {point.unchecked}" if point.unchecked else ""
    return f"{point.valid} of {point.trials}{unchecked}"

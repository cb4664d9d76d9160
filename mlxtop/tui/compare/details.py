"""What stands beside the curves: verdict, doubts, figures and conditions, as rows."""

from collections.abc import Sequence
from textwrap import wrap

from mlxtop.compare import report, rows
from mlxtop.compare.comparison import Comparison
from mlxtop.compare.picture import INKS
from mlxtop.tui.widgets.rows import Row, Span, fit, length, merge

NAME_WIDTH = 19

_INKS = {"faster": "normal", "slower": "critical", "same": "value"}


def details(result: Comparison, width: int) -> list[Row]:
    """Return everything there is to say, in rows of at most `width` cells."""
    found: list[Row] = _wrapped(result.sentence, width, _INKS.get(result.verdict, "title"))
    if result.reasons:
        found += [(), (("What to know before believing it", "title"),)]
        for reason in result.reasons:
            lines = wrap(reason, max(8, width - 2))
            found += [
                (("! " if place == 0 else "  ", "warn"), (line, "value"))
                for place, line in enumerate(lines)
            ]
    found += [(), *_figures("figures", rows.figures(result, band=_band(width)), width)]
    if points := rows.points(result, band=_band(width)):
        found += [(), *_figures("point by point", points, width)]
    for place, note in enumerate(rows.notes(result)):
        found += [*([()] if place == 0 else []), *_wrapped(note, width, "quiet")]
    conditions = rows.conditions(result)
    differ = [row for row in conditions if row.first != row.second]
    equal = [row for row in conditions if row.first == row.second]
    found += [(), (("conditions that differ", "title"),)]
    found += [line for row in differ for line in _two(row, width)]
    found += [(), (("the same in both", "title"),)]
    found += [_one(row, width) for row in equal]
    found += [(), *_wrapped(report.CAVEAT, width, "quiet")]
    for name, side in (("A", result.first), ("B", result.second)):
        for sentence in side.part.run.said:
            found += _wrapped(f"{name}: {sentence}", width, "quiet")
    return found


def _wrapped(words: str, width: int, ink: str) -> list[Row]:
    return [((line, ink),) for line in wrap(words, max(8, width))]


def _band(width: int) -> bool:
    return width >= report.BAND_COLUMNS


def _figures(title: str, found: Sequence[rows.Row], width: int) -> list[Row]:
    lines = report.table([rows.Row(title, "A", "B", "B / A"), *found], width)
    return [
        ((lines[0], "title"),),
        *(
            ((line[: len(row.name)], "quiet"), (line[len(row.name) :], "value"))
            for row, line in zip(found, lines[1:], strict=True)
        ),
    ]


def _two(row: rows.Row, width: int) -> list[Row]:
    """Return what differs: in one line where there is room, else in two more."""
    name = (f"{row.name:<{NAME_WIDTH}} ", "quiet")
    spans: list[Span] = []
    for place, (value, ink) in enumerate(zip((row.first, row.second), INKS, strict=True)):
        spans += [("  " if place else "", "quiet"), (f"{'AB'[place]} ", ink), (value, "value")]
    if length((name, *spans)) <= width:
        return [merge((name, *spans))]
    return [(name,), *((("  ", "quiet"), *part) for part in (spans[1:3], spans[4:]))]


def _one(row: rows.Row, width: int) -> Row:
    return fit(((f"{row.name:<{NAME_WIDTH}} ", "quiet"), (row.first, "value")), width)

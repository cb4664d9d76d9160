"""What stands beside the curves: verdict, doubts, figures and conditions, as rows."""

from collections.abc import Sequence
from textwrap import wrap

from mlxtop.compare import report, rows
from mlxtop.compare.comparison import Comparison
from mlxtop.tui.widgets.rows import Row, Span

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
    found += [(), *_table("figures", rows.figures(result), width, "B / A")]
    found += [(), *_table("conditions", rows.conditions(result), width, "")]
    found += [(), *_wrapped(report.CAVEAT, width, "quiet")]
    for name, side in (("A", result.first), ("B", result.second)):
        for sentence in side.part.run.said:
            found += _wrapped(f"{name}: {sentence}", width, "quiet")
    return found


def _wrapped(words: str, width: int, ink: str) -> list[Row]:
    return [((line, ink),) for line in wrap(words, max(8, width))]


def _table(title: str, found: Sequence[rows.Row], width: int, change: str) -> list[Row]:
    lines = report.table([rows.Row(title, "A", "B", change), *found], width)
    heading: list[Row] = [((lines[0], "title"),)]
    return heading + [_row(row, line) for row, line in zip(found, lines[1:], strict=True)]


def _row(row: rows.Row, line: str) -> Row:
    spans: list[Span] = [(line[: len(row.name)], "quiet"), (line[len(row.name) :], "value")]
    if row.change == rows.DIFFERS:
        spans = [spans[0], (line[len(row.name) : -len(row.change)], "value"), (row.change, "warn")]
    return tuple(spans)

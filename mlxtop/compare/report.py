"""A comparison as text, as Markdown and as plain values."""

from collections.abc import Sequence
from dataclasses import asdict
from textwrap import wrap

from mlxtop.as_json import indented
from mlxtop.ascii import to_ascii
from mlxtop.compare import rows
from mlxtop.compare.comparison import ComparedPoint, Comparison
from mlxtop.compare.curves import SPEED, Axis
from mlxtop.compare.picture import INKS, SIGNS, picture
from mlxtop.compare.rows import Row
from mlxtop.markdown import escaped
from mlxtop.plots import SMALLEST, draw
from mlxtop.text import one_line

CAVEAT = (
    "The interval comes from 16 slices of each run, so it misses anything that slowed a whole run. "
    "To be sure of a few percent, alternate several runs."
)
BAND_COLUMNS = 64
"""Minimum columns for the band beside the figures; the verdict always has it."""
CHART_ROWS, MOST_COLUMNS = 16, 160
_COLOURS = {INKS[0]: "36", INKS[1]: "33", "rule": "2", "quiet": "2"}


def text(
    result: Comparison,
    names: tuple[str, str],
    width: int,
    *,
    axis: Axis = "tokens",
    chart: bool = True,
    colour: bool = False,
    plain: bool = False,
) -> str:
    """Return the comparison as text of at most `width` columns, with curves on request.

    `plain`: in ASCII.
    """
    said = [f"A  {one_line(names[0], 300)}", f"B  {one_line(names[1], 300)}", ""]
    said += table([Row("", "A", "B", ""), *rows.conditions(result)], width)
    found = rows.figures(result, band=width >= BAND_COLUMNS)
    said += ["", *table([Row("", "A", "B", "B / A"), *found], width)]
    if points := rows.points(result, band=width >= BAND_COLUMNS):
        said += ["", *table([Row("point by point", "A", "B", "B / A"), *points], width)]
    if said_of := rows.notes(result):
        said += ["", *wrap(" ".join(said_of), width)]
    if chart:
        said += _chart(result, axis, width, colour=colour, plain=plain)
    said += ["", *wrap(result.sentence, width)]
    if result.reasons:
        said += ["", "Caveats:"]
        for reason in result.reasons:
            said += wrap(f"- {reason}", width, subsequent_indent="  ")
    if result.ratio is not None and not result.same:
        said += ["", *wrap(CAVEAT, width)]
    whole = "\n".join(said) + "\n"
    return to_ascii(whole) if plain else whole


def table(found: Sequence[Row], width: int) -> list[str]:
    """Return the rows as lines of at most `width` columns; only values are cut.

    A row without values uses their columns too.
    """
    valued = [row for row in found if row.first or row.second]
    name, last = (max(len(getattr(row, key)) for row in valued) for key in ("name", "change"))
    room = max(6, (width - name - last - 6) // 2)
    one, other = (min(room, max(len(getattr(r, k)) for r in found)) for k in ("first", "second"))

    def line(row: Row) -> str:
        if not (row.first or row.second):
            room = name + one + other + 6 + min(0, last - len(row.change))
            return f"{_cut(row.name, max(1, room - 2)):<{room}}{row.change}"
        values = f"{_cut(row.first, one):>{one}}  {_cut(row.second, other):>{other}}"
        return f"{row.name:<{name}}  {values}  {row.change}".rstrip()

    return [line(row) for row in found]


def _cut(words: str, width: int) -> str:
    return words if len(words) <= width else words[: width - 1] + "…"


def _chart(result: Comparison, axis: Axis, width: int, *, colour: bool, plain: bool) -> list[str]:
    columns = min(width, MOST_COLUMNS)
    parts = result.first.part, result.second.part
    made = picture(parts, SPEED, axis, columns, CHART_ROWS, plain=plain)
    if made is None or columns < SMALLEST[0]:
        return []

    def painted(words: str, ink: str) -> str:
        code = _COLOURS.get(ink) if colour else None
        return f"\x1b[{code}m{words}\x1b[0m" if code else words

    signs = ("aaa", "bbb") if plain else SIGNS
    legend = "   ".join(
        painted(f"{sign} {name}", ink) for sign, name, ink in zip(signs, "AB", INKS, strict=True)
    )
    drawn = [
        "".join(painted(sign, ink) if sign != " " else sign for sign, ink in row).rstrip()
        for row in draw(made.plot, columns, CHART_ROWS)
    ]
    return ["", *wrap(made.caption, width), legend, *drawn]


def markdown(result: Comparison, names: tuple[str, str]) -> str:
    """Return the comparison as Markdown, with the curves as text."""
    said = [
        "# Comparison of two runs",
        "",
        f"- A: `{_code(names[0])}`",
        f"- B: `{_code(names[1])}`",
    ]
    said += ["", f"**{result.sentence}**", ""]
    said += [f"- {escaped(reason)}" for reason in result.reasons]
    said += ["", "## Figures", "", *_markdown_table(rows.figures(result), "B / A")]
    if points := rows.points(result):
        said += ["", "## Point by point", "", *_markdown_table(points, "B / A")]
    said += ["", " ".join(map(escaped, rows.notes(result)))]
    said += ["", "## Conditions", "", *_markdown_table(rows.conditions(result), "")]
    curves = _chart(result, "tokens", 100, colour=False, plain=False)
    if curves:
        said += ["", "## Speed", "", "```", *curves[1:], "```"]
    if result.ratio is not None and not result.same:
        said += ["", CAVEAT]
    return "\n".join(said) + "\n"


def _markdown_table(found: Sequence[Row], change: str) -> list[str]:
    lines = [f"| | A | B | {change} |", "|---|---:|---:|---|"]
    lines += [
        f"| {' | '.join(map(escaped, (row.name, row.first, row.second, row.change)))} |"
        for row in found
    ]
    return lines


def _code(words: str) -> str:
    return one_line(words, 300).replace("`", "'")


def json_text(result: Comparison, names: tuple[str, str]) -> str:
    """Return the comparison as indented JSON."""
    return indented(as_json(result, names)) + "\n"


def as_json(result: Comparison, names: tuple[str, str]) -> dict[str, object]:
    """Return the comparison as plain values; times in seconds, sizes in bytes."""
    sides = ((result.first, names[0]), (result.second, names[1]))
    table = rows.conditions(result)
    told = [{row.name: getattr(row, side) for row in table} for side in ("first", "second")]
    a, b = (
        {
            "file": name,
            "turns": [reply.turn.number for reply in one.replies],
            "conditions": conditions,
            "figures": rows.values(one),
        }
        for (one, name), conditions in zip(sides, told, strict=True)
    )
    return {
        "a": a,
        "b": b,
        "differs": [row.name for row in table if row.change],
        "compared_tokens": len(result.common.first),
        "ratio": None if result.ratio is None else asdict(result.ratio),
        "verdict": result.verdict,
        "sentence": result.sentence,
        "reasons": result.reasons,
        "points": [_point_json(point) for point in result.points],
    }


def _point_json(point: ComparedPoint) -> dict[str, object]:
    result = point.result
    a, b = (
        {
            "turns": [reply.turn.number for reply in one.replies],
            "figures": rows.values(one),
        }
        for one in (result.first, result.second)
    )
    return {
        "label": point.label,
        "a": a,
        "b": b,
        "compared_tokens": len(result.common.first),
        "ratio": None if result.ratio is None else asdict(result.ratio),
        "verdict": result.verdict,
    }

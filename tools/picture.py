"""Pictures of a terminal as SVG, still or moving, that need no font and no other file.

Blocks, box lines and braille dots are drawn as shapes, so that charts have no gaps in any font. In
a moving picture a row is written once for each look that it has, with the times when it is seen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.app import App
from textual.strip import Strip

CELL_WIDTH, CELL_HEIGHT = 8.4, 17.0
"""A cell in pixels, for a font of 14 pixels."""
_MARGIN = 12.0
_ASCENT = 13.0
_OVER = 0.3
"""Pixels by which a shape goes beyond its cell, so that no seam is seen."""
_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

# Which ways the lines of a box character go from the middle of its cell, and how thick: up, right,
# down, left.
_LINES = {
    **dict.fromkeys("─╌", "0101"),
    "│": "1010",
    "┌": "0110",
    "┐": "0011",
    "└": "1100",
    "┘": "1001",
    "├": "1110",
    "┤": "1011",
    "┬": "0111",
    "┴": "1101",
    "┼": "1111",
    "╭": "0110",
    "╮": "0011",
    "╰": "1100",
    "╯": "1001",
    "━": "0202",
    "┃": "2020",
    "┏": "0220",
    "┓": "0022",
    "┗": "2200",
    "┛": "2002",
    "┣": "2220",
    "┫": "2022",
    "┳": "0222",
    "┻": "2202",
    "╸": "0002",
    "╺": "0200",
}
_BRAILLE = 0x2800
# The column and the row of each dot of a braille character, by its bit.
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


class Frame(NamedTuple):
    """What a terminal shows from one moment on."""

    seconds: float
    """How long it is shown."""
    rows: list[list[Segment]]


def frame(app: App[Any], seconds: float = 1.0) -> Frame:
    """Return what an app shows now."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    rows: Iterable[Iterable[Strip]] = getattr(update, "strips", ())
    return Frame(seconds, [[part for strip in row for part in strip] for row in rows])


def still(app: App[Any], title: str = "mlxtop") -> str:
    """Return a picture of what an app shows now."""
    return svg([frame(app)], app.ansi_theme, title)


def svg(frames: Sequence[Frame], theme: TerminalTheme, title: str) -> str:
    """Return a picture of the frames, repeated for ever if there are several."""
    width = max(sum(cell_len(part.text) for part in row) for one in frames for row in one.rows)
    height = max(len(one.rows) for one in frames)
    wide, high = width * CELL_WIDTH + 2 * _MARGIN, height * CELL_HEIGHT + 2 * _MARGIN
    ground = _ground(frames, theme)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>text{{font:14px {_FONT};white-space:pre}}.b{{font-weight:bold}}"
        ".i{font-style:italic}.u{text-decoration:underline}</style>",
        f'<rect width="{wide:.0f}" height="{high:.0f}" rx="8" fill="{ground}"/>',
        f'<g transform="translate({_MARGIN:g} {_MARGIN:g})">',
    ]
    total = sum(one.seconds for one in frames)
    for y in range(height):
        for drawn, spans in _looks(frames, y, theme, ground).items():
            if not drawn:
                continue
            shown = "" if len(frames) == 1 else _animation(spans, total)
            lines.append(f'<g transform="translate(0 {y * CELL_HEIGHT:g})">{shown}{drawn}</g>')
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _ground(frames: Sequence[Frame], theme: TerminalTheme) -> str:
    """Return the commonest colour behind the cells: only others are drawn."""
    cells: Counter[str] = Counter()
    for row in frames[0].rows:
        for text, style, _ in row:
            cells[_colours(style or Style.null(), theme)[1]] += cell_len(text)
    return cells.most_common(1)[0][0]


def _looks(
    frames: Sequence[Frame], y: int, theme: TerminalTheme, ground: str
) -> dict[str, list[tuple[float, float]]]:
    """Return each look of row y, with the spans of time in which it is seen."""
    looks: dict[str, list[tuple[float, float]]] = {}
    t = 0.0
    for one in frames:
        row = one.rows[y] if y < len(one.rows) else []
        spans = looks.setdefault("".join(_row(row, theme, ground)), [])
        if spans and spans[-1][1] == t:
            spans[-1] = (spans[-1][0], t + one.seconds)
        else:
            spans.append((t, t + one.seconds))
        t += one.seconds
    return looks


def _animation(spans: Sequence[tuple[float, float]], total: float) -> str:
    if spans == [(0.0, total)]:
        return ""
    values, times = (["none"], [0.0]) if spans[0][0] > 0 else ([], [])
    for start, end in spans:
        values.append("inline")
        times.append(start / total)
        if end < total:
            values.append("none")
            times.append(end / total)
    return (
        f'<animate attributeName="display" dur="{total:g}s" repeatCount="indefinite" '
        f'calcMode="discrete" values="{";".join(values)}" '
        f'keyTimes="{";".join(f"{time:.4g}" for time in times)}"/>'
    )


def _row(row: Iterable[Segment], theme: TerminalTheme, ground: str) -> Iterator[str]:
    """Yield the shapes and texts of a row: grounds first, then what is on them."""
    grounds: list[str] = []
    above: list[str] = []
    x = 0
    for text, style, control in row:
        if control:
            continue
        style = style or Style.null()
        fore, back = _colours(style, theme)
        cells = cell_len(text)
        if back != ground:
            grounds.append(
                f'<rect x="{x * CELL_WIDTH:g}" width="{cells * CELL_WIDTH + _OVER:g}" '
                f'height="{CELL_HEIGHT + _OVER:g}" fill="{back}"/>'
            )
        above += _text(text, x, fore, style)
        x += cells
    yield from grounds
    yield from above


def _text(text: str, x: int, colour: str, style: Style) -> Iterator[str]:
    path, letters, first = "", "", x
    for sign in text:
        shape = _shape(sign, x)
        path += shape
        if shape or (sign == " " and not letters):
            if letters:
                yield _letters(letters, first, colour, style)
            letters = ""
        else:
            if not letters:
                first = x
            letters += sign
        x += cell_len(sign)
    if letters.strip():
        yield _letters(letters.rstrip(), first, colour, style)
    if path:
        yield f'<path fill="{colour}" d="{path}"/>'


def _letters(text: str, x: int, colour: str, style: Style) -> str:
    marks = zip("biu", (style.bold, style.italic, style.underline), strict=True)
    classes = " ".join(mark for mark, holds in marks if holds)
    text = text.rstrip()
    place = f'x="{x * CELL_WIDTH:g}" y="{_ASCENT:g}" textLength="{cell_len(text) * CELL_WIDTH:g}"'
    kind = f' class="{classes}"' if classes else ""
    return f'<text {place} fill="{colour}"{kind}>{escape(text)}</text>'


def _shape(sign: str, x: int) -> str:
    """Return the path of a block, a box line or braille dots in cell x; empty for a letter."""
    left, code = x * CELL_WIDTH, ord(sign)
    if 0x2581 <= code <= 0x2588:  # ▁ to █
        high = CELL_HEIGHT * (code - 0x2580) / 8
        return _rectangle(left, CELL_HEIGHT - high, CELL_WIDTH + _OVER, high + _OVER)
    if 0x2589 <= code <= 0x258F:  # ▉ to ▏
        return _rectangle(left, 0, CELL_WIDTH * (0x2590 - code) / 8, CELL_HEIGHT)
    if sign == "▀":
        return _rectangle(left, 0, CELL_WIDTH, CELL_HEIGHT / 2)
    if sign == "▐":
        return _rectangle(left + CELL_WIDTH / 2, 0, CELL_WIDTH / 2, CELL_HEIGHT)
    if sign == "■":
        return _rectangle(left + 0.7, CELL_HEIGHT / 2 - 3.5, 7, 7)
    if _BRAILLE < code <= _BRAILLE + 0xFF:
        return "".join(
            _rectangle(left + 1.2 + 4.2 * column, 1.6 + 4.25 * row, 1.8, 1.8)
            for bit, (column, row) in enumerate(_DOTS)
            if code - _BRAILLE >> bit & 1
        )
    return "".join(_line(left, way, thick) for way, thick in enumerate(_LINES.get(sign, "")))


def _line(left: float, way: int, thickness: str) -> str:
    half = int(thickness) * 0.55
    if not half:
        return ""
    across, down = CELL_WIDTH / 2, CELL_HEIGHT / 2
    match way:
        case 0:
            return _rectangle(left + across - half, 0, 2 * half, down + half)
        case 1:
            return _rectangle(left + across - half, down - half, across + half, 2 * half)
        case 2:
            return _rectangle(left + across - half, down - half, 2 * half, down + half)
        case _:
            return _rectangle(left, down - half, across + half, 2 * half)


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    across = f"{round(width, 2):g}"
    return f"M{round(x, 2):g} {round(y, 2):g}h{across}v{round(height, 2):g}h-{across}z"


def _colours(style: Style, theme: TerminalTheme) -> tuple[str, str]:
    fore = _triplet(style.color, theme.foreground_color, theme)
    back = _triplet(style.bgcolor, theme.background_color, theme)
    if style.reverse:
        fore, back = back, fore
    if style.dim:
        fore = blend_rgb(fore, back, 0.4)
    return _hex(fore), _hex(back)


def _triplet(colour: Color | None, usual: ColorTriplet, theme: TerminalTheme) -> ColorTriplet:
    return usual if colour is None or colour.is_default else colour.get_truecolor(theme)


def _hex(colour: ColorTriplet) -> str:
    return colour.hex

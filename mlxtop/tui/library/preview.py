"""The preview of a recording: facts, turns and a chart, side by side if they fit."""

import math
from collections.abc import Sequence
from textwrap import wrap

import msgspec
from msgspec.structs import replace
from rich.cells import cell_len

from mlxtop import format as fmt
from mlxtop.events import Sampling
from mlxtop.recording.benchmarks import PointFigures
from mlxtop.recording.directory import ListedRecording
from mlxtop.recording.figures import Figures, TurnFigures
from mlxtop.text import fit as fit_text
from mlxtop.text import one_line
from mlxtop.tui.widgets.areas import area
from mlxtop.tui.widgets.chart import GUTTER, highest, with_scale
from mlxtop.tui.widgets.rows import Row, RowsWidget, Span, fit, merge

_LEAST_ROWS = 2


def draw_charts(figures: Figures, width: int, height: int) -> list[Row]:
    """Return charts of speed and memory over the whole run; nothing if there is no room."""
    rows = (height - 3) // 2
    cells = width - GUTTER
    if rows < _LEAST_ROWS or cells < 10:
        return []
    speed, memory = (_stretched(v, cells) for v in (figures.rates, figures.memory))
    name = "wired" if figures.wires else "used"
    top, most = fmt.nice(highest(speed)), highest(memory)
    drawn: list[Row] = [(("tok/s over the run", "quiet"),)]
    drawn += with_scale(area(speed, rows, top, "speed"), GUTTER, f"{top:g}")
    drawn.append(((f"memory {name}", "quiet"),))
    plot = area(memory, rows, most, "memory")
    drawn += with_scale(plot, GUTTER, fmt.size(most) if most else fmt.UNKNOWN)
    end = fmt.clock(figures.seconds)
    axis = f"{'':{GUTTER}}0:00{end:>{max(0, cells - 4)}}"
    return [fit(row, width) for row in [*drawn, ((axis, "quiet"),)]]


def _stretched(values: Sequence[float | None], count: int) -> list[float]:
    """Return `count` columns of a chart, the highest value in each."""
    known = [math.nan if value is None else value for value in values]
    if not known:
        return [math.nan] * count
    columns = []
    for place in range(count):
        low = place * len(known) // count
        high = max(low + 1, (place + 1) * len(known) // count)
        there = [value for value in known[low:high] if value == value]
        columns.append(max(there, default=math.nan))
    return columns


_POINTS_HEAD = ("tok/s", "TTFT", "valid")
_POINTS_CELLS = (7, 8, 8)


def draw_points(figures: Figures, width: int, height: int) -> list[Row]:
    """Return a row for each point of a benchmark, with medians over the trials that count."""
    room = max(1, height - 1)
    shown = figures.points[: room if figures.point_count <= room else max(1, room - 1)]
    longest = max(cell_len(point.label) for point in shown)
    cells = (*_POINTS_CELLS[:-1], max(_POINTS_CELLS[-1], *(len(_valid(point)) for point in shown)))
    taken = sum(cells) + 2 * len(cells)
    label = max(len("point"), min(longest, width - taken))
    head = [fit_text(name, n, True) for name, n in zip(_POINTS_HEAD, cells, strict=True)]
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
    """Return the numbers of valid and unchecked trials: "2 of 5, ◌ 3"."""
    unchecked = f", ◌ {point.unchecked}" if point.unchecked else ""
    return f"{point.valid} of {point.trials}{unchecked}"


_LABEL = 10
_GAP = 3
_FACTS, _TURNS, _CHART = 50, 50, 40
"""Minimum cells of each block."""
Fact = tuple[str, str, str]
"""A label, a text, and its ink."""
_NEVER_BROKEN = "\xa0"
"""Between a number and its unit."""
_LEVELS = {"NORMAL": "normal", "WARN": "warn", "CRITICAL": "critical"}


def draw_preview(item: ListedRecording | None, width: int, height: int) -> list[Row]:
    """Return the rows of the preview of a recording at this size."""
    if item is None or width <= 0 or height <= 0:
        return []
    if item.info.problem:
        lines = wrap(one_line(item.info.reason, 600), width)
        return [((line, "warn"),) for line in lines[:height]]
    if item.figures is None:
        return [(("reading…", "quiet"),)]
    figures = item.figures
    blocks = max(1, min(3, (width + _GAP) // (_FACTS + _GAP)))
    if blocks == 1:
        return [fit(row, width) for row in _one_column(item, figures, width, height)]
    facts = min(_FACTS + 10, _FACTS + (width - 2 * _FACTS - _GAP) // 2)
    widths = [facts, width - facts - _GAP, 0]
    if blocks == 3:
        widths = [_FACTS, width - _FACTS - _CHART - 2 * _GAP, _CHART]
        if widths[1] > 90:
            # The chart gets the cells that turns do not need.
            widths = [_FACTS + 10, 80, width - _FACTS - 90 - 2 * _GAP]
    told = _rows(_facts(item, figures), widths[0], height)
    drawn = [told, _turns(figures, widths[1], height)]
    if blocks == 3:
        drawn.append(draw_charts(figures, widths[2], height))
    elif height - len(drawn[1]) >= 6:
        rest = height - len(drawn[1]) - 1
        drawn[1] += [(), *draw_charts(figures, widths[1], min(rest, 7))]
    return [_beside(drawn, widths, place) for place in range(height)]


def _one_column(item: ListedRecording, figures: Figures, width: int, height: int) -> list[Row]:
    """Return facts, then turns if there is room; the least important facts are left out."""
    facts = _facts(item, figures)
    # The results of a benchmark matter more than its versions.
    least = min(1 + figures.point_count, height // 2 + 1) if figures.points else 3
    turns = _turns(figures, width, max(least, height - len(facts) - 1))
    return [*_rows(facts, width, max(0, height - len(turns))), *turns][:height]


def _beside(blocks: Sequence[list[Row]], widths: Sequence[int], place: int) -> Row:
    spans: list[Span] = []
    for block, width in zip(blocks, widths, strict=False):
        spans += [*fit(block[place] if place < len(block) else (), width), (" " * _GAP, "quiet")]
    return merge(spans[:-1])


# -- facts -----------------------------------------------------------------------------------------


def _facts(item: ListedRecording, figures: Figures) -> list[Fact]:
    """Return facts about the run and its results, most important first."""
    header, peaks = figures.header, figures.peak_bytes
    model = ", ".join(one_line(name, 80) for name in figures.models) or fmt.UNKNOWN
    machine = [one_line(header.chip, 60), f"{header.cpu_cores} cores" if header.cpu_cores else ""]
    machine += [one_line(header.gpu, 60) if header.gpu != header.chip else ""]
    machine += [fmt.installed(header.memory_bytes) if header.memory_bytes else ""]
    versions = {"mlxtop": header.mlxtop, "mlx": header.mlx, "mlx-lm": header.mlx_lm}
    memory = {"wired": "wired", "used": "used", "mlx": "MLX", "gpu": "GPU"}
    if not figures.wires:
        memory["unevictable"] = "wired (Unevictable)"
    told = [
        f"{word} {fmt.size(peaks[kind])}".replace(" ", _NEVER_BROKEN)
        for kind, word in memory.items()
        if kind in peaks
    ]
    facts: list[Fact] = [
        ("model", _joined(model, figures.quantization), "value"),
        *(("remark", one_line(remark, 200), "warn") for remark in figures.remarks),
        ("what", "" if figures.what == "chat" else _what(figures), "value"),
        ("speed", f"{fmt.rate(figures.tokens_per_second)} decode, {_over(figures)}", "speed"),
        ("TTFT", f"{fmt.seconds(figures.ttft_seconds)}, median of {_counted(figures)}", "value"),
        ("memory", _joined(*told) and f"peak {_joined(*told)}", "value"),
        ("pressure", _worst(figures), _LEVELS.get(figures.pressure, "quiet")),
        ("errors", _errors(figures), "warn"),
        ("machine", _joined(*machine), "value"),
        ("settings", _settings(figures.settings), "value"),
        ("versions", _joined(*(f"{n} {one_line(v, 20)}" for n, v in versions.items() if v)), ""),
        ("system", _joined(one_line(header.os, 80), _python(header.python)), ""),
        ("file", _joined(item.state, fmt.size(item.info.bytes), *_file_words(figures)), ""),
    ]
    for mark in figures.first_marks[:5]:
        note = f"⚑ {fmt.clock(mark.seconds)}  {one_line(mark.note, 160)}"
        facts.append(("mark", note, "mark"))
    if figures.marks > 5:
        facts.append(("", f"and {figures.marks - 5} more marks", "quiet"))
    return [fact for fact in facts if fact[1]]


def _what(figures: Figures) -> str:
    """Return the kind of run; for benchmarks all kinds, and how the last one ended."""
    kinds = ", ".join(figures.plans) if len(figures.plans) > 1 else ""
    ended = "" if figures.outcome in (None, "complete") else str(figures.outcome)
    return f"{figures.what}{f': {kinds}' if kinds else ''}{f' · {ended}' if ended else ''}"


def _over(figures: Figures) -> str:
    return "median over tokens" if figures.chats or not figures.plans else "median of trials"


def _counted(figures: Figures) -> str:
    return "trials" if figures.plans and not figures.chats else "turns"


def _rows(facts: Sequence[Fact], width: int, height: int) -> list[Row]:
    """Return the facts, each in as many rows as fit; a cut one ends in `…`."""
    spare = height - len(facts)
    rows: list[Row] = []
    for label, words, ink in facts:
        lines = wrap(words, max(1, width - _LABEL))
        kept = lines[: 1 + max(0, spare)]
        spare -= len(kept) - 1
        kept[-1] = " ".join(lines[len(kept) - 1 :])
        for line in (line.replace(_NEVER_BROKEN, " ") for line in kept):
            rows.append(fit(((label.ljust(_LABEL), "quiet"), (line, ink or "quiet")), width))
            label = ""
    return rows[:height]


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)


def _settings(settings: Sequence[Sampling]) -> str:
    """Return the sampling settings that differ from mlx-lm's defaults."""
    if len(settings) > 1:
        return f"{len(settings)} different settings"
    changed = msgspec.to_builtins(settings[0]) if settings else {}
    told = ", ".join(f"{name} {value}" for name, value in changed.items())
    return told or ("mlx-lm's defaults" if settings else "")


def _worst(figures: Figures) -> str:
    return f"{figures.pressure} at worst" if figures.pressure else fmt.UNKNOWN


def _python(version: str) -> str:
    return f"Python {one_line(version, 20)}" if version else ""


def _errors(figures: Figures) -> str:
    if not figures.errors:
        return ""
    several = f"{figures.errors} errors, the last: " if figures.errors > 1 else ""
    return several + one_line(figures.last_error, 300)


def _file_words(figures: Figures) -> list[str]:
    header = figures.header
    words = ["synthetic data" if header.synthetic else "", "" if header.text else "without text"]
    return [*words, one_line(header.made)]


# -- turns -----------------------------------------------------------------------------------------

_HEAD = ("turn", "TTFT", "tok/s", "tokens", "end")
_CELLS = (4, 8, 7, 7, 9)


def _turns(figures: Figures, width: int, height: int) -> list[Row]:
    """Return a row for each of the first turns, and how many more; for a benchmark its points."""
    if figures.points:
        points = draw_points(figures, width, height)
        if not figures.chats or height - len(points) < 4:
            return points
        # A chat that contains a benchmark has both.
        return [*points, (), *_turns(replace(figures, points=[]), width, height - len(points) - 1)]
    if not figures.turns:
        return [(("no messages", "quiet"),)]
    room = max(1, height - 1)
    shown = figures.first_turns[:room]
    if figures.turns > len(shown) and room > 1:
        shown = shown[: room - 1]
    head = [fit_text(name, cells, True) for name, cells in zip(_HEAD, _CELLS, strict=True)]
    rows: list[Row] = [fit((("  ".join([*head, "prompt"]), "quiet"),), width)]
    rows += [fit(_turn(turn), width) for turn in shown]
    if (more := figures.turns - len(shown)) > 0 and len(rows) < height:
        rows.append(((f"and {more} more turns" if more > 1 else "and one more turn", "quiet"),))
    return rows


def _turn(turn: TurnFigures) -> Row:
    texts = (
        str(turn.number),
        fmt.seconds(turn.ttft_seconds),
        fmt.rate_number(turn.tokens_per_second),
        fmt.count(turn.tokens),
        fmt.ended(turn.finish_reason, short=True) if turn.finish_reason else fmt.UNKNOWN,
    )
    cells = [fit_text(text, room, True) for text, room in zip(texts, _CELLS, strict=True)]
    ended = "quiet" if turn.finish_reason in ("stop", "length", "") else "warn"
    return (
        (f"{cells[0]}  {cells[1]}  ", "value"),
        (f"{cells[2]}  ", "speed"),
        (f"{cells[3]}  ", "value"),
        (f"{cells[4]}  ", ended),
        (turn.prompt or fmt.UNKNOWN, "quiet"),
    )


class Preview(RowsWidget):
    """The preview of the recording under the cursor."""

    DEFAULT_CSS = "Preview { padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._item: ListedRecording | None = None

    def show(self, item: ListedRecording | None) -> None:
        """Show a recording, if it changed."""
        self._item = item
        size = self.content_size
        self.put(draw_preview(item, size.width, size.height))

    def on_resize(self) -> None:
        """Draw at the new size."""
        self.show(self._item)

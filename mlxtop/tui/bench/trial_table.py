"""The table of trials, the same live and in a replay: title, columns, rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from textwrap import wrap
from typing import TypeAlias

from rich.cells import cell_len

from mlxtop import format as fmt
from mlxtop.bench.answer import answers, compares, doubts, summary
from mlxtop.bench.point import short_label
from mlxtop.bench.trial import Trial
from mlxtop.events import BenchmarkStart
from mlxtop.text import one_line
from mlxtop.tui.widgets.rows import Row, Span, fit, length, merge, text

NOTE = "✎"
GAP = 2
MARGIN = 2
"""Cells before a row, for the sign of the selected one."""
LABEL = 14
"""Minimum cells for a distinguishable name of a point."""
WORDS = 13
"""Cells for a trial's state or the range of a speed: "1,234 – 1,240"."""
TITLES = 2
"""Rows of titles: names and units."""
SELECTED = "▸ "


Points: TypeAlias = Sequence[tuple[str, Sequence[Trial]]]
"""The label of each point that is measured, and its trials so far."""


def answer_height(height: int) -> int:
    """Return how many rows of a table so high tell the answer."""
    return 3 if height >= 36 else 2 if height >= 14 else 1


def answer_rows(points: Points, kind: str, width: int, height: int) -> list[Row]:
    """Return the speeds of the points, whether they differ, and below that what limits this."""
    compared = compares(kind)
    said = doubts(points, compared=compared)
    if height < 2 or not said:
        lines = _lines(points, compared, width, height)
    else:
        lines = _lines(points, compared, width, height - 1)
    rows: list[Row] = [((line, "title"),) for line in lines]
    if said and len(rows) < height:
        rows.append(((" · ".join(said), "warn"),))
    return [fit(row, width) for row in rows] + [()] * (height - len(rows))


def _lines(points: Points, compared: bool, width: int, count: int) -> list[str]:
    # Lines break between words, so not all of the letters can be used.
    room = width * count - (count - 1) * LABEL
    words = summary(points, compared=compared, room=room)
    return wrap(words, max(10, width), max_lines=count, placeholder="…")


def title(start: BenchmarkStart, state: Span, width: int, more: str = "") -> Row:
    """Return what is measured, then `more`, and at the right the state."""
    measured = [point for point in start.points if not point.skipped]
    words = [one_line(start.plan, 20), fmt.counted(len(measured), "point")]
    if start.trials is not None:
        words.append(f"{fmt.counted(start.trials, 'trial')} each")
    if left := len(start.points) - len(measured):
        words.append(f"{left} not measured")
    if more:
        words.append(more)
    room = max(0, width - length((state,)) - 2)
    left_row = fit((("benchmark  ", "title"), (" · ".join(words), "value")), room)
    return fit(merge((*left_row, ("  ", "quiet"), state)), width)


def settings_words(start: BenchmarkStart) -> str:
    """Return the settings of a plan that differ from the defaults."""
    told = [
        f"{name.removeprefix('sweep.').replace('_', ' ')} {_value(value)}"
        for name, value in start.settings.items()
    ]
    return one_line(" · ".join(told) or "default settings", 400)


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "off" if value is None else one_line(str(value), 80)


@dataclass(frozen=True, slots=True)
class TrialColumn:
    """A figure of a trial."""

    name: str
    """Field of `Trial`."""
    title: str
    unit: str
    width: int
    words: Callable[[float | None], str]
    ink: str


COLUMNS: tuple[TrialColumn, ...] = (
    TrialColumn("prompt_tokens_per_second", "prompt", "tok/s", 7, fmt.rate_number, "prefill"),
    TrialColumn("generation_tokens_per_second", "gen.", "tok/s", 7, fmt.rate_number, "speed"),
    TrialColumn("ttft_seconds", "TTFT", "", 7, fmt.seconds, "value"),
    TrialColumn("p99_seconds", "p99", "", 7, fmt.seconds, "value"),
    TrialColumn("peak_mlx_bytes", "peak", "MLX", 7, fmt.size, "memory"),
)
_FIRST_LEFT_OUT = ("p99_seconds", "peak_mlx_bytes", "ttft_seconds")
NUMBER = 5
_POINT = "point"
"""Title of the names, which is their minimum width."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that fit, and the cells of the two that share the rest."""

    columns: tuple[TrialColumn, ...]
    label: int
    """0 if there is only one point."""
    words: int
    short: bool = False
    """Whether a name is too long for its cells: then all are shortened."""

    @property
    def width(self) -> int:
        """Cells of a whole row."""
        label = self.label + GAP if self.label else 0
        return label + NUMBER + sum(GAP + c.width for c in self.columns) + GAP + self.words


def layout(width: int, labels: Iterable[str]) -> Layout:
    """Return what fits in a row; a single point in `labels` needs no name."""
    longest = 0
    if len(set(labels)) > 1:
        longest = max(len(_POINT), *map(len, labels))
    columns = list(COLUMNS)

    def rest() -> int:
        taken = NUMBER + GAP + sum(GAP + column.width for column in columns)
        return width - taken - (GAP if longest else 0)

    wanted = WORDS + min(longest, LABEL)
    for name in _FIRST_LEFT_OUT:
        if rest() < wanted:
            columns = [column for column in columns if column.name != name]
    room = max(0, rest())
    label = min(longest, max(room // 2, room - 40, min(24, room - WORDS))) if longest else 0
    return Layout(tuple(columns), label, room - label, short=label < longest)


def titles(shown: Layout, number: str, words: str) -> tuple[Row, Row]:
    """Return the two rows of titles of trials: names, then units, without a margin."""
    head = f"{_POINT:<{shown.label}}{' ' * GAP}" if shown.label else ""
    above = head + f"{number:>{NUMBER}}"
    return _columns(shown, above, words, "title"), _columns(shown, " " * len(above), "", "unit")


def medians_titles(shown: Layout) -> tuple[Row, Row]:
    """Return the two rows above the medians, with their margin: names, then units."""
    return medians_title(shown), _columns(shown, " " * (MARGIN + _head_width(shown)), "", "unit")


def _head_width(shown: Layout) -> int:
    return NUMBER + (shown.label + GAP if shown.label else 0)


def medians_title(shown: Layout) -> Row:
    """Return the names of the columns above the medians, with their margin."""
    width = MARGIN + shown.label
    if not shown.label:
        # A single point has no name: the title goes above the number of trials.
        return _columns(shown, f"{'medians':>{width + NUMBER}}", "gen. range", "title")
    # A heading has whole words only: cut words could mislead.
    name = f"{'':{MARGIN}}medians by point"
    if len(name) > width:
        name = f"{'':{MARGIN}}medians" if width >= MARGIN + len("medians") else "medians"
    above = f"{name:<{width}}{' ' * GAP}{'valid':>{NUMBER}}"
    return _columns(shown, above, "gen. range", "title")


def _columns(shown: Layout, head: str, words: str, field: str) -> Row:
    """Return the `title` or `unit` of each column."""
    cells = (f"{' ' * GAP}{getattr(column, field):>{column.width}}" for column in shown.columns)
    return ((f"{head}{''.join(cells)}{' ' * GAP}{words}", "quiet"),)


def _begin(shown: Layout, label: str, number: str) -> list[Span]:
    spans: list[Span] = []
    if shown.label:
        name, room = one_line(label, 200), shown.label
        if shown.short and " " in name:
            room = min(room, len(name) - 1)
        cells = fit(((short_label(name, room), "value"),), shown.label)
        spans += [*cells, (" " * GAP, "quiet")]
    return [*spans, (f"{number:>{NUMBER}}", "value")]


def figures_row(
    shown: Layout,
    label: str,
    number: str,
    figures: Sequence[float | None],
    words: Span,
    *,
    quiet: bool = False,
) -> Row:
    """Return a row; `figures` are those of `COLUMNS`, in their order."""
    spans = _begin(shown, label, number)
    for column, value in zip(COLUMNS, figures, strict=True):
        if column in shown.columns:
            text = column.words(value).rjust(column.width)
            known = fmt.known(value) and not quiet
            spans += [(" " * GAP, "quiet"), (text, column.ink if known else "quiet")]
    return fit(merge([*spans, (" " * GAP, "quiet"), words]), shown.width)


def state_of(trial: Trial) -> Span:
    """Return the state of a trial and the reasons, with a sign and a colour."""
    if trial.failed:
        return f"✕ {one_line(trial.failed, 200)}", "critical"
    if trial.dropped:
        return f"○ {one_line(trial.reason, 200)}", "value"
    if trial.disturbed:
        return f"▲ {one_line(trial.reason, 200)}", "warn"
    if trial.unchecked:
        return f"◌ unchecked: {one_line(trial.reason, 200)}", "value"
    return "● valid", "normal"


def _state_and_note(trial: Trial, room: int) -> Span:
    """Return its state and its note; without enough room the sign of the note comes first."""
    words, ink = state_of(trial)
    if cell_len(words) > room:
        # Only the word: the full reason is below the table, in a replay above it.
        words = f"{words[0]} {trial.state}"
    if not trial.note:
        return words, ink
    whole = f"{words} {NOTE} {one_line(trial.note, 60)}"
    if cell_len(whole) <= room:
        return whole, ink
    return f"{words} {NOTE}" if cell_len(words) + 2 <= room else f"{NOTE} {words}", ink


def trial_row(shown: Layout, label: str, trial: Trial) -> Row:
    """Return the row of a finished trial; trials that do not count are dim."""
    figures = [getattr(trial, column.name) for column in COLUMNS]
    return figures_row(
        shown,
        label,
        str(trial.number),
        figures,
        _state_and_note(trial, shown.words),
        quiet=not trial.counts,
    )


def median_row(
    shown: Layout, label: str, trials: Sequence[Trial], invalid: str, compared: str = ""
) -> Row:
    """Return the medians of a point over the trials that count, with the range of the speed.

    `compared`: its speed in relation to that of the first point, if there is room.
    """
    counted = [trial for trial in trials if trial.counts]
    valid = sum(trial.valid for trial in counted)
    number = f"{valid}/{len(trials)}"
    if invalid:
        return figures_row(
            shown, label, "—", [None] * len(COLUMNS), (f"✕ {one_line(invalid, 200)}", "warn")
        )
    figures: list[float | None] = []
    for column in COLUMNS:
        known = [value for one in counted if fmt.known(value := getattr(one, column.name))]
        figures.append(median(known) if known else None)
    speeds = [
        value for one in counted if fmt.known(value := one.generation_tokens_per_second) and value
    ]
    between = "1 trial" if len(speeds) == 1 else "—"
    if len(speeds) > 1:
        between = f"{fmt.rate_number(min(speeds))} – {fmt.rate_number(max(speeds))}"
    if unchecked := len(counted) - valid:
        between += f"  ◌ {unchecked}"
    if compared and cell_len(between) + 2 + cell_len(compared) <= shown.words:
        between += f"  {compared}"
    return figures_row(shown, label, number, figures, (between, "quiet"))


def indented(row: Row, sign: str = "") -> Row:
    """Return a row with a margin and a sign in it."""
    return ((f"{sign:<{MARGIN}}", "mark"), *row)


def selected(row: Row) -> Row:
    """Return the row of the selected trial."""
    return ((SELECTED + text(row), "chosen"),)


def compared_words(points: Points, kind: str) -> dict[str, str]:
    """Return, by label, the speed of each point in relation to that of the first one."""
    if not compares(kind):
        return {}
    return {one.label: one.compared for one in answers(points, compared=True)}


def rooms(left: int, points: int) -> tuple[int, int]:
    """Return the rows for trials and for medians, out of those for both and a title."""
    left -= 1
    medians = min(points, max(1, left // 3))
    if left - medians < 1:
        return max(0, left + 1), 0
    return left - medians, medians


def above_trials(medians: int) -> int:
    """Return how many rows of titles and medians are above the first trial."""
    return TITLES + medians + 1 if medians else TITLES


def places_around(here: int, points: int, room: int) -> range:
    """Return the points that fit, `here` among them."""
    first = max(0, min(here - room // 2, points - room))
    return range(first, min(first + room, points))

"""The trials of a recorded benchmark, as of a moment."""

from textual import events
from textual.message import Message

from mlxtop import format as fmt
from mlxtop.bench.recorded import BenchmarkState
from mlxtop.bench.trial import repeats
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line
from mlxtop.tui.bench.trial_table import (
    MARGIN,
    NOTE,
    TITLES,
    Layout,
    Points,
    above_trials,
    answer_height,
    answer_rows,
    compared_words,
    figures_row,
    indented,
    layout,
    median_row,
    medians_titles,
    places_around,
    rooms,
    selected,
    settings_words,
    title,
    titles,
    trial_row,
)
from mlxtop.tui.widgets.rows import FittedRows, Row, Span, fit, merge

_HEAD = 3
"""Rows above the table: the plan, its settings, what was done."""
_ENDS: dict[str, Span] = {
    "complete": ("● complete", "normal"),
    "stopped": ("■ stopped", "warn"),
    "failed": ("✕ failed", "critical"),
}


class TrialTable(FittedRows):
    """The plan, the answer, the medians of each point, and below them a row for each trial."""

    DEFAULT_CSS = """
    TrialTable { height: 1fr; width: 1fr; padding: 0 1; }
    """

    class Look(Message):
        """Asks to go to the end of a trial."""

        def __init__(self, t: float) -> None:
            super().__init__()
            self.t = t

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._points = 0
        self._ends: list[float] = []
        """End times of the trials that are shown."""

    def show(self, told: BenchmarkState, t: float) -> None:
        """Draw the benchmark as of time t."""
        self._points = len(told.points)

        def draw(width: int, height: int) -> list[Row]:
            rows, self._ends = draw_trials(told, t, width, height)
            return rows

        self.fill(draw)

    def on_click(self, event: events.Click) -> None:
        """Go to the end of a trial."""
        offset = event.get_content_offset(self)
        place = -1 if offset is None else offset.y - self._first_row()
        if 0 <= place < len(self._ends):
            self.post_message(self.Look(self._ends[place]))

    def _first_row(self) -> int:
        height = self.content_size.height
        return _HEAD + answer_height(height) + above_trials(_rooms(height, self._points)[1])


def draw_trials(
    told: BenchmarkState, t: float, width: int, height: int
) -> tuple[list[Row], list[float]]:
    """Return the rows of a benchmark at time t, and the end times of the trials in them."""
    inner = max(0, width - MARGIN)
    shown = layout(inner, [point.label for point in told.points])
    room, medians = _rooms(height, len(told.points))
    present = _present(told, shown, t)
    count = max(0, room - (present is not None))
    first = max(0, len(told.trials) - count)
    trials = told.trials[first:]
    start = told.benchmark.start
    rows = [title(start, _state(told), width), ((settings_words(start), "quiet"),), _doing(told, t)]
    points = _points(told)
    rows += answer_rows(points, start.plan, width, answer_height(height))
    names, units = (indented(row) for row in titles(shown, "trial", "state"))
    if medians:
        rows += [*medians_titles(shown), *_medians(told, shown, medians, points), names]
    else:
        rows += [names, units]
    for place, trial in enumerate(trials, first):
        row = trial_row(shown, told.points[trial.point].label, trial)
        last = present is None and place == len(told.trials) - 1
        rows.append(selected(row) if last else indented(row))
    if present is not None and room:
        rows.append(selected(present))
    return [fit(row, width) for row in rows[:height]], [trial.ended for trial in trials]


def _rooms(height: int, points: int) -> tuple[int, int]:
    """Return the rows for trials and for medians."""
    return rooms(height - _HEAD - answer_height(height) - TITLES, points)


def _points(told: BenchmarkState) -> Points:
    """Return the points that can be measured, with their trials."""
    return [
        (point.label, [trial for trial in told.trials if trial.point == place])
        for place, point in enumerate(told.points)
        if not point.skipped
    ]


# -- the plan --------------------------------------------------------------------------------------


def _state(told: BenchmarkState) -> Span:
    """Return whether it is running, or how it ended."""
    return ("● running", "decode") if told.end is None else _ENDS[told.end.outcome]


def _doing(told: BenchmarkState, t: float) -> Row:
    """Return what it was doing, or how it ended."""
    end, turn = told.end, told.under_way
    if end is not None:
        return ((one_line(end.error, 400), "critical"),) if end.error else (_counts(told),)
    if turn is None or turn.start.purpose is None:
        return _judged(told)
    purpose = turn.start.purpose
    doing = {"warm-up": "warming up", "breakdown": "breaking down, with barriers"}
    spans: list[Span] = [(doing.get(purpose.what, "measuring"), "value")]
    where = one_line(told.benchmark.label(purpose.point), 60) if len(told.points) > 1 else ""
    if purpose.what == "trial":
        where = f"{where}, trial {purpose.number}".removeprefix(", ")
    spans.append((f"   {where}" if where else "", "quiet"))
    if purpose.cold:
        spans.append(("   first since the model was loaded", "quiet"))
    spans.append((f"   {_coming(turn, t)}", "decode" if turn.tokens(t) else "prefill"))
    return merge(spans)


def _judged(told: BenchmarkState) -> Row:
    """Return why the last trial does not count, and its note, which do not fit in its row."""
    trial = told.trials[-1] if told.trials else None
    spans: list[Span] = [("between trials", "quiet")]
    if trial is not None and not trial.valid:
        ink = "critical" if trial.failed else "value" if trial.counts else "warn"
        words = "unchecked, but counts   " if trial.counts else "does not count   "
        spans = [(words, "value"), (one_line(trial.reason, 400), ink)]
    if trial is not None and trial.note:
        spans.append((f"   {NOTE} {one_line(trial.note, 200)}", "value"))
    return merge(spans)


def _counts(told: BenchmarkState) -> Span:
    valid = sum(trial.valid for trial in told.trials)
    unchecked = sum(trial.state == "unchecked" for trial in told.trials)
    more = f", {unchecked} unchecked" if unchecked else ""
    start = told.benchmark.start
    again = repeats(told.trials, start.trials)
    return f"{valid} of {fmt.counted(len(told.trials), 'trial')} valid{more}{again}", "value"


# -- trials ----------------------------------------------------------------------------------------


def _present(told: BenchmarkState, shown: Layout, t: float) -> Row | None:
    """Return the row of the running trial."""
    turn = told.under_way
    purpose = None if turn is None else turn.start.purpose
    if turn is None or purpose is None or purpose.what != "trial":
        return None
    figures = [None, turn.decode_rate(t), turn.ttft(t), None, None]
    label = told.benchmark.label(purpose.point)
    return figures_row(shown, label, str(purpose.number), figures, (_coming(turn, t), "decode"))


def _coming(turn: Turn, t: float) -> str:
    """Return the progress of a reply."""
    if turn.ended(t) is not None:
        return "being checked"
    if tokens := turn.tokens(t):
        wanted = turn.start.sampling.max_tokens * turn.start.batch
        return f"{fmt.count(tokens)} of {fmt.count(wanted)} tokens"
    return f"prefill {fmt.percent(turn.fed_share(t) * 100)}"


def _medians(told: BenchmarkState, shown: Layout, room: int, points: Points) -> list[Row]:
    """Return the points with their medians; if not all fit, those around the present one."""
    purpose = told.under_way.start.purpose if told.under_way is not None else None
    here = purpose.point if purpose else told.trials[-1].point if told.trials else 0
    compared = compared_words(points, told.benchmark.start.plan)
    rows = []
    for place in places_around(here, len(told.points), room):
        point = told.points[place]
        mine = [trial for trial in told.trials if trial.point == place]
        words = compared.get(point.label, "")
        rows.append(indented(median_row(shown, point.label, mine, point.skipped, words)))
    return rows

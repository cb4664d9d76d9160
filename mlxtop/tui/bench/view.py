"""A running plan: its progress, the answer so far, medians of each point, a row for each trial."""

from textwrap import wrap
from typing import ClassVar

from textual import events
from textual.message import Message

from mlxtop.bench.outcome import start_of
from mlxtop.bench.runner import Runner
from mlxtop.bench.trial import Trial
from mlxtop.text import one_line
from mlxtop.tui.bench.progress import Coming, coming, doing_row, progress_row, state_of_plan
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
    state_of,
    title,
    titles,
    trial_row,
)
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.widgets.rows import Row, RowsWidget, fit

_TALL = 24
"""Minimum rows for two rows of details about a trial."""


_LOW = 9
"""Minimum rows for one; with fewer, trials need them."""


def _details(height: int) -> int:
    """Return how many rows the details of the selected trial have."""
    return 2 if height >= _TALL else 1 if height >= _LOW else 0


def _head(height: int) -> int:
    """Return the number of rows above the table: plan, settings, progress, activity."""
    return 4 if height >= _TALL else 3


class BenchView(Keyed, RowsWidget, can_focus=True):
    """The trials of a runner; the cursor follows the newest until it is moved."""

    DEFAULT_CSS = """
    BenchView { height: 1fr; width: 1fr; padding: 0 1; }
    """
    context: ClassVar[str] = "trials"

    class Look(Message):
        """Request to view the moment of the selected trial."""

    class Moved(Message):
        """The cursor is on another trial."""

    def __init__(self, runner: Runner, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runner = runner
        self.start = start_of(runner.plan, runner.points, 0, 0.0)
        """The plan as recorded, and as a replay shows it."""
        self.unmeasured = 0
        """Trials that were left when the plan was stopped."""
        self._cursor: int | None = None
        """None: follow the newest."""
        self._top = 0
        self._answer: tuple[list[Trial], tuple[int, int], list[Row]] | None = None
        """Trials, size, and the rows of the answer for them."""
        self._trial_rows: dict[int, tuple[Trial, Layout, Row]] = {}
        self._median_rows: dict[int, Row] = {}
        self._medians_of: tuple[list[Trial], Layout] | None = None
        """The trials and the columns of these rows."""

    # -- the cursor ------------------------------------------------------------------------------

    @property
    def place(self) -> int | None:
        """Index of the selected trial; None if there is none yet."""
        count = len(self.runner.trials)
        if not count:
            return None
        return count - 1 if self._cursor is None else min(self._cursor, count - 1)

    @property
    def trial(self) -> Trial | None:
        """The selected trial."""
        return None if self.place is None else self.runner.trials[self.place]

    def move(self, count: int) -> None:
        """Move the cursor by so many trials; at the last it follows again."""
        if self.place is None:
            return
        place = max(0, min(self.place + count, len(self.runner.trials) - 1))
        self._cursor = None if place == len(self.runner.trials) - 1 else place
        self.post_message(self.Moved())

    @property
    def page(self) -> int:
        """How many trials fit."""
        return max(1, self._rooms(self.content_size.height)[0])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide viewing before there is a trial."""
        return action != "look" or self.trial is not None

    def action_look(self) -> None:
        """View the moment of the selected trial."""
        if self.trial is not None:
            self.post_message(self.Look())

    def on_click(self, event: events.Click) -> None:
        """Select a trial; a second click views it."""
        offset = event.get_content_offset(self)
        if offset is None or self.place is None:
            return
        height = self.content_size.height
        above = _head(height) + answer_height(height) + above_trials(self._rooms(height)[1])
        place = self._top + offset.y - above
        if 0 <= place - self._top < self.page and place < len(self.runner.trials):
            self.move(place - self.place)
            if event.chain == 2:
                self.action_look()

    def on_mouse_scroll_down(self) -> None:
        """Go to the next trial."""
        self.move(1)

    def on_mouse_scroll_up(self) -> None:
        """Go to the previous trial."""
        self.move(-1)

    # -- drawing ---------------------------------------------------------------------------------

    def _rooms(self, height: int) -> tuple[int, int]:
        """Return the rows for trials and for medians."""
        taken = _head(height) + answer_height(height) + TITLES + _details(height)
        return rooms(height - taken, len(self.runner.points))

    def show(self, t: float, elapsed: float, said: str, hint: str = "") -> None:
        """Draw the plan.

        `said` replaces the activity; `hint` follows it with the available keys.
        """
        width, height = self.content_size
        if not width or not height:
            return
        runner, now = self.runner, coming(self.runner, t)
        inner = max(0, width - MARGIN)
        shown = layout(inner, [point.label for point in runner.points])
        room, medians = self._rooms(height)
        # Without a row of their own the settings follow the plan, as far as they fit.
        settings, tall = settings_words(self.start), _head(height) == 4
        rows = [title(self.start, state_of_plan(runner), width, "" if tall else settings)]
        if tall:
            rows.append(((settings, "quiet"),))
        rows += [
            progress_row(runner, elapsed, width, self.unmeasured),
            doing_row(runner, now, said, width, hint),
        ]
        rows += self._answer_rows(width, answer_height(height))
        names, units = (indented(row) for row in titles(shown, "trial", "state"))
        if medians:
            rows += [*medians_titles(shown), *self._medians(shown, medians), names]
        else:
            rows += [names, units]
        rows += self._trials(shown, now, room)
        rows += self._detail(width, _details(height))
        self.put([fit(row, width) for row in rows[:height]])

    @property
    def _points(self) -> Points:
        """The points that can be measured, with their trials."""
        runner = self.runner
        mine: list[list[Trial]] = [[] for _ in runner.points]
        for trial in runner.trials:
            mine[trial.point].append(trial)
        both = zip(runner.points, mine, strict=True)
        return [(point.label, trials) for point, trials in both if not point.invalid]

    def _answer_rows(self, width: int, height: int) -> list[Row]:
        trials, size = self.runner.trials, (width, height)
        known = self._answer
        if known is None or known[0] != trials or known[1] != size:
            rows = answer_rows(self._points, self.runner.plan.kind, width, height)
            known = self._answer = list(trials), size, rows
        return known[2]

    def _trials(self, shown: Layout, now: Coming, room: int) -> list[Row]:
        runner = self.runner
        present = self._present(shown, now)
        count = len(runner.trials) + (present is not None)
        # Shows the selected trial and, while it follows, the one that is being measured.
        wanted = count - 1 if self._cursor is None else self.place or 0
        self._top = max(wanted - room + 1, min(self._top, wanted, count - room), 0)
        rows: list[Row] = []
        for place in range(self._top, min(self._top + room, len(runner.trials))):
            row = self._trial_row(shown, place)
            if place == self.place:
                row = selected(row)
            else:
                row = indented(row)
            rows.append(row)
        if present is not None and len(rows) < room:
            rows.append(indented(present))
        return rows + [()] * (room - len(rows))

    def _trial_row(self, shown: Layout, place: int) -> Row:
        trial = self.runner.trials[place]
        known = self._trial_rows.get(place)
        if known is None or known[0] is not trial or known[1] != shown:
            row = trial_row(shown, self.runner.points[trial.point].label, trial)
            known = self._trial_rows[place] = trial, shown, row
        return known[2]

    def _present(self, shown: Layout, now: Coming) -> Row | None:
        """Return the row of the current trial."""
        runner, doing = self.runner, self.runner.doing
        if runner.done or doing.point is None:
            return None
        label = runner.points[doing.point].label
        number = str(doing.number) if doing.number else ""
        # The reason for a wait is shown above.
        words = now.words or ("" if doing.words == "measuring" else doing.words.split(",")[0])
        return figures_row(
            shown, label, number, [None, now.rate, now.ttft, None, None], (words, "decode")
        )

    def _detail(self, width: int, count: int) -> list[Row]:
        """Return the details of the selected trial, in full if there is room."""
        trial = self.trial
        if trial is None or not count:
            return [()] * count
        point = self.runner.points[trial.point]
        label = point.title if count > 1 else point.label
        where = f"trial {trial.number}" + (f" of {label}" if len(self.runner.points) > 1 else "")
        state = "unchecked: " if trial.state == "unchecked" else ""
        words = f"{one_line(where, 90)}: {state}{one_line(trial.reason, 400) or 'valid'}"
        if trial.note:
            words += f"   {NOTE} {one_line(trial.note, 200)}"
        ink = "quiet" if trial.valid else state_of(trial)[1]
        lines = wrap(words, max(10, width), max_lines=count, placeholder="…")
        return [((line, ink),) for line in lines] + [()] * (count - len(lines))

    def _medians(self, shown: Layout, room: int) -> list[Row]:
        points = self.runner.points
        chosen = self.trial.point if self.trial is not None else 0
        shown_places = places_around(chosen, len(points), room)
        self._fill_medians(shown)
        rows = []
        for place in shown_places:
            more = "…" if place == shown_places[-1] and place + 1 < len(points) else ""
            rows.append(indented(self._median_rows[place], more))
        return rows

    def _fill_medians(self, shown: Layout) -> None:
        """Compute the medians again if trials or columns changed."""
        runner = self.runner
        if self._medians_of == (runner.trials, shown):
            return
        self._medians_of = list(runner.trials), shown
        compared = compared_words(self._points, runner.plan.kind)
        for place, point in enumerate(runner.points):
            mine = [trial for trial in runner.trials if trial.point == place]
            words = compared.get(point.label, "")
            row = median_row(shown, point.label, mine, point.invalid, words)
            self._median_rows[place] = row

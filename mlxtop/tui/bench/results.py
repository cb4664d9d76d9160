"""The screen of a result: a page for each chart, then tables and trials left out."""

from collections.abc import Callable
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from mlxtop import plots
from mlxtop.bench.answer import of_result
from mlxtop.bench.result import Result
from mlxtop.bench.trial import Trial
from mlxtop.tui.bench.charts import (
    ALL_BARS,
    LEFT_OUT,
    TABLES,
    all_bars,
    chart_of,
    chart_rows,
    group,
    left_out_lines,
    page_names,
    table_lines,
)
from mlxtop.tui.bench.export import export, name_of
from mlxtop.tui.bench.figures import FIGURES, Shown
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.dialogs.base import DismissOnce
from mlxtop.tui.dialogs.pick import Formats, ask_formats
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.rows import FittedRows, Row, Span, fit, merge

if TYPE_CHECKING:
    from mlxtop.bench.outcome import Taken
    from mlxtop.bench.runner import Runner

LOOK_SECONDS = 1.0
"""Seconds between checks for new trials."""
LOW = 14
"""A page with fewer rows has no room for the answer above a chart."""
SIDEWAYS = 8
"""Cells that a key moves a wide table."""


class ResultsScreen(DismissOnce[None], Keyed, Screen[None]):
    """Charts and tables of the trials so far; the plan continues meanwhile."""

    DEFAULT_CSS = """
    ResultsScreen { layout: vertical; background: $background; }
    ResultsScreen #title { height: 1; background: $panel; }
    ResultsScreen #page { height: 1fr; width: 1fr; }
    """
    context: ClassVar[str] = "results"
    AUTO_FOCUS = ""

    def __init__(self, runner: "Runner", again: Callable[[], None]) -> None:
        """Show the result of `runner`; `again` begins another plan."""
        super().__init__()
        self.runner = runner
        self._again = again
        self.page = 0
        self._page_name = ""
        """Name of the page."""
        self.first = 0
        """Index of the first point in a chart."""
        self.result: Result | None = None
        """The result; None while it is computed."""
        self._answer: list[str] = []
        """What the plan found, above each chart."""
        self._scroll = (0, 0)
        self._moves = (False, False)
        """Whether there is more above, below or at the sides."""
        self._asked: list[Trial] = []
        self._laid_out: dict[tuple[str, int], list[str]] = {}
        """Lines of text pages by name and width."""

    def compose(self) -> ComposeResult:
        """Lay out the names of the pages, the page, the keys."""
        yield FittedRows(id="title")
        yield FittedRows(id="page")
        yield KeyFooter()

    def on_mount(self) -> None:
        """Compute the result, and again when there are new trials."""
        self.look()
        self.set_interval(LOOK_SECONDS, self.look)
        self.draw()

    # -- the result ------------------------------------------------------------------------------

    def look(self) -> None:
        """Compute the result again if trials are new or changed."""
        runner = self.runner
        known = self.result is not None and self.result.running != runner.done
        if known and self._asked == runner.trials:
            return
        self._asked = list(runner.trials)
        self._compute(runner.taken, self.app.size.width)

    @work(thread=True, exclusive=True)
    def _compute(self, taken: "Taken", width: int) -> None:
        # Thousands of trials take a while: in a thread, from immutable values.
        plots.load()
        result = taken.result()
        pages = {(name, width): _lay_out(name, result, width) for name in (TABLES, LEFT_OUT)}
        self.app.call_from_thread(self._show, result, pages, of_result(result))

    def _show(
        self, result: Result, pages: dict[tuple[str, int], list[str]], answer: list[str]
    ) -> None:
        if self.is_attached:
            self.result, self._answer = result, answer
            self._laid_out = pages
            self.draw()

    # -- drawing ---------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """The names of the pages."""
        if self.result is None:
            return []
        width, height = self.query_one("#page").size
        return page_names(self.result, width, height - len(self._head(width, height)))

    def _head(self, width: int, height: int) -> list[Row]:
        """Return the answer, for the top of a page with a chart."""
        if height < LOW:
            return []
        lines = [line for words in self._answer for line in wrap(words, max(10, width - 2))]
        rows: list[Row] = [
            ((f" {line}", "title" if place == 0 else "quiet"),)
            for place, line in enumerate(lines[: height // LOW + 1])
        ]
        return [*rows, ()] if rows else []

    def draw(self) -> None:
        """Draw the page; it adapts to a new size."""
        self._keep_page()
        self.query_one("#title", FittedRows).fill(lambda width, _: [self._title(width)])
        self.query_one("#page", FittedRows).fill(self._page)

    def _keep_page(self) -> None:
        """Stay on the page of this name: another size may have other pages."""
        names = self.names
        if self._page_name not in names:
            self.page = max(0, min(self.page, len(names) - 1))
            chart = chart_of(self._page_name)
            if self._page_name == ALL_BARS or (chart is not None and chart in FIGURES):
                self.page = 0
        else:
            self.page = names.index(self._page_name)
        self._page_name = names[self.page] if names else ""

    def _page(self, width: int, height: int) -> list[Row]:
        if self.result is None:
            return [fit(((" Computing the figures…", "quiet"),), width)]
        before = self._moves
        self._keep_page()
        rows = self._rows(self.result, width, height)
        if self._moves != before:
            self.refresh_bindings()
        return [fit(row, width) for row in rows[:height]]

    def _title(self, width: int) -> Row:
        """Return the names of the pages; without enough room only the current one."""
        if self.result is None:
            return fit(((" results", "title"),), width)
        spans: list[Span] = [(" results  ", "title")]
        for place, name in enumerate(self.names):
            here = place == self.page
            spans.append((f"[{name}]" if here else f" {name} ", "focus" if here else "quiet"))
        row = merge(spans)
        if sum(len(words) for words, _ in row) <= width:
            return fit(row, width)
        where = f"  page {self.page + 1} of {len(self.names)}"
        short = ((" results  ", "title"), (f"[{self.names[self.page]}]", "focus"), (where, "quiet"))
        return fit(short, width)

    def _rows(self, result: Result, width: int, height: int) -> list[Row]:
        name = self.names[self.page]
        chart = chart_of(name)
        timeline = self.runner.live.timeline
        head = self._head(width, height)
        if name == ALL_BARS:
            self._moves = False, False
            return [*head, *all_bars(Shown(result, timeline, 0, width, height - len(head)))]
        if chart is not None:
            height -= len(head)
            self.first = max(0, min(self.first, len(result.points) - 1))
            self._moves = len(result.points) > group(chart, result, width, height), False
            return [*head, *chart_rows(chart, Shown(result, timeline, self.first, width, height))]
        if (name, width) not in self._laid_out:
            self._laid_out[name, width] = _lay_out(name, result, width)
        lines = self._laid_out[name, width]
        widest = max((len(line) for line in lines), default=0)
        self._moves = len(lines) > height, widest > width
        top = max(0, min(self._scroll[0], len(lines) - height))
        left = max(0, min(self._scroll[1], widest - width))
        self._scroll = top, left
        return [((line[left:], "value"),) for line in lines[top : top + height]]

    # -- keys ------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide scrolling if everything fits on the screen."""
        match action:
            case "move" | "page":
                return self._moves[0]
            case "sideways":
                return self._moves[1]
        return True

    def action_turn(self, step: int) -> None:
        """Show the next or the previous page."""
        if self.names:
            self.page = (self.page + step) % len(self.names)
            self._page_name = self.names[self.page]
            self._scroll = (0, 0)
            self.refresh_bindings()
            self.draw()

    def action_move(self, step: int) -> None:
        """Show other points of a chart; scroll a page of text."""
        if self.result is None:
            return
        name = self.names[self.page]
        chart = chart_of(name)
        if name == ALL_BARS:
            return
        if chart is None:
            self._scroll = (max(0, self._scroll[0] + step), self._scroll[1])
        else:
            width, height = self.query_one("#page").size
            count = group(chart, self.result, width, height - len(self._head(width, height)))
            most = max(0, len(self.result.points) - 1) // count * count
            self.first = max(0, min(self.first // count * count + step * count, most))
        self.draw()

    def action_page(self, step: int) -> None:
        """Scroll a page of text by a screen."""
        self.action_move(step * max(1, self.query_one("#page").size.height - 1))

    def action_first(self) -> None:
        """Go back to the beginning of the page."""
        self._scroll, self.first = (0, 0), 0
        self.draw()

    def action_sideways(self, step: int) -> None:
        """Scroll a table that is wider than the screen."""
        self._scroll = (self._scroll[0], max(0, self._scroll[1] + step * SIDEWAYS))
        self.draw()

    def action_export(self) -> None:
        """Write the result to files in the current directory."""
        if (result := self.result) is not None:
            name = name_of(result, self.runner)
            ask_formats(self, "benchmark", lambda formats: self._export(result, name, formats))

    @work(thread=True)
    def _export(self, result: Result, name: str, formats: Formats) -> None:
        self.app.call_from_thread(self.app.notify, export(result, name, formats), markup=False)

    def action_again(self) -> None:
        """Go back, and begin another plan."""
        self.dismiss()
        # Through the app: this screen is closed and cannot receive the choice.
        self.app.call_later(self._again)

    def action_leave(self) -> None:
        """Go back to the trials."""
        self.dismiss()


def _lay_out(name: str, result: Result, width: int) -> list[str]:
    """Return the lines of a page of text."""
    return table_lines(result, width) if name == TABLES else left_out_lines(result, width)

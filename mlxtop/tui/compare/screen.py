"""The screen that compares two recordings."""

from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from mlxtop import format as fmt
from mlxtop import plots
from mlxtop.compare.comparison import Comparison, compare
from mlxtop.compare.curves import SPEED, Axis, drawable
from mlxtop.compare.part import Choice
from mlxtop.compare.picture import INKS
from mlxtop.compare.run import NothingToCompare, Run, read_run
from mlxtop.recording.report import RecordingError
from mlxtop.text import one_line
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.chat.export import file_name, save_in_thread
from mlxtop.tui.compare.details import choices, described, details
from mlxtop.tui.compare.view import CurveView
from mlxtop.tui.dialogs.base import DismissOnce
from mlxtop.tui.dialogs.pick import Formats, PickDialog, ask_formats
from mlxtop.tui.recording_request import OpenRecording
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.rows import FittedRows, Row, fit

_ALL = Choice()


class _Pair(NamedTuple):
    """Two runs with their compared parts."""

    paths: tuple[Path, Path]
    runs: tuple[Run, Run]
    choices: tuple[Choice, Choice]


class CompareScreen(DismissOnce[None], Keyed, Screen[None]):
    """Curves of A and B with a cursor, the verdict and its basis."""

    CSS_PATH = "compare.tcss"
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (116, "-wide")]
    context: ClassVar[str] = "compare"

    class _Progress(Message):
        """Reading a file progressed or failed."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class _Read(Message):
        """Both files were read."""

        def __init__(self, first: Run, second: Run) -> None:
            super().__init__()
            self.runs = first, second

    class _Compared(Message):
        """Parts of runs were compared."""

        def __init__(self, compared: "_Pair", result: Comparison) -> None:
            super().__init__()
            self.compared = compared
            self.result = result

    class _NothingToCompare(Message):
        """The chosen parts have nothing to compare."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, first: Path, second: Path) -> None:
        """Compare the recording `second` with `first`."""
        super().__init__()
        self.paths = first, second
        self.runs: tuple[Run, Run] | None = None
        self.choices = _ALL, _ALL
        self.result: Comparison | None = None
        self.figure = SPEED
        self.axis: Axis = "tokens"
        self.fitted: bool | None = None
        self._reader: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Lay out names, curves, details and keys."""
        yield FittedRows(id="names")
        yield Static("", id="reading", markup=False)
        with Container(id="body"):
            yield CurveView(id="curves")
            with VerticalScroll(id="page", can_focus=False):
                yield FittedRows(grows=True, id="details")
        yield KeyFooter()

    def on_mount(self) -> None:
        """Start reading."""
        self._reader = self._read()

    # -- reading -------------------------------------------------------------------------------

    @work(thread=True)
    def _read(self) -> None:
        """Read both files; an error is shown instead."""
        worker = get_current_worker()

        def read(path: Path, name: str) -> Run:
            def report_share(share: float) -> bool:
                shown = one_line(path.name, 60)
                how_far = fmt.percent(share * 100)
                self.post_message(self._Progress(f"Reading {name}, {shown}: {how_far}"))
                return not worker.is_cancelled

            return read_run(path, report_share)

        try:
            message = self._Read(read(self.paths[0], "A"), read(self.paths[1], "B"))
        except (RecordingError, NothingToCompare) as error:
            self.post_message(self._Progress(str(error)))
            return
        if not worker.is_cancelled:
            self.post_message(message)

    def on_compare_screen__progress(self, message: _Progress) -> None:
        """Show the progress of reading, or why it failed."""
        self.query_one("#reading", Static).update(message.words)

    def on_compare_screen__read(self, message: _Read) -> None:
        """Compare both runs as a whole."""
        self._compare(_Pair(self.paths, message.runs, self.choices), self.app.size.width)

    @work(thread=True, exclusive=True, group="compare")
    def _compare(self, pair: "_Pair", width: int) -> None:
        """Compare parts of two runs; runs of two days take a second."""
        worker = get_current_worker()
        try:
            result = compare(*pair.runs, *pair.choices)
        except NothingToCompare as error:
            self.post_message(self._NothingToCompare(str(error)))
            return
        # The result caches figures that were requested: the screen requests the same.
        details(result, max(8, width))
        plots.load()
        if not worker.is_cancelled:
            self.post_message(self._Compared(pair, result))

    def on_compare_screen__compared(self, message: _Compared) -> None:
        """Show the comparison."""
        pair, self.result = message.compared, message.result
        self.paths, self.runs, self.choices = pair.paths, pair.runs, pair.choices
        if any(choice.mark is not None for choice in pair.choices):
            self.axis = "seconds"
        self.add_class("-ready")
        self.refresh_bindings()
        self._show()

    def on_compare_screen__nothing_to_compare(self, message: _NothingToCompare) -> None:
        """Show why nothing can be compared; the last comparison stays."""
        if self.result is None:
            self.query_one("#reading", Static).update(message.sentence)
        else:
            self.notify(message.sentence, severity="warning", markup=False)

    # -- showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        assert self.result is not None
        result = self.result
        self.query_one("#names", FittedRows).fill(self._names)
        self.query_one(CurveView).show(result, self.figure, self.axis, self.fitted)
        self.query_one("#details", FittedRows).fill(
            lambda width, _: [fit(row, width) for row in details(result, width)]
        )

    def _names(self, width: int, _: int) -> list[Row]:
        return [self._named(place, width) for place in (0, 1)]

    def _named(self, place: int, width: int) -> Row:
        assert self.result is not None
        assert self.runs is not None
        run = self.runs[place]
        side = (self.result.first, self.result.second)[place]
        words = described(run, self.choices[place], side.part)
        models = ", ".join(one_line(model.model, 40) for model in side.models)
        name = (f" {'AB'[place]}  {one_line(run.path.name, 100)}", INKS[place])
        return fit((name, (f"   {models or '—'}   {words}", "value")), width)

    # -- keys ----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide keys that do nothing before both files were read."""
        own = ("move", "figure", "axis", "fit", "choose", "swap", "replay", "export", "scroll")
        return self.result is not None if action in own else True

    def action_leave(self) -> None:
        """Go back."""
        if self._reader is not None:
            self._reader.cancel()
        self.dismiss()

    def action_move(self, cells: int) -> None:
        """Move the cursor."""
        self.query_one(CurveView).move(cells)

    def action_scroll(self, rows: int) -> None:
        """Scroll the text."""
        self.query_one("#page").scroll_relative(y=rows, animate=False)

    def action_figure(self, step: int) -> None:
        """Draw the next figure of either recording."""
        assert self.result is not None
        parts = self.result.first.part, self.result.second.part
        there = drawable(parts)
        place = [figure.id for figure in there].index(self.figure.id)
        self.figure = there[(place + step) % len(there)]
        self.fitted = None
        self._show()

    def action_axis(self) -> None:
        """Draw over tokens or over seconds."""
        if any(choice.mark is not None for choice in self.choices):
            self.notify("From a mark on, both are drawn over seconds.", markup=False)
            return
        self.axis = "seconds" if self.axis == "tokens" else "tokens"
        self._show()

    def action_fit(self) -> None:
        """Change between a scale that fits the data and one from zero."""
        usual = not self.figure.from_zero
        self.fitted = not (usual if self.fitted is None else self.fitted)
        self._show()

    def action_choose(self, place: int) -> None:
        """Choose which part of a recording to compare."""
        assert self.runs is not None

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                one, other = self.choices
                self._compare_parts((choice, other) if place == 0 else (one, choice))

        title = f"part of {'AB'[place]} to compare"
        self.app.push_screen(
            PickDialog(title, choices(self.runs[place]), nothing="nothing found"), chosen
        )

    def action_swap(self) -> None:
        """Swap A and B."""
        assert self.runs is not None
        swapped = _Pair(self.paths[::-1], self.runs[::-1], self.choices[::-1])
        self._compare(swapped, self.app.size.width)

    def _compare_parts(self, wanted: tuple[Choice, Choice]) -> None:
        assert self.runs is not None
        self._compare(_Pair(self.paths, self.runs, wanted), self.app.size.width)

    def action_replay(self, place: int) -> None:
        """Open a recording at the cursor."""
        moments = self.query_one(CurveView).moments()
        if moments is not None:
            self.post_message(OpenRecording(self.paths[place], moments[place]))

    def action_export(self) -> None:
        """Write the comparison to a file, usually Markdown."""
        assert self.result is not None
        one, other = (path.stem for path in self.paths)
        compared = self.result, (str(self.paths[0]), str(self.paths[1]))

        def write(formats: Formats) -> None:
            save_in_thread(self, formats, file_name(f"{one} {other}", "compare"), *compared)

        ask_formats(self, "comparison", write)

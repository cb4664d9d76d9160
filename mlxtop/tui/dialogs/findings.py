"""What stands out in a span of a run, each with the moment to look at."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mlxtop.findings import Finding, Severity
from mlxtop.text import one_line
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.widgets.watching import clock_of_a_moment

_WORDS = {
    Severity.CRITICAL: ("✖ critical", "$error"),
    Severity.WARNING: ("▲ warning", "$warning"),
    Severity.NOTE: ("• note", "$quiet"),
    Severity.NONE: ("✔ fine", "$success"),
}


class FindingsDialog(Dialog[float]):
    """Lists findings, the worst first; Enter returns the moment of the one that is chosen."""

    DEFAULT_CSS = """
    FindingsDialog > #frame { width: 100; }
    FindingsDialog OptionList { text-wrap: wrap; text-overflow: fold; }
    """

    def __init__(self, found: Sequence[Finding], *, title: str, start: float) -> None:
        """`start` is what times count from, seconds on the shared clock."""
        super().__init__()
        self._found, self._title, self._start = found, title, start

    def compose(self) -> ComposeResult:
        """Lay out the list and a word on how it came about."""
        with Vertical(id="frame") as frame:
            frame.border_title = one_line(self._title, 80)
            frame.border_subtitle = f"Enter goes to the moment · {self.key('cancel')} leaves"
            yield OptionList(*(Option(self._row(finding)) for finding in self._found))
            yield Static(
                "Found by fixed rules in the figures of the recording; what they do not tell is "
                "not known.",
                classes="quiet",
                markup=False,
            )

    def _row(self, finding: Finding) -> Content:
        word, colour = _WORDS[finding.severity]
        clock = clock_of_a_moment(finding.t - self._start).rjust(9)
        return Content.assemble(
            (f"{word:<11}", colour), (f"{clock}  ", "$quiet"), one_line(finding.text, 400)
        )

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index].t)

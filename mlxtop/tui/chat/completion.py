"""The list of completions above the prompt."""

from collections.abc import Sequence

from rich.cells import cell_len

from mlxtop.text import fit as fit_text
from mlxtop.text import one_line
from mlxtop.tui.chat.commands import Completion
from mlxtop.tui.widgets.rows import FittedRows, Row, fit

MOST_ROWS = 6
"""Rows of the list; on a low screen a quarter of its height."""
_LONGEST_LABEL = 40


def draw_completions(
    found: Sequence[Completion], chosen: int, width: int, most: int = MOST_ROWS
) -> list[Row]:
    """Return a row for each completion around the chosen one."""
    top = max(0, min(chosen - most // 2, len(found) - most))
    shown = found[top : top + most]
    cells = min(_LONGEST_LABEL, max((cell_len(one.label) for one in found), default=0))
    rows: list[Row] = []
    for place, one in enumerate(shown, top):
        label, words = fit_text(one_line(one.label, 200), cells), f"  {one.help}"
        if place == chosen:
            rows.append(fit(((f"› {label}{words}", "chosen"),), width, "chosen"))
        else:
            rows.append(fit((("  ", "quiet"), (label, "value"), (words, "quiet")), width))
    return rows


class CompletionList(FittedRows):
    """Shows what Tab would complete; hidden if there is nothing."""

    DEFAULT_CSS = "CompletionList { height: auto; padding: 0 2; display: none; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(grows=True, id=id)

    def offer(self, found: Sequence[Completion], chosen: int) -> None:
        """Show these completions, or nothing."""
        self.display = bool(found)
        most = max(1, min(MOST_ROWS, self.screen.size.height // 4))
        self.fill(lambda width, _: draw_completions(found, chosen, width, most))

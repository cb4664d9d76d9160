"""Help for two recordings over each other."""

from textual.app import ComposeResult

from mlxtop.tui.compare.keys import KEYS
from mlxtop.tui.help import HelpRow, HelpScreen, heading

SHOWN = (
    (
        "curves",
        "A is the plain line, B the one with crosses; both begin at their first token, or a mark. "
        "Over tokens a benchmark is one line: at each place the median of its trials there.",
    ),
    (
        "tokens or seconds",
        "Over tokens, both have the same amount of context at each place. Over seconds you see "
        "which finished first.",
    ),
    (
        "B / A",
        "Tokens/s of B divided by those of A, over the places that both have; in brackets the "
        "range in which 95 % of such pairs of runs would have it. With 1 inside it is "
        "inconclusive. Beside another figure it is the ratio of that figure, above the curves "
        "the ratio at the cursor.",
    ),
    ("!", "Why the two may not be comparable, or what disturbed one of them."),
)


class CompareHelp(HelpScreen):
    """What stands on the screen, and every key that acts on it."""

    def page(self) -> ComposeResult:
        """Yield what is shown first, keys below."""
        yield heading("What you see")
        yield from (HelpRow(name, text) for name, text in SHOWN)
        yield heading("Keys")
        yield from (HelpRow(key.display, key.help) for key in KEYS if key.help)
        yield HelpRow("↑ ↓", "Scroll the text; K and J by pages")
        yield HelpRow("Esc", "Back")

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
        "Over tokens, what is compared has the same context before it. Over seconds, one sees "
        "which was done first.",
    ),
    (
        "B / A",
        "Tokens/s of B over those of A, at places that both have, and in brackets between what "
        "it would lie in 95 % of such pairs of runs. Where 1 is inside, it is inconclusive. "
        "Beside another figure it is that figure's, and above the curves that at the cursor.",
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

"""Help for the library of recordings."""

from collections.abc import Mapping

from textual.app import ComposeResult

from mlxtop.keys import BY_ID
from mlxtop.tui.help import HelpRow, HelpScreen, heading, key_name, keys_of
from mlxtop.tui.library.keys import KEYS

COLUMNS = (
    ("began", "When the run began, by this machine's clock."),
    (
        "what",
        "chat, watch, or bench and its kind of plan; shown where not all are chats. /bench shows "
        "benchmarks only. Their preview has points, with medians over trials that count.",
    ),
    (
        "first prompt",
        "Of a benchmark its plan, of a file that cannot be read its name; before it a name that "
        "you gave the file. A column that you sort by and that has no room is shown here.",
    ),
    (
        "tok/s",
        "Decode speed, the median over the run's tokens: (n − 1) / (last − first token) of the "
        "turn that the middle token lies in, by speed. A short reply counts little. "
        "Of a benchmark disturbed trials do not count.",
    ),
    ("tokens", "Generated in all turns together."),
    (
        "peak wired",
        "The most wired memory, as macOS counts it. Where no recording of the list knows it, the "
        "most memory in use stands here: what Linux counts is less, and stands in the preview as "
        "wired (Unevictable).",
    ),
    ("pressure", "The worst word on memory pressure during the run: NORMAL, WARN, CRITICAL."),
    (
        "state",
        "complete: closed properly. engine died: closed properly, but the engine's process ended "
        "in it. stopped, failed: its benchmark was stopped, or could not go on. running: being "
        "written now. unclean: the run broke off; what was written is there. damaged: lines of it "
        "cannot be read, the preview says how many. unreadable: the preview says why.",
    ),
)


class LibraryHelp(HelpScreen):
    """What the columns mean, and every key."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__("library", dict(keymap))

    def page(self) -> ComposeResult:
        """Yield columns first, keys below."""
        yield heading("What you see")
        yield from (HelpRow(name, text) for name, text in COLUMNS)
        yield heading("Keys")
        for keys, _, _, text in KEYS:
            yield HelpRow(_named(keys), text)
        yield HelpRow("Up, Down, PgUp, PgDn", "Move; Home and End too, and k, j, K, J, g, G")
        yield HelpRow("Esc", "Clear the filter, then the selection, then go back")
        library = keys_of(BY_ID["library"], self.keymap)
        yield HelpRow(f"q or {library}", "Go back at once; in a replay it comes back here")
        for name in ("theme", "quit"):
            yield HelpRow(key_name(self.keymap.get(name, BY_ID[name].always)), BY_ID[name].help)


_NAMES = {"slash": "/", "greater_than_sign": ">", "less_than_sign": "<"}


def _named(keys: str) -> str:
    return " or ".join(_NAMES.get(key, key_name(key)) for key in keys.split(","))

"""Help for a benchmark: what the table and the charts show, and every key."""

from collections.abc import Mapping

from textual.app import ComposeResult

from mlxtop.bench.plan import KINDS
from mlxtop.bench.statistics import FEWEST_IN_WORDS
from mlxtop.keys import ACTIONS
from mlxtop.tui.bench.fields import FIELDS
from mlxtop.tui.bench.keys import BACK_HELP, HERE, KEYS
from mlxtop.tui.help import HelpRow, HelpScreen, heading, key_name, keys_of

SHOWN = (
    (
        "trials",
        "A row for each. prompt is prefill by mlx-lm's definition, gen. is decode as (n − 1) / "
        "(last − first token); of a batch all requests together. TTFT is the time to the first "
        "token, p99 the 99th percentile of the time between tokens, peak that of MLX's memory.",
    ),
    (
        "state",
        "● valid: nothing disturbed it. ◌ unchecked: it counts, but whether anything disturbed it "
        "could not be judged. ▲ disturbed, by what is named; it is repeated a few times. "
        "○ dropped: left out by you. ✕ failed. ✎ has a note.",
    ),
    (
        "medians",
        "Over the trials of each point that count: valid/all, slowest to fastest, ◌ unchecked.",
    ),
    (
        "results",
        "Bars begin at 0 and are medians, strokes below them the 95 % interval of the median (from "
        f"{FEWEST_IN_WORDS} trials on; else from the lowest to the highest). With a single point "
        "there is a bar for each trial, ░ where it does not count, and the median below.",
    ),
)
_OTHERS = (
    ("Up, Down, PgUp, PgDn, K, J", "Select a trial; at the last one the table follows again"),
    ("Enter", "Look at the machine as it was at the end of the selected trial"),
    ("← → or Tab", "In the results: the next page, or the one before"),
    ("h l", "In the results: a wide table sideways"),
)


class BenchHelp(HelpScreen):
    """What stands on the screen, and every key that acts on it."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__("live", dict(keymap))

    def page(self) -> ComposeResult:
        """Yield what is seen first, keys below."""
        yield heading("What you see")
        yield from (HelpRow(name, told) for name, told in SHOWN)
        yield heading("Keys")
        for key, _, _, told in KEYS:
            yield HelpRow(key_name(key), told)
        yield HelpRow("Esc or q", BACK_HELP)
        yield from (HelpRow(name, told) for name, told in _OTHERS)
        taken = {"q", *(key for key, *_ in KEYS)}
        for action in ACTIONS:
            if action.id in HERE:
                names = keys_of(action, self.keymap).split(" or ")
                left = [name for name in names if name.lower() not in taken]
                yield HelpRow(" or ".join(left), action.help)


FORM_KEYS = (
    ("Up, Down, Tab", "Another kind, another field"),
    ("Enter", "Start the plan; it asks where that takes many trials"),
    ("Space", "In a field that is yes or no: turn it round"),
    ("Ctrl+K", "Sizes that take a moment"),
    ("Ctrl+R", "The usual values"),
    ("Ctrl+S", "Write the plan to a file, for mlxtop bench MODEL --plan"),
    ("Ctrl+O", "List models to compare with; where none is loaded, open one"),
    ("Ctrl+E", "The last result, where there is one"),
    ("F1 or ?", "This help; ? where no text is typed"),
    ("Esc", "Leave; the fields are kept"),
)


class FormHelp(HelpScreen):
    """What can be measured, what the fields are, and every key of the form."""

    def __init__(self) -> None:
        super().__init__("live", {})

    def page(self) -> ComposeResult:
        """Yield kinds and fields, keys below."""
        yield heading("What is measured")
        yield from (HelpRow(kind, f"{told[0].upper()}{told[1:]}") for kind, told in KINDS.items())
        yield heading("Fields")
        yield from (HelpRow(field.label, field.explanation) for field in FIELDS)
        yield heading("Keys")
        yield from (HelpRow(key, told) for key, told in FORM_KEYS)

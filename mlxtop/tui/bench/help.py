"""Help for a benchmark: what the table and the charts show, and every key."""

from collections.abc import Mapping

from textual.app import ComposeResult

from mlxtop.keys import ACTIONS
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
        "● valid counts. ▲ was disturbed, by what it says, or left out by you; it is repeated a "
        "few times. ✕ failed. ✎ has a note.",
    ),
    ("medians", "Over the valid trials of each point, valid/all, and its slowest to fastest."),
    (
        "results",
        "Bars are medians, strokes on them the 95 % interval of the median (from five valid trials "
        "on; else from the lowest to the highest).",
    ),
)
_OTHERS = (
    ("Up, Down, PgUp, PgDn", "Select a trial; at the last one the table follows again"),
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

"""Help for a machine that is watched."""

from textual.app import ComposeResult

from mlxtop.keys import ACTIONS
from mlxtop.tui.help import PANES, HelpRow, HelpScreen, heading, keys_of
from mlxtop.tui.watch.keys import SORT_HELP, SORT_KEY, WITHOUT_MODEL

SHOWN = (
    (
        "model servers",
        "Programs that serve models, known by name: mlx_lm.server, llama-server, ollama, "
        "LM Studio, vllm, mlxtop's own engine; and the port they listen on where it is known.",
    ),
    (
        "processes",
        'Those with the most memory (macOS: the footprint, Activity Monitor\'s "Memory"; Linux: '
        "resident memory, in which shared pages count for each process), or with the most CPU time "
        "since the last reading, in percent of one core, or GPU time where the system counts it by "
        "process (macOS). Lists of the last ten minutes are kept; they are not recorded.",
    ),
    *((pane.name, pane.text) for pane in PANES if pane.watched),
)


class WatchHelp(HelpScreen):
    """What stands on the screen, and every key that acts on it."""

    def page(self) -> ComposeResult:
        """Yield panes first, keys below."""
        yield heading("What you see")
        yield from (HelpRow(name, text) for name, text in SHOWN)
        yield heading("Keys")
        for action in ACTIONS:
            if action.id in WITHOUT_MODEL:
                yield HelpRow(keys_of(action, self.keymap), action.help)
        yield HelpRow(SORT_KEY, SORT_HELP)

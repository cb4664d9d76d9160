"""The app around the screen of a machine that is watched."""

from collections.abc import Iterable

from textual.app import SystemCommand
from textual.screen import Screen

from mlxtop import config as settings
from mlxtop.keys import ACTIONS
from mlxtop.sources.options import LiveOptions
from mlxtop.sources.watch import Watch
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.help import HelpScreen
from mlxtop.tui.watch.help import WatchHelp
from mlxtop.tui.watch.keys import SORT_HELP, SORT_KEY, WITHOUT_MODEL
from mlxtop.tui.watch.screen import WatchScreen
from mlxtop.watch.history import ProcessHistory


class WatchApp(MlxtopApp):
    """One machine, no engine; nothing is written unless it is recorded."""

    def __init__(
        self, config: settings.Config, options: LiveOptions, *, problems: Iterable[str] = ()
    ) -> None:
        super().__init__(config, options, problems=problems)
        self.watched = Watch(options)
        self.processes = ProcessHistory()

    def close(self) -> None:
        """End readings and the recording; for after the screen."""
        self.processes.close()
        self.watched.close()

    def show_first_screen(self) -> None:
        """Open the one screen there is, and begin to read after its first frame."""
        self.push_screen(
            WatchScreen(self.watched, self.processes, self.options.hz, self.chosen_keys)
        )

        def start() -> None:
            self.watched.start()
            self.processes.start()

        self.call_after_refresh(start)

    def action_help(self) -> None:
        """Show help, or close it."""
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.push_screen(WatchHelp("watch", self.chosen_keys))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action that can be done now, with its keys."""
        hidden = {action.help for action in ACTIONS if action.id not in WITHOUT_MODEL}
        for command in super().get_system_commands(screen):
            if command.title not in hidden:
                yield command
        run = self.run_screen
        if isinstance(run, WatchScreen):
            yield SystemCommand(SORT_HELP, SORT_KEY, run.action_sort)

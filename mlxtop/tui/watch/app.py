"""The app around the screen of a machine that is watched."""

from collections.abc import Iterable

from mlxtop import config as settings
from mlxtop.sources.options import LiveOptions
from mlxtop.sources.watch import Watch
from mlxtop.tui.app import MlxtopApp
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
        self.push_screen(WatchScreen(self.watched, self.processes, self.options.hz))

        def start() -> None:
            self.watched.start()
            self.processes.start()

        self.call_after_refresh(start)

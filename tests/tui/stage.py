"""A bare app that holds the widgets under test, and remembers what they said."""

from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

from mlxtop.tui.panes import Pane
from mlxtop.tui.themes import register_themes, variable_defaults
from mlxtop.tui.widgets.timeline_strip import TimelineStrip


class Stage(App[None]):
    AUTO_FOCUS = None

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.said: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "mlxtop-dark"

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def on_pane_enlarge(self, message: Pane.Enlarge) -> None:
        self.said.append(message)

    def on_timeline_strip_seek_by(self, message: TimelineStrip.SeekBy) -> None:
        self.said.append(message)

    def on_timeline_strip_seek(self, message: TimelineStrip.Seek) -> None:
        self.said.append(message)

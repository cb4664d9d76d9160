"""Copies the conversation to the clipboard and exports it to files."""

from typing import Any

from textual.screen import Screen

from mlxtop import format as fmt
from mlxtop.sources import Source
from mlxtop.tui.chat.facts import model_name


class ConversationExport:
    """Copies and exports the conversation of a source as of the moment on the screen."""

    def __init__(self, screen: Screen[Any], source: Source) -> None:
        """`screen` shows the dialogs."""
        self.screen = screen
        self.timeline = source.timeline
        self.playhead = source.playhead

    def acts(self, action: str) -> bool | None:
        """Return None: its actions are always enabled."""
        return None

    def action_copy(self) -> None:
        """Copy a message, a code block or a link of the conversation on the screen."""
        from mlxtop.sources.find import NO_TEXT, lacks_text
        from mlxtop.tui.chat.clipboard import Copyable, copyable
        from mlxtop.tui.dialogs.pick import copy_picker

        def chosen(item: Copyable | None) -> None:
            if item is not None:
                self.screen.run_worker(self._copy(item.text))

        entries = self.timeline.transcript.at(self.playhead.time())
        nothing = (
            NO_TEXT if lacks_text(self.timeline) else "there is nothing to copy at this moment"
        )
        self.screen.app.push_screen(copy_picker(copyable(entries), nothing=nothing), chosen)

    async def _copy(self, text: str) -> None:
        from mlxtop.tui.chat.clipboard import copy

        self.screen.app.notify(await copy(self.screen.app, text), markup=False)

    def action_export(self) -> None:
        """Write the conversation on the screen to a file in the current directory."""
        from mlxtop.tui.chat.export import figures_of, file_name, save_in_thread
        from mlxtop.tui.dialogs.pick import Formats, ask_formats

        t = self.playhead.time()
        entries = self.timeline.transcript.at(t)
        if not entries:
            self.screen.app.notify("There is no conversation to export yet.", markup=False)
            return
        model = model_name(self.timeline, t)
        date = fmt.date(self.timeline.wall(t))
        named = {"model": model, "date": date, "figures": figures_of(entries)}

        def write(formats: Formats) -> None:
            save_in_thread(self.screen, formats, file_name(model, date), entries, **named)

        ask_formats(self.screen, "conversation", write)

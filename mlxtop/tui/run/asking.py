"""A run that one can talk to: the prompt, and what is done with messages."""

from textual import events, on
from textual.app import ComposeResult

from mlxtop import config as settings
from mlxtop import paths
from mlxtop.events import Sampling
from mlxtop.sources.live import Live
from mlxtop.text import one_line
from mlxtop.tui.chat.history import PromptHistory
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.dialogs.edit import EditPicker
from mlxtop.tui.dialogs.settings import SettingsDialog
from mlxtop.tui.run.happening import HappeningScreen


class AskingScreen(HappeningScreen):
    """A conversation with the model of a live run."""

    can_ask = True

    def __init__(self, source: Live, hz: float) -> None:
        super().__init__(source, hz)
        self.live = source
        self.editing: int | None = None
        """Place of the message that the prompt edits."""
        self.first_run = False
        """True until it was said once where recordings are kept."""

    def compose_prompt(self) -> ComposeResult:
        """Yield the prompt."""
        options = self.live.options
        keep = options.text and options.record
        history = PromptHistory(paths.history_file() if keep else None)
        self._warn(history.problem)
        yield Prompt(self._send, history=history, id="prompt")

    @property
    def writes(self) -> bool:
        """Whether letters go into the prompt."""
        return isinstance(self.focused, Prompt)

    def _send(self, text: str) -> None:
        if self._say(text):
            self._warn(self.query_one(Prompt).accept())

    def _warn(self, problem: str | None) -> None:
        if problem:
            self.app.notify(one_line(problem, 400), severity="warning", markup=False)

    @on(Transcript.Suggested)
    def _suggested(self, event: Transcript.Suggested) -> None:
        self._say(event.text)
        self.action_prompt()

    def takes_typed(self, event: events.Key) -> bool:
        """Take a letter that is not a key here, and what was typed after it, for the prompt."""
        prompt = self.query_one(Prompt)
        is_text = event.is_printable and "+" not in event.key
        if self.enlarged or not (is_text or event.key == "enter"):
            return False
        if not prompt.has_focus:
            if not is_text or event.key in self.active_bindings:
                return False
            self.action_prompt()
        # In its queue, where letters that come later stand behind this one.
        prompt.post_message(events.Key(event.key, event.character))
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Take what nothing else took for the prompt: text that comes at once is not a command."""
        if not self.enlarged:
            event.stop()
            self.action_prompt()
            self.query_one(Prompt).post_message(events.Paste(event.text))

    @on(Prompt.Page)
    def _page(self, event: Prompt.Page) -> None:
        if event.pages < 0:
            self.action_page_up()
        else:
            self.action_page_down()

    def _say(self, text: str) -> bool:
        """Send a text, in place of the message that is edited; return whether it was sent."""
        refusal = self._refusal()
        if refusal:
            self.app.notify(refusal, severity="warning", markup=False)
            return False
        self.playhead.go_end()
        self.say("")  # what a key had to say was of the conversation as it stood
        if self.editing is not None and self.editing < len(self.live.conversation):
            self.live.edit(self.editing, text)
        else:
            self.live.send(text)
        self.editing = None
        if self.first_run:
            self._tell_where_recordings_are()
        self.frame()
        return True

    def _tell_where_recordings_are(self) -> None:
        self.first_run = False
        options = self.live.options
        kept = "Prompts and replies are" if options.text else "Figures of each run are"
        self.app.notify(
            f"{kept} recorded in {options.recordings}, in files only you can read; nothing leaves "
            f"this machine. {self.key('record')} turns it off; --no-text keeps figures only.",
            title="Recording",
            markup=False,
        )
        self._warn(settings.remember("said_where_recordings_are", True))

    def _refusal(self) -> str:
        live = self.live
        live.poll()  # a reply may have ended since the last frame
        if live.engine_dead:
            key = self.key("restart_engine")
            return f"The engine is not running; {key} starts it again. Your text is kept."
        if live.held_up:
            return (
                f"The engine does not answer; {self.key('stop')} ends it and starts it again. "
                "Your text is kept."
            )
        if live.answering:
            return f"The model is still answering; {self.key('stop')} stops it. Your text is kept."
        if live.model is None and not live.loading:
            return f"No model is loaded; {self.key('open')} opens one. Your text is kept."
        return ""

    def action_stop(self) -> None:
        """Stop the reply or the load that is going on."""
        self.live.stop()

    def action_leave_edit(self) -> None:
        """Leave the message that is edited as it was."""
        self.editing = None
        self.query_one(Prompt).leave_edit()
        self.frame()

    def action_leave(self) -> None:
        """Leave the prompt, so that plain keys act."""
        self.set_focus(None)

    def action_prompt(self) -> None:
        """Go back to the prompt."""
        self.show_page(None)
        prompt = self.query_one(Prompt)
        # At once where it is on the screen: the next key may come before a later focus.
        if prompt.focusable:
            self.set_focus(prompt)
        else:
            prompt.focus()

    def action_regenerate(self) -> None:
        """Answer the last message again."""
        refusal = self._refusal()
        if refusal:
            self.app.notify(refusal, severity="warning", markup=False)
        elif self.live.regenerate():
            self.playhead.go_end()

    def action_edit(self) -> None:
        """Choose an earlier message; it goes to the prompt to be changed and sent again."""

        def chosen(index: int | None) -> None:
            if index is None:
                return
            self.editing = index
            text = self.live.conversation.messages[index].text
            self.query_one(Prompt).begin_edit(index + 1, text)
            self.frame()

        entries = self.timeline.transcript.at(self.playhead.end)
        self.app.push_screen(EditPicker(entries), chosen)

    def action_ask_new_conversation(self) -> None:
        """Begin a new conversation, after asking where one would end.

        While somebody looks at what was found, the same key goes on to the next place of it.
        """
        if self.found.words and self.playhead.frozen:
            self.action_find_next(True)
            return
        from mlxtop.tui.dialogs.confirm import ConfirmDialog

        if not len(self.live.conversation):
            self.action_new_conversation()
            return

        def decided(yes: bool | None) -> None:
            if yes:
                self.action_new_conversation()

        recorded = " and in the recording" if self.live.recorder.status.path else ""
        self.app.push_screen(
            ConfirmDialog(
                "Begin a new conversation?",
                detail=f"The conversation stays on the strip of time{recorded}.",
                begin_with=True,
            ),
            decided,
        )

    def action_new_conversation(self) -> None:
        """Begin a new conversation; the earlier one can still be looked at."""
        if len(self.live.conversation):
            back, on = self.key("skip_back"), self.key("go_end")
            self.say(f"A new conversation; {back} looks back at the earlier one, {on} returns.")
        self.live.new_conversation()
        self.playhead.go_end()
        if self.editing is not None:
            self.action_leave_edit()
        self.frame()

    def action_settings(self) -> None:
        """Change sampling settings and the system prompt."""

        def changed(result: tuple[Sampling, str] | None) -> None:
            if result is not None:
                self.live.sampling = result[0]
                self.live.set_system(result[1])

        self.app.push_screen(
            SettingsDialog(self.live.sampling, self.live.conversation.system), changed
        )

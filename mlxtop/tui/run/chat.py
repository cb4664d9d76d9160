"""The chat with the model of a live run: what is sent, edited and answered again."""

from textual import events

from mlxtop import config as settings
from mlxtop import paths
from mlxtop.events import Sampling
from mlxtop.sources.live import Live
from mlxtop.text import one_line
from mlxtop.tui.chat.history import PromptHistory
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.dialogs.pick import edit_picker
from mlxtop.tui.dialogs.settings import SettingsDialog
from mlxtop.tui.run.screen import RunScreen

_NEEDS_CONVERSATION = frozenset({"regenerate", "edit"})


class ChatController:
    """Holds the conversation of a live run: sends what is written, edits, asks again."""

    def __init__(self, screen: RunScreen, live: Live) -> None:
        """`screen` shows the conversation and has the prompt."""
        self.screen = screen
        self.live = live
        self.editing: int | None = None
        """Place of the message that the prompt edits."""
        self.first_run = False
        """True until it was said once where recordings are kept."""

    @property
    def prompt(self) -> Prompt:
        """Where messages are written."""
        return self.screen.query_one(Prompt)

    @property
    def writes(self) -> bool:
        """Whether letters go into the prompt."""
        return isinstance(self.screen.focused, Prompt)

    def make_prompt(self) -> Prompt:
        """Return the prompt, with the history of what was sent."""
        options = self.live.options
        keep = options.text and options.record
        history = PromptHistory(paths.history_file() if keep else None)
        self.warn(history.problem)
        return Prompt(self._send, history=history, id="prompt")

    def acts(self, action: str) -> bool | None:
        """Return whether an action has something to do now; None where it is not of this part."""
        live, enlarged = self.live, self.screen.enlarged
        busy = live.answering or live.loading
        match action:
            case "stop":
                return busy
            case "leave_edit":
                return self.editing is not None and not busy and not enlarged
            case "leave":
                return not busy and not enlarged and self.editing is None and self.writes
        if action in _NEEDS_CONVERSATION:
            return len(live.conversation) > 0 and not live.answering
        return None

    def why_not(self, action: str) -> str:
        """Return why an action has nothing to do now; empty where that is not known here."""
        if action not in _NEEDS_CONVERSATION:
            return ""
        if self.live.answering:
            return f"The model is still answering; {self.screen.key('stop')} stops it."
        return "There are no messages yet."

    def _send(self, text: str) -> None:
        if self.send(text):
            self.warn(self.prompt.accept())

    def warn(self, problem: str | None) -> None:
        """Show what went wrong beside the chat; nothing where nothing did."""
        if problem:
            self.screen.app.notify(one_line(problem, 400), severity="warning", markup=False)

    def takes_typed(self, event: events.Key) -> bool:
        """Take a letter that is not a key here, and what was typed after it, for the prompt."""
        prompt = self.prompt
        is_text = event.is_printable and "+" not in event.key
        if self.screen.enlarged or not (is_text or event.key == "enter"):
            return False
        if not prompt.has_focus:
            if not is_text or event.key in self.screen.active_bindings:
                return False
            self.screen.focus_main()
        # In its queue, where letters that come later stand behind this one.
        prompt.post_message(events.Key(event.key, event.character))
        return True

    def take_pasted(self, event: events.Paste) -> None:
        """Take what nothing else took for the prompt: text that comes at once is not a command."""
        if not self.screen.enlarged:
            event.stop()
            self.screen.focus_main()
            self.prompt.post_message(events.Paste(event.text))

    def send(self, text: str) -> bool:
        """Send a text, in place of the message that is edited; return whether it was sent."""
        refusal = self._refusal()
        if refusal:
            self.screen.app.notify(refusal, severity="warning", markup=False)
            return False
        self.screen.playhead.go_end()
        self.screen.flash("")  # what a key had to say was of the conversation as it stood
        if self.editing is not None and self.editing < len(self.live.conversation):
            self.live.edit(self.editing, text)
        else:
            self.live.send(text)
        self.editing = None
        if self.first_run:
            self._tell_where_recordings_are()
        self.screen.frame()
        return True

    def _tell_where_recordings_are(self) -> None:
        self.first_run = False
        options = self.live.options
        kept = "Prompts and replies are" if options.text else "Figures of each run are"
        key = self.screen.key("record")
        self.screen.app.notify(
            f"{kept} recorded in {options.recordings}, in files only you can read; nothing leaves "
            f"this machine. {key} turns it off; --no-text keeps figures only.",
            title="Recording",
            markup=False,
        )
        self.warn(settings.remember("said_where_recordings_are", True))

    def _refusal(self) -> str:
        live, key = self.live, self.screen.key
        live.poll()  # a reply may have ended since the last frame
        if live.engine_dead:
            again = key("restart_engine")
            return f"The engine is not running; {again} starts it again. Your text is kept."
        if live.unresponsive:
            return (
                f"The engine does not answer; {key('stop')} ends it and starts it again. "
                "Your text is kept."
            )
        if live.answering:
            return f"The model is still answering; {key('stop')} stops it. Your text is kept."
        if live.model is None and not live.loading:
            return f"No model is loaded; {key('open')} opens one. Your text is kept."
        return ""

    def action_stop(self) -> None:
        """Stop the reply or the load that is going on."""
        self.live.stop()

    def action_leave_edit(self) -> None:
        """Leave the message that is edited as it was."""
        self.editing = None
        self.prompt.leave_edit()
        self.screen.frame()

    def action_leave(self) -> None:
        """Leave the prompt, so that plain keys act."""
        self.screen.set_focus(None)

    def action_regenerate(self) -> None:
        """Answer the last message again."""
        refusal = self._refusal()
        if refusal:
            self.screen.app.notify(refusal, severity="warning", markup=False)
        elif self.live.regenerate():
            self.screen.playhead.go_end()

    def action_edit(self) -> None:
        """Choose an earlier message; it goes to the prompt to be changed and sent again."""

        def chosen(index: int | None) -> None:
            if index is None:
                return
            self.editing = index
            text = self.live.conversation.messages[index].text
            self.prompt.begin_edit(index + 1, text)
            self.screen.frame()

        entries = self.screen.timeline.transcript.at(self.screen.playhead.end)
        self.screen.app.push_screen(edit_picker(entries), chosen)

    def action_ask_new_conversation(self) -> None:
        """Begin a new conversation, after asking where one would end.

        While somebody looks at what was found, the same key goes on to the next place of it.
        """
        if self.screen.transport.found.words and self.screen.playhead.frozen:
            self.screen.transport.action_find_next(True)
            return
        from mlxtop.tui.dialogs.question import ConfirmDialog

        if not len(self.live.conversation):
            self.action_new_conversation()
            return

        def decided(yes: bool | None) -> None:
            if yes:
                self.action_new_conversation()

        recorded = " and in the recording" if self.live.recorder.status.path else ""
        self.screen.app.push_screen(
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
            back, on = self.screen.key("skip_back"), self.screen.key("go_end")
            self.screen.flash(
                f"A new conversation; {back} looks back at the earlier one, {on} returns."
            )
        self.live.new_conversation()
        self.screen.playhead.go_end()
        if self.editing is not None:
            self.action_leave_edit()
        self.screen.frame()

    def action_settings(self) -> None:
        """Change sampling settings and the system prompt."""

        def changed(result: tuple[Sampling, str] | None) -> None:
            if result is not None:
                self.live.sampling = result[0]
                self.live.set_system(result[1])

        self.screen.app.push_screen(
            SettingsDialog(self.live.sampling, self.live.conversation.system), changed
        )

"""The chat of a live run: sending, editing, and asking again."""

import math

from textual import events

from mlxtop import config as settings
from mlxtop import paths
from mlxtop.events import Sampling
from mlxtop.sources.live import Live
from mlxtop.text import one_line
from mlxtop.tui.chat.attach import CannotAttach, with_files
from mlxtop.tui.chat.commands import Completion, completions, typed
from mlxtop.tui.chat.completion import CompletionList
from mlxtop.tui.chat.editor import EditorFailed, edited
from mlxtop.tui.chat.history import PromptHistory
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.dialogs.pick import edit_picker
from mlxtop.tui.dialogs.settings import SettingsDialog
from mlxtop.tui.run.prompt_commands import CommandRefused, PromptCommands
from mlxtop.tui.run.screen import RunScreen

JUST_SECONDS = 1.0
"""Seconds after an answer's end in which the key that stops it does nothing else."""
_NEEDS_CONVERSATION = frozenset({"regenerate", "edit"})


class ChatController:
    """Controls the conversation of a live run: sends, edits, asks again."""

    def __init__(self, screen: RunScreen, live: Live) -> None:
        """`screen` shows the conversation and the prompt."""
        self.screen = screen
        self.live = live
        self.editing: int | None = None
        """Index of the message that the prompt edits."""
        self.commands = PromptCommands(screen, live)
        self.completion_list = CompletionList(id="completions")
        self.first_run = False
        """True until a message has said where recordings are kept."""
        self._busy_at = -math.inf
        """When the screen last showed that there was something to stop."""
        self._stopped = False

    @property
    def prompt(self) -> Prompt:
        """The input field for messages."""
        return self.screen.query_one(Prompt)

    @property
    def writes(self) -> bool:
        """Whether the prompt has focus."""
        return isinstance(self.screen.focused, Prompt)

    def make_prompt(self) -> Prompt:
        """Return the prompt, with the history of sent messages."""
        options = self.live.options
        keep = options.text and options.record
        history = PromptHistory(paths.history_file() if keep else None)
        self.warn(history.problem)
        prompt = Prompt(self._send, history=history, id="prompt")
        prompt.complete, prompt.show_completions = self.complete, self.completion_list.offer
        return prompt

    def acts(self, action: str) -> bool | None:
        """Return whether an action is enabled now; None if it is not of this part."""
        live, enlarged = self.live, self.screen.enlarged
        busy = self.busy or self.has_just_ended
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

    @property
    def busy(self) -> bool:
        """Whether there is something to stop."""
        return self.live.answering or self.live.loading

    @property
    def has_just_ended(self) -> bool:
        """Whether what could be stopped ended by itself a moment ago.

        Who stops it then means the answer, and would leave the prompt instead.
        """
        return not self.busy and self.live.now() - self._busy_at < JUST_SECONDS

    def look(self) -> None:
        """Note what the screen shows; called once a frame."""
        if not self.busy:
            self._stopped = False
        elif not self._stopped:
            self._busy_at = self.live.now()

    def why_not(self, action: str) -> str:
        """Return why an action is disabled; empty if this part does not know."""
        if action not in _NEEDS_CONVERSATION:
            return ""
        if self.live.answering:
            return f"The model is still answering; {self.screen.key('stop')} stops it."
        return "There are no messages yet."

    def _send(self, text: str) -> None:
        meant = typed(text)
        try:
            if meant.command:
                self.commands.run(meant)
                self.editing = None
                self.warn(self.prompt.accept())
                return
            context = self.live.model.context_tokens if self.live.model is not None else None
            message = with_files(meant.message, context)
        except (CommandRefused, CannotAttach) as refused:
            self.warn(str(refused))
            return
        if meant.problem:
            self.warn(meant.problem)
        elif self.send(message):
            self.warn(self.prompt.accept())

    def complete(self, before: str) -> list[Completion]:
        """Return what completes a command before the cursor."""
        return completions(before, self.commands.values)

    def action_open_editor(self) -> None:
        """Write the text of the prompt in the user's editor."""
        try:
            self.prompt.text = edited(self.screen.app, self.prompt.text)
        except EditorFailed as failed:
            self.warn(str(failed))
        self.prompt.move_cursor(self.prompt.document.end)
        self.screen.focus_main()

    def warn(self, problem: str | None) -> None:
        """Show a problem as a toast, if there is one."""
        if problem:
            self.screen.app.notify(one_line(problem, 400), severity="warning", markup=False)

    def takes_typed(self, event: events.Key) -> bool:
        """Pass a letter that is not a key here to the prompt."""
        prompt = self.prompt
        is_text = event.is_printable and "+" not in event.key
        if self.screen.enlarged or not (is_text or event.key == "enter"):
            return False
        if not prompt.has_focus:
            if not is_text or event.key in self.screen.active_bindings:
                return False
            self.screen.focus_main()
        # Through its queue, so that later letters come after this one.
        prompt.post_message(events.Key(event.key, event.character))
        return True

    def take_pasted(self, event: events.Paste) -> None:
        """Pass a paste that nothing else handled to the prompt: it is not a command."""
        if not self.screen.enlarged:
            event.stop()
            self.screen.focus_main()
            self.prompt.post_message(events.Paste(event.text))

    def send(self, text: str) -> bool:
        """Send a text, or replace the message being edited with it; return whether it was sent."""
        refusal = self._refusal()
        if refusal:
            self.screen.app.notify(refusal, severity="warning", markup=False)
            return False
        self.screen.playhead.go_end()
        self.screen.flash("")  # an earlier key's message was about the conversation before
        if self.editing is not None and self.editing < len(self.live.conversation):
            self.live.edit(self.editing, text)
        else:
            self.live.send(text)
        self.editing = None
        if self.first_run:
            self._show_where_recordings_are()
        # Who sends a message wants to see it and its reply, wherever the view was.
        self.screen.query_one(Transcript).follow()
        self.screen.frame()
        return True

    def _show_where_recordings_are(self) -> None:
        self.first_run = False
        options = self.live.options
        kept = "Prompts and replies are" if options.text else "Figures of each run are"
        key = self.screen.key("record")
        # Not a toast: the first reply is being read where it would be.
        self.screen.flash(
            f"{kept} recorded, readable only by you; {key} turns it off. They are in "
            f"{options.recordings}; --no-text keeps only figures."
        )
        self.warn(settings.remember("said_where_recordings_are", True))

    def _refusal(self) -> str:
        live, key = self.live, self.screen.key
        live.poll()  # a reply may have ended since the last frame
        if live.engine_dead:
            again = key("restart_engine")
            return f"The engine is not running; {again} restarts it. Your text is kept."
        if live.unresponsive:
            return f"The engine is not responding; {key('stop')} restarts it. Your text is kept."
        if live.answering:
            return f"The model is still answering; {key('stop')} stops it. Your text is kept."
        if live.model is None and not live.loading:
            return f"No model is loaded; {key('open')} opens one. Your text is kept."
        return ""

    def action_stop(self) -> None:
        """Stop the present reply or load; say so if it has just ended."""
        if self.busy:
            self._stopped, self._busy_at = True, -math.inf
            self.live.stop()
        else:
            self._busy_at = -math.inf
            self.screen.flash("It had just ended: nothing was stopped.")
            self.screen.frame()

    def action_leave_edit(self) -> None:
        """Cancel editing; the message stays as it was."""
        self.editing = None
        self.prompt.leave_edit()
        self.screen.frame()

    def action_leave(self) -> None:
        """Leave the prompt, so that letters act as keys."""
        self.screen.set_focus(None)

    def action_regenerate(self) -> None:
        """Answer the last message again."""
        refusal = self._refusal()
        if refusal:
            self.screen.app.notify(refusal, severity="warning", markup=False)
        elif self.live.regenerate():
            self.screen.playhead.go_end()

    def action_edit(self) -> None:
        """Choose an earlier message to edit in the prompt and send again."""

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
        """Start a new conversation; ask first if there is one."""
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
                "Start a new conversation?",
                detail=f"The present one stays on the timeline{recorded}.",
                begin_with=True,
            ),
            decided,
        )

    def action_new_conversation(self) -> None:
        """Start a new conversation; the earlier messages can still be viewed."""
        if len(self.live.conversation):
            back, on = self.screen.key("skip_back"), self.screen.key("go_end")
            self.screen.flash(
                f"New conversation. {back} goes back to the earlier one, {on} returns."
            )
        self.live.new_conversation()
        self.screen.playhead.go_end()
        if self.editing is not None:
            self.action_leave_edit()
        self.screen.frame()

    def action_settings(self) -> None:
        """Change the sampling settings and the system prompt."""

        def changed(result: tuple[Sampling, str] | None) -> None:
            if result is not None:
                self.live.sampling = result[0]
                self.live.set_system(result[1])

        self.screen.app.push_screen(
            SettingsDialog(self.live.sampling, self.live.conversation.system), changed
        )

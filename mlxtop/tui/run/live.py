"""The screen of a run as it happens: the prompt, and everything a chat needs."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from mlxtop import config as settings
from mlxtop import format as fmt
from mlxtop import paths
from mlxtop.events import Sampling
from mlxtop.recording.library import RecordingInfo, broken_run
from mlxtop.sources.live import Live
from mlxtop.sources.options import Wanted
from mlxtop.text import one_line
from mlxtop.tui.chat.history import PromptHistory
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.dialogs.edit import EditPicker
from mlxtop.tui.dialogs.note import NoteDialog
from mlxtop.tui.dialogs.settings import SettingsDialog
from mlxtop.tui.keys import bindings
from mlxtop.tui.opening import OpenRecording
from mlxtop.tui.run.header import RecordingSign, recorder_sign
from mlxtop.tui.run.moment import FINDINGS_SECONDS
from mlxtop.tui.run.screen import NO_KEYS, RunScreen

if TYPE_CHECKING:
    from mlxtop.tui.bench.desk import BenchDesk

_NEEDS_CONVERSATION = frozenset({"regenerate", "edit"})


class LiveScreen(RunScreen):
    """Chat with a model while the machine is watched."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("live"))
    can_ask = True

    def __init__(self, source: Live, hz: float, chosen_keys: Mapping[str, str] = NO_KEYS) -> None:
        super().__init__(source, hz, chosen_keys)
        self.live = source
        self.editing: int | None = None
        """Place of the message that the prompt edits."""
        self.first_run = False
        """True until it was said once where recordings are kept."""
        self.broken_run: RecordingInfo | None = None
        """The newest recording, where its run broke off."""
        self._told = 0
        self._was_dead = False
        self._state: tuple[object, ...] = ()

    def compose_prompt(self) -> ComposeResult:
        """Yield the prompt."""
        options = self.live.options
        keep = options.text and options.record
        history = PromptHistory(paths.history_file() if keep else None)
        self._warn(history.problem)
        yield Prompt(history=history, id="prompt")

    def on_mount(self) -> None:
        """Begin at the prompt; after a dialog, who had left it stays outside."""
        self.query_one(Prompt).focus()
        self._look_for_broken_run(self.live.options.recordings)

    @work(thread=True)
    def _look_for_broken_run(self, folder: Path) -> None:
        info = broken_run(folder)
        if info is not None:
            self.app.call_from_thread(self._offer_broken_run, info)

    def _offer_broken_run(self, info: RecordingInfo) -> None:
        self.broken_run = info
        self.refresh_bindings()
        began = fmt.date(info.wall)
        self.app.notify(
            f"The last run ended unclean ({began}, {one_line(info.model, 60)}). "
            f"{self.key('broken_run')} opens its final {FINDINGS_SECONDS:.0f} seconds.",
            severity="warning",
            markup=False,
        )

    def action_broken_run(self) -> None:
        """Open the final seconds of the run that broke off."""
        info, self.broken_run = self.broken_run, None
        self.refresh_bindings()
        if info is not None:
            self.app.clear_notifications()
            self.post_message(OpenRecording(info.path, explain_end=True))

    def react(self) -> None:
        """Show new notices, and the keys that act now."""
        live = self.live
        if self._was_dead and not live.engine_dead:
            # What was said of its death, and of what could not be sent meanwhile, is over.
            self.app.clear_notifications()
        self._was_dead = live.engine_dead
        for news in live.news[self._told :]:
            self.app.notify(
                "\n".join([one_line(news.text, 400), *(one_line(n, 100) for n in news.log[-3:])]),
                severity="error" if news.failed else "information",
                markup=False,
            )
        self._told = len(live.news)
        state = (
            live.answering,
            live.loading,
            live.engine_dead,
            live.model is not None,
            len(live.conversation),
            self.playhead.following,
            self.editing,
        )
        if state != self._state:
            self._state = state
            self.refresh_bindings()

    def status_words(self, t: float) -> str:
        """Return the most pressing thing to say."""
        live, said = self.live, self.live.recorder.status
        if live.engine_dead:
            text = next((n.text for n in reversed(live.news) if n.failed), "The engine stopped.")
            key = self.key("restart_engine")
            return f"{key} starts the engine again; the conversation is kept. {text}"
        if self.editing is not None:
            return f"Editing message {self.editing + 1}: Enter sends it, Esc leaves it as it was."
        if said.state in ("paused", "failed"):
            return said.sentence
        if self.playhead.frozen:
            behind = self.playhead.end - t
            mark = self.mark_words(t)
            return (
                f"Frozen {fmt.seconds(behind)} ago; the run goes on. {self.key('freeze')} returns."
                + (f"  {mark}" if mark else "")
            )
        return super().status_words(t)

    def recording_sign(self) -> RecordingSign:
        """Return whether and how much is recorded."""
        status = self.live.recorder.status
        return recorder_sign(status, self.playhead.end, waiting="from the first turn")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what does nothing at the moment."""
        live = self.live
        busy = live.answering or live.loading
        if action == "stop":
            return busy
        if action == "leave_edit":
            return self.editing is not None and not busy and not self.enlarged
        if action == "leave":
            free = not busy and not self.enlarged and self.editing is None
            return free and isinstance(self.focused, Prompt)
        if action in _NEEDS_CONVERSATION:
            return len(live.conversation) > 0 and not live.answering
        if action == "unload":
            return live.model is not None
        if action == "restart_engine":
            return live.engine_dead
        if action == "engine_log":
            return live.engine_dead
        if action == "broken_run":
            return self.broken_run is not None
        if action == "go_end":
            return self.playhead.frozen
        if action == "prompt":
            return not isinstance(self.focused, Prompt)
        return super().check_action(action, parameters)

    # -- the chat ------------------------------------------------------------------------------

    @on(Prompt.Submitted)
    def _submitted(self, event: Prompt.Submitted) -> None:
        if not self._say(event.text):
            return
        self._warn(event.prompt.accept())

    def _warn(self, problem: str | None) -> None:
        if problem:
            self.app.notify(one_line(problem, 400), severity="warning", markup=False)

    @on(Transcript.Suggested)
    def _suggested(self, event: Transcript.Suggested) -> None:
        self._say(event.text)

    @on(Prompt.Page)
    def _page(self, event: Prompt.Page) -> None:
        transcript = self.query_one(Transcript)
        if event.pages < 0:
            transcript.scroll_page_up(animate=False)
        else:
            transcript.scroll_page_down(animate=False)

    def _say(self, text: str) -> bool:
        """Send a text, in place of the message that is edited; return whether it was sent."""
        refusal = self._refusal()
        if refusal:
            self.app.notify(refusal, severity="warning", markup=False)
            return False
        self.playhead.go_end()
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
        if live.answering:
            return "The model is still answering; Esc stops it. Your text is kept."
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
        self.query_one(Prompt).focus()

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
                detail=f"What was said stays on the strip of time{recorded}.",
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

    def action_mark(self) -> None:
        """Mark the moment looked at, with a note."""
        t = self.playhead.time()

        def noted(note: str | None) -> None:
            if note is not None:
                self.live.mark(note, t)
                self.frame()

        self.app.push_screen(NoteDialog(), noted)

    def action_record(self) -> None:
        """Turn the recording off or on."""
        recorder = self.live.recorder
        recorder.set_on(not recorder.on)
        self.frame()

    @property
    def writes(self) -> bool:
        """Whether letters go into the prompt."""
        return isinstance(self.focused, Prompt)

    @cached_property
    def benches(self) -> "BenchDesk":
        """The benchmarks of this run."""
        from mlxtop.tui.bench.desk import BenchDesk

        return BenchDesk(self)

    def action_bench(self) -> None:
        """Choose a benchmark's plan and run it in place of the chat."""
        self.benches.choose()

    def action_unload(self) -> None:
        """Let go of the model."""
        self.live.unload()

    def _engine_log(self) -> tuple[str, ...]:
        return next((news.log for news in reversed(self.live.news) if news.log), ())

    def action_engine_log(self) -> None:
        """Show the last lines that the engine wrote to its log."""
        from mlxtop.tui.dialogs.show import TextDialog

        why = next((news.text for news in reversed(self.live.news) if news.failed), "")
        lines = "\n".join(self._engine_log()) or "It wrote nothing to its log."
        self.app.push_screen(TextDialog("why the engine stopped", f"{why}\n\n{lines}"))

    def action_restart_engine(self) -> None:
        """Start a stopped engine again."""
        self.live.restart_engine()
        self.frame()

    def open_model(self, wanted: Wanted) -> None:
        """Load a model in place of the one that is loaded."""
        self.live.stop()
        self.live.load(wanted)
        self.playhead.go_end()
        self.query_one(Prompt).focus()

"""The screen of a live run: its messages, its engine and its recording."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult

from mlxtop import config as settings
from mlxtop import format as fmt
from mlxtop.recording.library import RecordingInfo, broken_run
from mlxtop.sources.live import Live
from mlxtop.sources.options import EarlierConversation, ModelSpec
from mlxtop.text import one_line, scrub
from mlxtop.tui.chat.facts import suggestions
from mlxtop.tui.chat.prompt import Prompt
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.parts import acts_through
from mlxtop.tui.recording_request import OpenRecording
from mlxtop.tui.run.attention import Attention, Focus, teller
from mlxtop.tui.run.chat import ChatController
from mlxtop.tui.run.conversation_export import ConversationExport
from mlxtop.tui.run.header import RecordingSign
from mlxtop.tui.run.playhead import FINDINGS_SECONDS
from mlxtop.tui.run.recording_control import RecordingControl
from mlxtop.tui.run.screen import RunScreen

if TYPE_CHECKING:
    from mlxtop.tui.bench.service import BenchService

SEEN = "broken_run_seen"
"""The interrupted run that was viewed: it is not offered again."""
_WHY_NOT = {
    "engine_log": "The engine is running; its log is available once it has stopped.",
    "restart_engine": "The engine is running; there is nothing to restart.",
    "broken_run": "There is no interrupted run to open.",
    "unload": "No model is loaded.",
}
"""Why a key is disabled, by action."""


@acts_through(chat=ChatController, export=ConversationExport, recording=RecordingControl)
class LiveScreen(RunScreen):
    """Chat with a model while the machine is watched."""

    context: ClassVar[str] = "live"
    can_ask = True

    def __init__(self, source: Live, hz: float) -> None:
        super().__init__(source, hz)
        self.live = source
        self.chat = ChatController(self, source)
        self.export = ConversationExport(self, source)
        self.recording = RecordingControl(self, source, begins="from the first message")
        self.parts += [self.chat, self.export, self.recording]
        self.broken_run: RecordingInfo | None = None
        """The newest recording, if its run broke off."""
        self.attention: Attention | None = None
        """What tells of ends and of pressure while you are elsewhere; None: nothing does."""
        self._told = 0
        self._was_dead = False
        self._state: tuple[object, ...] = ()

    def compose_main(self) -> ComposeResult:
        """Yield the conversation and the prompt."""
        yield from super().compose_main()
        yield self.chat.completion_list
        yield self.chat.make_prompt()

    def on_mount(self) -> None:
        """Start in the prompt; after a dialog the focus stays where it was."""
        prompt = self.query_one(Prompt)
        prompt.return_key = self.key("prompt")
        prompt.focus()
        self._look_for_broken_run(self.live.options.recordings)

    @work(thread=True)
    def _look_for_broken_run(self, folder: Path) -> None:
        info = broken_run(folder)
        if info is not None and settings.recall(SEEN) != scrub(str(info.path)):
            self.app.call_from_thread(self._offer_broken_run, info)

    def _offer_broken_run(self, info: RecordingInfo) -> None:
        self.broken_run = info
        self.refresh_bindings()
        began = fmt.date(info.wall)
        self.app.notify(
            f"The last run broke off ({began}, {one_line(info.model, 60)}). "
            f"{self.key('broken_run')} opens its last {FINDINGS_SECONDS:.0f} seconds.",
            severity="warning",
            markup=False,
        )

    def action_broken_run(self) -> None:
        """Open the last seconds of the run that broke off."""
        info, self.broken_run = self.broken_run, None
        self.refresh_bindings()
        if info is not None:
            self.app.clear_notifications()
            self.chat.warn(settings.remember(SEEN, str(info.path)))
            self.post_message(OpenRecording(info.path, explain_end=True))

    def tell_elsewhere(self, how: str) -> None:
        """Report by a bell or a desktop notice what ends while the terminal is not looked at."""
        if how != "off":
            focus = Focus(self.app)
            self.attention = Attention(teller(self.app, how), lambda: focus.is_here)

    def react(self) -> None:
        """Show new notices, and the keys that are enabled now."""
        live = self.live
        if self.attention is not None:
            self.attention.look(live.timeline)
        if self._was_dead and not live.engine_dead:
            # Messages about its death, and about what could not be sent, no longer apply.
            self.app.clear_notifications()
        self._was_dead = live.engine_dead
        for news in live.news[self._told :]:
            self.app.notify(
                "\n".join([one_line(news.text, 400), *(one_line(n, 100) for n in news.log[-3:])]),
                severity="error" if news.failed else "information",
                markup=False,
            )
        self._told = len(live.news)
        self.chat.look()
        state = (
            self.chat.has_just_ended,
            live.answering,
            live.loading,
            live.engine_dead,
            live.unresponsive,
            live.model is not None,
            len(live.conversation),
            self.playhead.following,
            self.chat.editing,
        )
        if state != self._state:
            self._state = state
            self.query_one(Prompt).offers = self._offers()
            self.refresh_bindings()

    def _offers(self) -> tuple[str, ...]:
        """Return the suggestions of an empty conversation, for Down in the prompt."""
        model = self.live.model
        return suggestions(model.model) if model is not None and not self.live.conversation else ()

    def status_words(self, t: float) -> str:
        """Return the most urgent message."""
        live, said = self.live, self.live.recorder.status
        if live.engine_dead:
            text = next((n.text for n in reversed(live.news) if n.failed), "The engine stopped.")
            key = self.key("restart_engine")
            return f"{key} restarts the engine; the conversation is kept. {text}"
        if live.unresponsive:
            stop, key = self.key("stop"), self.key("restart_engine")
            return (
                f"The engine is not responding: {stop} or {key} restarts it; "
                "the conversation is kept."
            )
        if self.chat.editing is not None:
            number, leave = self.chat.editing + 1, self.key("leave_edit")
            return f"Editing message {number}: Enter sends it, {leave} cancels."
        if said.state in ("paused", "failed"):
            return said.sentence
        if self.playhead.frozen:
            behind = self.playhead.end - t
            mark = self.mark_words(t)
            back = self.key("freeze")
            return f"Viewing {fmt.seconds(behind)} ago; the run continues. {back} returns." + (
                f"  {mark}" if mark else ""
            )
        return super().status_words(t)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is enabled."""
        live = self.live
        if action == "unload":
            return live.model is not None
        if action == "restart_engine":
            return live.engine_dead or live.unresponsive
        if action == "engine_log":
            return live.engine_dead
        if action == "broken_run":
            return self.broken_run is not None
        if action == "prompt":
            return not self.chat.writes
        if action == "suggestion":
            return bool(self._offers()) and not self.enlarged
        return super().check_action(action, parameters)

    def why_not(self, action: str) -> str:
        """Return why an action is disabled."""
        return self.chat.why_not(action) or _WHY_NOT.get(action) or super().why_not(action)

    # -- the prompt ----------------------------------------------------------------------------

    def recording_sign(self) -> RecordingSign:
        """Return the state of the recording."""
        return self.recording.sign()

    def takes_typed(self, event: events.Key) -> bool:
        """Pass a letter that is not a key here to the prompt."""
        return self.chat.takes_typed(event)

    def on_paste(self, event: events.Paste) -> None:
        """Pass a paste to the prompt."""
        self.chat.take_pasted(event)

    def focus_main(self) -> None:
        """Go to the prompt."""
        self.action_prompt()

    def action_prompt(self) -> None:
        """Go back to the prompt."""
        self.deck.show_page(None)
        prompt = self.chat.prompt
        # At once if it is on the screen: the next key may come before a delayed focus.
        if prompt.focusable:
            self.set_focus(prompt)
        else:
            prompt.focus()

    def action_suggestion(self) -> None:
        """Put the next suggestion into the prompt."""
        self.action_prompt()
        self.chat.prompt.action_cursor_down()

    @on(Transcript.Suggested)
    def _suggested(self, event: Transcript.Suggested) -> None:
        self.chat.send(event.text)
        self.action_prompt()

    @on(Prompt.EditorWanted)
    def _edit_in_editor(self) -> None:
        self.chat.action_open_editor()

    @on(Prompt.Page)
    def _page(self, event: Prompt.Page) -> None:
        if event.pages < 0:
            self.action_page_up()
        else:
            self.action_page_down()

    # -- benchmarks, model and engine ----------------------------------------------------------

    @property
    def writes(self) -> bool:
        """Whether letters go to the model."""
        return self.chat.writes

    @cached_property
    def benches(self) -> "BenchService":
        """The benchmarks of this run."""
        from mlxtop.tui.bench.service import BenchService

        return BenchService(self)

    def action_bench(self) -> None:
        """Choose a benchmark's plan and run it instead of the chat."""
        self.benches.choose()

    def action_unload(self) -> None:
        """Unload the model."""
        self.live.unload()

    def _engine_log(self) -> tuple[str, ...]:
        return next((news.log for news in reversed(self.live.news) if news.log), ())

    def action_engine_log(self) -> None:
        """Show the last lines of the engine's log."""
        from mlxtop.tui.dialogs.pick import TextDialog

        why = next((news.text for news in reversed(self.live.news) if news.failed), "")
        lines = "\n".join(self._engine_log()) or "The log is empty."
        self.app.push_screen(TextDialog("why the engine stopped", f"{why}\n\n{lines}"))

    def action_restart_engine(self) -> None:
        """Restart an engine that stopped or does not answer."""
        self.live.restart_engine()
        self.frame()

    def open_model(self, wanted: ModelSpec) -> None:
        """Load a model; it replaces the loaded one."""
        if not self.live.unresponsive:
            self.live.stop()
        self.live.load(wanted)
        self.playhead.go_end()
        self.query_one(Prompt).focus()

    def resume(self, earlier: EarlierConversation, wanted: ModelSpec | None) -> None:
        """Continue a conversation of a recording; None keeps the model."""
        if self.chat.editing is not None:
            self.chat.action_leave_edit()
        self.live.resume(earlier)
        if wanted is not None:
            self.open_model(wanted)
        self.playhead.go_end()
        self.action_prompt()
        self.flash(earlier.sentence)

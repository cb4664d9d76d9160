"""What a live run and a replay share: the frame, the panes, the moment looked at."""

from textual import events, on
from textual.app import ComposeResult

from mlxtop.actions import BY_ID, CONTEXTS
from mlxtop.events import LoadEnd
from mlxtop.sources import Source
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.panes import CpuPane, GpuPane, MemoryPane, PressurePane, SpeedPane
from mlxtop.tui.run.figures import KeyFigures
from mlxtop.tui.run.header import NO_MODEL, RecordingSign, RunHeader, pace_words
from mlxtop.tui.run.status import StatusLine
from mlxtop.tui.run.taking import TakingScreen
from mlxtop.tui.toasts import place_toasts
from mlxtop.tui.widgets.drawn import BlankHorizontal, BlankVertical
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.strip import TimeStrip
from mlxtop.tui.zoom import ZoomView

NOTICE_SECONDS = 8.0
"""How long a notice or an error stands above the strip."""


class RunScreen(TakingScreen):
    """A run on one screen; what is drawn is a function of timeline, moment and size."""

    CSS_PATH = "screen.tcss"
    HORIZONTAL_BREAKPOINTS = [
        (0, "-tiny"),
        (30, "-narrow"),
        (100, "-medium"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [
        (0, "-flat"),
        (10, "-low"),
        (30, "-tall"),
    ]
    AUTO_FOCUS = ""
    can_ask = False
    """Whether there is a model to say something to."""
    BLANK = True

    def __init__(self, source: Source, hz: float) -> None:
        """Draw `source` at `hz` frames a second."""
        super().__init__(source)
        self.hz = hz
        self._behind = 0
        """Frames that came while something stood above this screen."""

    def compose(self) -> ComposeResult:
        """Lay out chat left, panes right, the strip of time below."""
        yield from self.compose_head()
        with BlankHorizontal(id="body"):
            with BlankVertical(id="chat", classes="shown"):
                yield from self.compose_chat()
            with BlankVertical(id="panes"):
                yield from self.compose_panes()
        yield ZoomView(id="zoom")
        yield StatusLine(id="status")
        yield TimeStrip(id="strip")
        yield KeyFooter(id="footer")

    def compose_head(self) -> ComposeResult:
        """Yield what stands above all: the header, and the figures of a narrow screen."""
        yield RunHeader(id="header")
        yield KeyFigures(id="figures")

    def compose_chat(self) -> ComposeResult:
        """Yield what stands beside the panes."""
        opens = self.key("open") if self.can_ask else ""
        yield Transcript(id="transcript", can_ask=self.can_ask, opens=opens)
        yield from self.compose_prompt()

    def compose_panes(self) -> ComposeResult:
        """Yield the panes, from top to bottom."""
        yield SpeedPane(id="speed")
        yield MemoryPane(id="memory")
        yield PressurePane(id="pressure")
        yield GpuPane(id="gpu")
        yield CpuPane(id="cpu")

    def compose_prompt(self) -> ComposeResult:
        """Yield what stands below the transcript."""
        return iter(())

    def on_mount(self) -> None:
        """Start the frame clock."""
        self.set_interval(1 / self.hz, self.frame)
        self.call_after_refresh(self.frame)

    def on_screen_resume(self) -> None:
        """Draw again at once when this screen comes back."""
        if self.is_mounted:
            self.call_after_refresh(self.frame)

    def on_resize(self) -> None:
        """Draw at the new size without waiting for the next frame."""
        self.call_after_refresh(self.frame)

    def frame(self) -> None:
        """Draw everything visible as of the moment looked at."""
        self.source.poll()
        self.react()
        if not self.on_top:
            # Behind a dialog each change is blended with it again: once a second will do.
            self._behind += 1
            if not self.is_under_dialog or self._behind % max(1, round(self.hz)):
                return
        self.draw(self.playhead.time())

    @property
    def is_under_dialog(self) -> bool:
        """True while nothing but dialogs lies above this screen."""
        stack = self.app.screen_stack
        return self in stack and all(screen.is_modal for screen in stack[stack.index(self) + 1 :])

    def react(self) -> None:
        """Act on what the source brought; for a live run."""

    def draw(self, t: float) -> None:
        """Draw the moment t on every visible widget."""
        timeline = self.timeline
        header = self.query_one(RunHeader)
        header.without = self.without_model()
        header.show(timeline, t, self.recording_sign(), self.rate_words())
        quiet = self.status_is_quiet and not self.said
        self.show_status(self.said or self.status_words(t), quiet=quiet)
        figures = self.query_one(KeyFigures)
        if figures.display:
            figures.show(timeline, t)
        if self.enlarged:
            self.query_one(ZoomView).show(timeline, t)
        else:
            self.draw_chat(t)
            for pane in self.visible_panes():
                pane.show(timeline, t)
        if self.query("Toast"):
            place_toasts(self)
        strip = self.query_one(TimeStrip)
        if strip.display:
            strip.show(timeline, t, self.playhead)

    def action_page_up(self) -> None:
        """Go a page back in what was said."""
        self.query_one(Transcript).scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        """Go a page on in what was said."""
        self.query_one(Transcript).scroll_page_down(animate=False)

    def show_status(self, sentence: str, *, quiet: bool) -> None:
        """Show the sentence above the strip."""
        self.query_one(StatusLine).show(sentence, quiet=quiet)

    def draw_chat(self, t: float) -> None:
        """Draw what stands beside the panes."""
        transcript = self.query_one(Transcript)
        if self.is_shown(transcript):
            transcript.show(self.timeline, t)

    def show_found(self, words: str) -> None:
        """Bring out a text in the conversation, and the conversation itself."""
        if words:
            self.show_chat()
        for transcript in self.query(Transcript):
            transcript.bring_out(words)

    def recording_sign(self) -> RecordingSign:
        """Return what the header says about the recording."""
        return RecordingSign()

    def without_model(self) -> str:
        """Return what the header says where no model is in memory."""
        return NO_MODEL

    def rate_words(self) -> str:
        """Return the header's last word: frames and readings per second, or playing speed."""
        return pace_words(self.timeline, self.playhead.time(), self.hz)

    def takes_typed(self, event: events.Key) -> bool:
        """Take a key that nothing on the screen took, and return whether it was text."""
        return False

    def action_say_elsewhere(self, action: str) -> None:
        """Say where an action is to be had, where it is not here."""
        there = next(run for name in BY_ID[action].at if (run := CONTEXTS[name].run))
        does = BY_ID[action].help
        self.say(f"Only in {there}: {does[0].lower()}{does[1:]}.")
        self.frame()

    def why_not(self, action: str) -> str:
        """Return why an action has nothing to do at the moment."""
        return f"No search yet; {self.key('find')} searches."

    def action_say_why_not(self, action: str) -> None:
        """Say why a key does nothing."""
        self.say(self.why_not(action))
        self.frame()

    def status_words(self, t: float) -> str:
        """Return the sentence above the strip: what was said in the last seconds, or nothing."""
        # What was said of an engine is over when the next one is ready.
        engines = self.timeline.engine.between(t - NOTICE_SECONDS, t)
        since = engines[-1][0] if engines else t - NOTICE_SECONDS
        recent = self.timeline.notices.between(since, t)
        said = [(at, notice.text) for at, notice in recent]
        for at, event in self.timeline.loading.between(since, t):
            if isinstance(event, LoadEnd) and event.error:
                said.append((at, event.error))
        return max(said)[1] if said else self.mark_words(t)

    def mark_words(self, t: float) -> str:
        """Return the note of the mark that lies nearest before t, where it is near."""
        recent = self.timeline.marks.between(t - NOTICE_SECONDS, t)
        return f"⚑ {recent[-1][1].note}" if recent and recent[-1][1].note else ""

    @property
    def status_is_quiet(self) -> bool:
        """Whether the sentence is good to know and no more."""
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what does nothing at the moment."""
        if action == "restore":
            return self.enlarged
        if action in ("forget_found", "find_next", "find_previous"):
            return bool(self.found.words) and not self.enlarged
        return True

    @on(TimeStrip.SeekBy)
    def _seek_by(self, event: TimeStrip.SeekBy) -> None:
        self.playhead.skip(event.seconds)
        self.moved()

    @on(TimeStrip.Seek)
    def _seek(self, event: TimeStrip.Seek) -> None:
        self.playhead.go_to(event.t)
        self.moved()

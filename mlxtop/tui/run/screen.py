"""What the screens of all sources share: the frame, its widgets, the sentence of the moment."""

from collections.abc import Sequence
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen

from mlxtop import clock
from mlxtop.actions import BY_ID, CONTEXTS
from mlxtop.events import LoadEnd
from mlxtop.sources import Playhead, Source
from mlxtop.timeline import Timeline
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.chat.transcript import Transcript
from mlxtop.tui.dialogs.base import DismissOnce
from mlxtop.tui.panes import PANES, Face
from mlxtop.tui.panes.deck import PaneDeck, is_shown
from mlxtop.tui.parts import ScreenPart, acts_through
from mlxtop.tui.run.header import (
    NO_MODEL,
    RecordingSign,
    RunHeader,
    machine_words,
    model_words,
    pace_words,
)
from mlxtop.tui.run.playhead import PlayheadController
from mlxtop.tui.run.status import KeyFigures, StatusLine
from mlxtop.tui.toasts import place_toasts, reading_seconds
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.timeline_strip import TimelineStrip

NOTICE_SECONDS = 8.0
"""How long a notice or an error stands above the strip."""


@acts_through(transport=PlayheadController, deck=PaneDeck)
class RunScreen(DismissOnce[None], Keyed, Screen[None]):
    """A source on one screen; what is drawn is a function of timeline, moment and size."""

    CSS_PATH = Path(__file__).with_name("screen.tcss")
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
        super().__init__()
        self.source = source
        self.hz = hz
        self.transport = PlayheadController(self, source)
        self.deck = PaneDeck(self.faces(), focus_main=self.focus_main, id="deck")
        self.parts: list[ScreenPart] = [self.deck, self.transport]
        """What does the screen's actions, with what it does itself."""
        self._flashed = ("", 0.0)
        """What a key had to say, and until when it stands above the strip."""
        self._behind = 0
        """Frames that came while something stood above this screen."""

    @property
    def timeline(self) -> Timeline:
        """The store that is drawn."""
        return self.source.timeline

    @property
    def playhead(self) -> Playhead:
        """The moment that is drawn."""
        return self.source.playhead

    @property
    def enlarged(self) -> bool:
        """Whether one pane takes the place of all else."""
        return self.deck.enlarged

    @property
    def broke_off(self) -> bool:
        """Whether it is a run that ended without saying so."""
        return False

    def compose(self) -> ComposeResult:
        """Lay out what is specific to the source left, panes right, the strip of time below."""
        yield RunHeader(id="header")
        yield KeyFigures(self.faces(), id="figures")
        with self.deck:
            yield from self.compose_main()
        yield StatusLine(id="status")
        yield TimelineStrip(id="strip")
        yield KeyFooter(id="footer")

    def faces(self) -> Sequence[Face]:
        """Return what the panes show, top first."""
        return list(PANES.values())

    def compose_main(self) -> ComposeResult:
        """Yield what stands beside the panes."""
        opens = self.key("open") if self.can_ask else ""
        yield Transcript(id="transcript", can_ask=self.can_ask, opens=opens)

    def focus_main(self) -> None:
        """Give the focus to what stands beside the panes."""
        self.set_focus(None)

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
        self.query_one(RunHeader).show(
            self.model_words(t),
            machine_words(timeline, t),
            self.recording_sign(),
            self.rate_words(),
        )
        flashed = self.flashed
        quiet = self.status_is_quiet and not flashed
        self.show_status(flashed or self.status_words(t), quiet=quiet)
        figures = self.query_one(KeyFigures)
        if figures.display:
            figures.show(timeline, t)
        if not self.enlarged:
            self.draw_main(t)
        self.deck.show(timeline, t)
        if self.query("Toast"):
            place_toasts(self)
        strip = self.query_one(TimelineStrip)
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

    def draw_main(self, t: float) -> None:
        """Draw what stands beside the panes."""
        transcript = self.query_one(Transcript)
        if is_shown(transcript):
            transcript.show(self.timeline, t)

    def show_found(self, words: str) -> None:
        """Bring out a text in the conversation, and the conversation itself."""
        if words:
            self.deck.show_main()
        for transcript in self.query(Transcript):
            transcript.bring_out(words)

    def recording_sign(self) -> RecordingSign:
        """Return what the header says about the recording."""
        return RecordingSign()

    def model_words(self, t: float) -> tuple[str, ...]:
        """Return what the header says of the model, in more words and in fewer."""
        return model_words(self.timeline, t, NO_MODEL)

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
        self.flash(f"Only in {there}: {does[0].lower()}{does[1:]}.")
        self.frame()

    def why_not(self, action: str) -> str:
        """Return why an action has nothing to do at the moment."""
        return f"No search yet; {self.key('find')} searches."

    def action_say_why_not(self, action: str) -> None:
        """Say why a key does nothing."""
        self.flash(self.why_not(action))
        self.frame()

    def flash(self, words: str) -> None:
        """Show words above the strip for as long as it takes to read them."""
        self._flashed = (words, clock.now() + reading_seconds(words))

    @property
    def flashed(self) -> str:
        """What a key had to say, while it is to be read."""
        return self._flashed[0] if clock.now() < self._flashed[1] else ""

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
        for part in self.parts:
            if (acts := part.acts(action)) is not None:
                return acts
        return True

    @on(PaneDeck.Changed)
    def _deck_changed(self) -> None:
        self.call_after_refresh(self.frame)

    @on(TimelineStrip.SeekBy)
    def _seek_by(self, event: TimelineStrip.SeekBy) -> None:
        self.playhead.skip(event.seconds)
        self.transport.moved()

    @on(TimelineStrip.Seek)
    def _seek(self, event: TimelineStrip.Seek) -> None:
        self.playhead.go_to(event.t)
        self.transport.moved()

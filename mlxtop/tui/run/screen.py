"""What the screens of all sources share: the frame clock, widgets and the status message."""

from collections.abc import Sequence
from pathlib import Path

from textual import events, on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.screen import Screen

from mlxtop import clock, plots
from mlxtop import format as fmt
from mlxtop.actions import BY_ID, CONTEXTS
from mlxtop.events import LoadEnd
from mlxtop.sources import Playhead, Source
from mlxtop.text import clean
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
    past_words,
)
from mlxtop.tui.run.playhead import PlayheadController
from mlxtop.tui.run.status import KeyFigures, StatusLine
from mlxtop.tui.toasts import place_toasts, reading_seconds
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.timeline_strip import TimelineStrip

NOTICE_SECONDS = 8.0
"""Seconds that a notice or an error stays above the timeline."""
CHARTS_AFTER_SECONDS = 0.5
"""When enlarged charts are prepared: after the first frame, before somebody asks for one."""


@acts_through(transport=PlayheadController, deck=PaneDeck)
class RunScreen(DismissOnce[None], Keyed, Screen[None]):
    """A source on one screen, drawn as a function of timeline, moment and size."""

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
    """Whether there is a model to chat with."""
    BLANK = True

    def __init__(self, source: Source, hz: float) -> None:
        """Draw `source` at `hz` frames a second."""
        super().__init__()
        self.source = source
        self.hz = hz
        self.transport = PlayheadController(self, source)
        self.deck = PaneDeck(self.faces(), focus_main=self.focus_main, id="deck")
        self.parts: list[ScreenPart] = [self.deck, self.transport]
        """Parts with actions, besides the screen's own."""
        self._flashed = ("", 0.0)
        """The message of a key, and until when it is shown."""
        self._behind = 0
        """Frames that came while a dialog was above this screen."""

    @property
    def timeline(self) -> Timeline:
        """The timeline that is drawn."""
        return self.source.timeline

    @property
    def playhead(self) -> Playhead:
        """The playhead at the moment that is drawn."""
        return self.source.playhead

    @property
    def enlarged(self) -> bool:
        """Whether one pane fills the screen."""
        return self.deck.enlarged

    @property
    def broke_off(self) -> bool:
        """Whether the run broke off."""
        return False

    def compose(self) -> ComposeResult:
        """Lay out the main part on the left, panes on the right, the timeline below."""
        yield RunHeader(id="header")
        yield KeyFigures(self.faces(), id="figures")
        with self.deck:
            yield from self.compose_main()
        yield StatusLine(id="status")
        yield TimelineStrip(id="strip")
        yield KeyFooter(id="footer")

    def faces(self) -> Sequence[Face]:
        """Return the faces of the panes, top first."""
        return list(PANES.values())

    def compose_main(self) -> ComposeResult:
        """Yield the widgets of the main part, beside the panes."""
        opens = self.key("open") if self.can_ask else ""
        yield Transcript(id="transcript", can_ask=self.can_ask, opens=opens)

    def focus_main(self) -> None:
        """Focus the main part."""
        self.set_focus(None)

    def on_mount(self) -> None:
        """Start the frame clock."""
        self.set_interval(1 / self.hz, self.frame)
        self.call_after_refresh(self.frame)
        self.set_timer(CHARTS_AFTER_SECONDS, self._load_charts)

    @work(thread=True)
    def _load_charts(self) -> None:
        """Import what enlarged charts need, so that the first one does not hold up the screen."""
        plots.load()

    def on_screen_resume(self) -> None:
        """Draw at once when this screen comes back."""
        if self.is_mounted:
            self.call_after_refresh(self.frame)

    def on_resize(self) -> None:
        """Draw at the new size without waiting for the next frame."""
        self.call_after_refresh(self.frame)

    def frame(self) -> None:
        """Draw everything visible as of the present moment of the playhead."""
        self.source.poll()
        self.react()
        if not self.on_top:
            # Behind a dialog each change is blended again: once a second is enough.
            self._behind += 1
            if not self.is_under_dialog or self._behind % max(1, round(self.hz)):
                return
        self.draw(self.playhead.time())

    @property
    def is_under_dialog(self) -> bool:
        """True while only dialogs are above this screen."""
        stack = self.app.screen_stack
        return self in stack and all(screen.is_modal for screen in stack[stack.index(self) + 1 :])

    def react(self) -> None:
        """Handle new events of the source; for a live run."""

    def draw(self, t: float) -> None:
        """Draw the moment t on every visible widget."""
        timeline = self.timeline
        self.query_one(RunHeader).show(
            self.model_words(t),
            machine_words(timeline, t),
            self.recording_sign(),
            self.rate_words(),
            past_words(self.playhead.end - t, self.key("freeze")) if self.playhead.frozen else (),
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

    # -- selecting with the mouse --------------------------------------------------------------

    @on(events.TextSelected)
    def _selected(self) -> None:
        if text := self.get_selected_text():
            self.flash(f"{fmt.counted(len(text), 'character')} selected: Ctrl+C copies.")
            self.frame()

    def action_copy_text(self) -> None:
        """Copy the text that was selected with the mouse."""
        text = self.get_selected_text()
        if not text:
            raise SkipAction
        self.run_worker(self._copy_selected(text))

    async def _copy_selected(self, text: str) -> None:
        # Imported here: most runs copy nothing.
        from mlxtop.tui.chat.clipboard import copy

        self.app.notify(await copy(self.app, clean(text)), markup=False)

    def action_page_up(self) -> None:
        """Go a page back in the conversation."""
        self.query_one(Transcript).scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        """Go a page forward in the conversation."""
        self.query_one(Transcript).scroll_page_down(animate=False)

    def show_status(self, sentence: str, *, quiet: bool) -> None:
        """Show the message above the timeline."""
        self.query_one(StatusLine).show(sentence, quiet=quiet)

    def draw_main(self, t: float) -> None:
        """Draw the main part."""
        transcript = self.query_one(Transcript)
        if is_shown(transcript):
            transcript.show(self.timeline, t, by_latency=self.transport.by_latency)

    def show_found(self, words: str) -> None:
        """Highlight a text in the conversation, and show the conversation."""
        if words:
            self.deck.show_main()
        for transcript in self.query(Transcript):
            transcript.bring_out(words)

    def recording_sign(self) -> RecordingSign:
        """Return what the header says about the recording."""
        return RecordingSign()

    def model_words(self, t: float) -> tuple[str, ...]:
        """Return descriptions of the model for the header, longest first."""
        return model_words(self.timeline, t, NO_MODEL)

    def rate_words(self) -> str:
        """Return the header's last text: the rate of readings, or the speed of a replay."""
        return pace_words(self.timeline, self.playhead.time(), self.hz)

    def takes_typed(self, event: events.Key) -> bool:
        """Handle a key that nothing on the screen handled; return whether it was text."""
        return False

    def action_say_elsewhere(self, action: str) -> None:
        """Say where an action is available."""
        there = next(run for name in BY_ID[action].at if (run := CONTEXTS[name].run))
        does = BY_ID[action].help
        self.flash(f"Only in {there}: {does[0].lower()}{does[1:]}.")
        self.frame()

    def why_not(self, action: str) -> str:
        """Return why an action is disabled."""
        return f"No search yet; {self.key('find')} searches."

    def action_say_why_not(self, action: str) -> None:
        """Say why an action is disabled."""
        self.flash(self.why_not(action))
        self.frame()

    def flash(self, words: str) -> None:
        """Show a message above the timeline for as long as it takes to read it."""
        self._flashed = (words, clock.now() + reading_seconds(words))

    @property
    def flashed(self) -> str:
        """The message of a key, while it is shown."""
        return self._flashed[0] if clock.now() < self._flashed[1] else ""

    def status_words(self, t: float) -> str:
        """Return the message above the timeline: a notice of the last seconds, or nothing."""
        # Notices about an engine no longer apply when the next one is ready.
        engines = self.timeline.engine.between(t - NOTICE_SECONDS, t)
        since = engines[-1][0] if engines else t - NOTICE_SECONDS
        recent = self.timeline.notices.between(since, t)
        messages = [(at, notice.text) for at, notice in recent]
        for at, event in self.timeline.loading.between(since, t):
            if isinstance(event, LoadEnd) and event.error:
                messages.append((at, event.error))
        return max(messages)[1] if messages else self.mark_words(t)

    def mark_words(self, t: float) -> str:
        """Return the note of the last mark in the seconds before t."""
        recent = self.timeline.marks.between(t - NOTICE_SECONDS, t)
        return f"⚑ {recent[-1][1].note}" if recent and recent[-1][1].note else ""

    @property
    def status_is_quiet(self) -> bool:
        """Whether the message is only a remark, not a problem."""
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action is enabled."""
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

"""The keys that look at another moment, the same on every screen of a source."""

from bisect import bisect_left
from math import inf
from typing import Any, Protocol

from textual.app import App

from mlxtop import format as fmt
from mlxtop.sources import Source
from mlxtop.sources.find import Found, Hit
from mlxtop.sources.playhead import Unit
from mlxtop.text import one_line
from mlxtop.timeline import Timeline

SKIP_SECONDS = 10.0
FINDINGS_SECONDS = 30.0
"""How far back is looked for what stands out."""
_DIRECTIONS = {True: "later", False: "earlier"}


_PHASES = {"load": "Loading the model", "prefill": "Prefill", "decode": "Decode", "idle": "Idle"}


class SourceView(Protocol):
    """What the controller needs of the screen that shows the moment."""

    @property
    def app(self) -> App[Any]:
        """The app, which shows dialogs."""

    @property
    def enlarged(self) -> bool:
        """Whether one pane takes the place of all else."""

    @property
    def broke_off(self) -> bool:
        """Whether it is a run that ended without saying so."""

    def flash(self, words: str) -> None:
        """Show words for as long as it takes to read them."""

    def frame(self) -> None:
        """Draw everything visible as of the moment looked at."""

    def refresh_bindings(self) -> None:
        """Show the keys that act now."""

    def show_found(self, words: str) -> None:
        """Bring out a text wherever it stands on the screen; none where it is empty."""


class PlayheadController:
    """Moves a source's playhead by keys, and says where it went."""

    def __init__(self, view: SourceView, source: Source) -> None:
        self.view = view
        self.playhead = source.playhead
        self.timeline = source.timeline
        self.found = Found("")
        """What was looked for last."""
        self._looped = False
        """Whether there was a loop when the moment was changed last."""

    def acts(self, action: str) -> bool | None:
        """Return whether an action has something to do now; None where it is not of this part."""
        match action:
            case "forget_found" | "find_next" | "find_previous":
                return bool(self.found.words) and not self.view.enlarged
            case "go_end":
                return not self.playhead.following
        return None

    def moved(self, words: str = "") -> None:
        """Draw at once after the moment was changed by hand, and answer the key in words.

        Without any, what an earlier key had to say is over: the moment is another one.
        """
        given_up = self._looped and self.playhead.loop is None
        self._looped = self.playhead.loop is not None
        self.view.flash(f"{words} The loop is cleared.".strip() if given_up else words)
        self.view.frame()
        self.view.refresh_bindings()

    def action_freeze(self) -> None:
        """Freeze or follow a live run; play or pause a replay."""
        self.playhead.toggle()
        self.moved()

    def action_step(self, unit: Unit, forward: bool) -> None:
        """Look at the next sample, token, phase or mark, or at the one before."""
        went = self.playhead.step(unit, forward=forward)
        words = step_words(self.timeline, self.playhead.time(), unit)
        self.moved(words if went else f"There is no {_DIRECTIONS[forward]} {unit}.")

    def action_skip_back(self) -> None:
        """Look ten seconds back."""
        self.playhead.skip(-SKIP_SECONDS)
        self.moved()

    def action_skip_forward(self) -> None:
        """Look ten seconds forward."""
        self.playhead.skip(SKIP_SECONDS)
        self.moved()

    def action_go_start(self) -> None:
        """Look at the beginning."""
        self.playhead.go_start()
        self.moved()

    def action_go_end(self) -> None:
        """Look at now, or at the end of a replay."""
        self.playhead.go_end()
        self.moved()

    def action_slower(self) -> None:
        """Play slower."""
        self.playhead.change_speed(-1)
        self.moved()

    def action_faster(self) -> None:
        """Play faster."""
        self.playhead.change_speed(1)
        self.moved()

    def action_loop(self) -> None:
        """Choose where a loop begins, then where it ends; then give it up."""
        playhead = self.playhead
        begun = playhead.loop_from is not None
        playhead.choose_loop()
        if playhead.loop is not None:
            length = fmt.seconds(playhead.loop[1] - playhead.loop[0])
            self.moved(f"Playing {length} over and over; the same key gives it up.")
        elif self._looped:
            self.moved()
        elif begun:
            self.moved("A loop that short cannot be played: begin again, and end it further on.")
        else:
            self.moved("A loop begins here: go to its end and press the same key there.")

    def action_go_to(self) -> None:
        """Ask for a time and look there."""
        from mlxtop.tui.dialogs.go_to import GoToDialog

        playhead = self.playhead

        def go(t: float | None) -> None:
            if t is not None:
                playhead.go_to(t)
                self.moved()

        self.view.app.push_screen(
            GoToDialog(
                start=playhead.start,
                now=playhead.time(),
                end=playhead.end,
                wall=self.timeline.wall(playhead.start),
                marks=[(at, mark.note) for at, mark in self.timeline.marks.between(-inf, inf)],
            ),
            go,
        )

    def action_findings(self) -> None:
        """Show what stands out just before the moment looked at, and go to what is chosen."""
        self.show_findings(self.playhead.time())

    def show_findings(self, end: float) -> None:
        """Show what stands out in the span that ends at a moment."""
        from mlxtop.findings import findings
        from mlxtop.tui.dialogs.find import FindingsDialog

        playhead = self.playhead
        start = max(playhead.start, end - FINDINGS_SECONDS)
        is_the_end = not playhead.live and end >= playhead.end
        found = findings(
            self.timeline,
            start,
            end,
            is_the_runs_end=is_the_end,
            broke_off=is_the_end and self.view.broke_off,
        )
        span = f"{fmt.clock(start - playhead.start)} to {fmt.clock(end - playhead.start)}"

        def go(t: float | None) -> None:
            if t is not None:
                playhead.go_to(t)
                self.moved()

        dialog = FindingsDialog(found, title=f"what stands out, {span}", start=playhead.start)
        self.view.app.push_screen(dialog, go)

    # -- finding what was said -----------------------------------------------------------------

    def action_find(self) -> None:
        """Ask for a text and look at the moment it was said."""
        from mlxtop.tui.dialogs.find import FindDialog

        playhead = self.playhead

        def go(found: tuple[Found, Hit] | None) -> None:
            if found is not None:
                self.found = found[0]
                self._look_at(found[1])

        self.view.app.push_screen(
            FindDialog(
                self.timeline,
                start=playhead.start,
                now=playhead.time(),
                words=self.found.words,
            ),
            go,
        )

    def action_find_next(self, forward: bool) -> None:
        """Look at the next place of what was looked for, or at the one before."""
        hits, t = self.found.hits, self.playhead.time()
        if not hits:
            self.action_find()
            return
        if forward:
            later = [hit for hit in hits if hit.t > t]
            hit = later[0] if later else hits[0]
        else:
            earlier = [hit for hit in hits if hit.t < t]
            hit = earlier[-1] if earlier else hits[-1]
        self._look_at(hit)

    def _look_at(self, hit: Hit) -> None:
        place, count = self.found.hits.index(hit) + 1, len(self.found.hits)
        self.playhead.go_to(hit.t)
        self.view.show_found(self.found.words)
        more = " or more" if self.found.more else ""
        self.moved(f"“{hit.text}”: place {place} of {count}{more}.")

    def action_forget_found(self) -> None:
        """Let what was found stand as everything else."""
        self.found = Found("")
        self.view.show_found("")
        self.moved()


def step_words(timeline: Timeline, t: float, unit: Unit) -> str:
    """Return what is at time t, that was stepped to; empty where the screen shows it."""
    match unit:
        case "token":
            return _token(timeline, t)
        case "phase":
            turn = timeline.turn_log.at(t)
            name = timeline.phases.at(t)
            of = f" of reply {turn.number}" if turn and name in ("prefill", "decode") else ""
            return f"{_PHASES[name]}{of} begins here."
        case "mark":
            mark = timeline.marks.at(t)
            return f"⚑ {one_line(mark.note, 300) or 'a mark without a note'}" if mark else ""
        case "sample":
            return ""


def _token(timeline: Timeline, t: float) -> str:
    turn = timeline.turn_log.at(t)
    if turn is None or not len(turn.times):
        return ""
    place = bisect_left(turn.times, t)
    words = f"Token {place + 1:,} of {len(turn.times):,} of reply {turn.number}"
    if place == 0:
        return f"{words}, {fmt.seconds(t - turn.start.t)} after it was asked for (TTFT)."
    return f"{words}, {fmt.seconds(t - turn.times[place - 1])} after the one before."

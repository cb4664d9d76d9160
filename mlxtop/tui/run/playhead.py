"""The keys that move to another moment, the same on every screen of a source."""

from bisect import bisect_left
from math import inf
from typing import Any, Protocol

from textual.app import App

from mlxtop import format as fmt
from mlxtop.folds.turn import Turn
from mlxtop.sources import Source
from mlxtop.sources.find import Found, Hit
from mlxtop.sources.playhead import Unit
from mlxtop.text import one_line
from mlxtop.timeline import Timeline

SKIP_SECONDS = 10.0
FINDINGS_SECONDS = 30.0
"""Seconds before a moment that are searched for findings."""
_DIRECTIONS = {True: "later", False: "earlier"}


_PHASES = {"load": "Loading the model", "prefill": "Prefill", "decode": "Decode", "idle": "Idle"}


class SourceView(Protocol):
    """What the controller needs of its screen."""

    @property
    def app(self) -> App[Any]:
        """The app, which shows dialogs."""

    @property
    def enlarged(self) -> bool:
        """Whether one pane fills the screen."""

    @property
    def broke_off(self) -> bool:
        """Whether the run broke off."""

    def flash(self, words: str) -> None:
        """Show a message for as long as it takes to read it."""

    def frame(self) -> None:
        """Draw everything visible as of the present moment of the playhead."""

    def refresh_bindings(self) -> None:
        """Show the keys that are enabled now."""

    def show_found(self, words: str) -> None:
        """Highlight the matches of a text on the screen; an empty text clears them."""


class PlayheadController:
    """Moves a source's playhead by keys, and shows where it is."""

    def __init__(self, view: SourceView, source: Source) -> None:
        self.view = view
        self.playhead = source.playhead
        self.timeline = source.timeline
        self.found = Found("")
        """The last search."""
        self.by_latency = False
        """Whether slow tokens are coloured: while one steps from token to token."""
        self._slowest: tuple[float, int] | None = None
        """The moment of the last slow token gone to, and how many were gone to before it."""
        self._looped = False
        """Whether there was a loop at the last move."""

    def acts(self, action: str) -> bool | None:
        """Return whether an action is enabled now; None if it is not of this part."""
        match action:
            case "forget_found" | "find_next" | "find_previous":
                return bool(self.found.words) and not self.view.enlarged
            case "go_end":
                return not self.playhead.following
        return None

    def moved(self, words: str = "", *, by_token: bool = False) -> None:
        """Draw at once after the user moved the playhead, and show a message.

        An empty one clears the message of an earlier key, which was about another moment.
        """
        self.by_latency = by_token
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
        """Go to the next sample, token, phase or mark, or to the previous one."""
        went = self.playhead.step(unit, forward=forward)
        words = step_words(self.timeline, self.playhead.time(), unit)
        missing = f"There is no {_DIRECTIONS[forward]} {unit}."
        self.moved(words if went else missing, by_token=unit == "token")

    def action_slowest(self) -> None:
        """Go to the slowest token of the reply, and from there to the next slowest one."""
        t = self.playhead.time()
        turn = self.timeline.turn_log.at(t)
        slowest = [] if turn is None else turn.slowest()
        if turn is None or not slowest:
            self.moved("No reply of two tokens here.")
            return
        again = self._slowest is not None and self._slowest[0] == t
        rank = self._slowest[1] + 1 if again and self._slowest is not None else 0
        rank %= len(slowest)
        t = turn.times[slowest[rank]]
        self.playhead.go_to(t)
        self._slowest = (self.playhead.time(), rank)
        words = _token(self.timeline, t)
        words = f"Slowest, {rank + 1:,} of {len(slowest):,}: {words[0].lower()}{words[1:]}"
        self.moved(words, by_token=True)

    def action_skip_back(self) -> None:
        """Go ten seconds back."""
        self.playhead.skip(-SKIP_SECONDS)
        self.moved()

    def action_skip_forward(self) -> None:
        """Go ten seconds forward."""
        self.playhead.skip(SKIP_SECONDS)
        self.moved()

    def action_skip_seconds(self, seconds: float) -> None:
        """Go some seconds later, or earlier if negative."""
        self.playhead.skip(seconds)
        self.moved()

    def action_go_start(self) -> None:
        """Go to the beginning."""
        self.playhead.go_start()
        self.moved()

    def action_go_end(self) -> None:
        """Go to now, or to the end of a replay."""
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
        """Set where a loop begins, then where it ends; a third time clears it."""
        playhead = self.playhead
        begun = playhead.loop_from is not None
        playhead.choose_loop()
        if playhead.loop is not None:
            length = fmt.seconds(playhead.loop[1] - playhead.loop[0])
            self.moved(f"Playing {length} in a loop; the same key clears it.")
        elif self._looped:
            self.moved()
        elif begun:
            self.moved("The loop is too short to play: start again, and end it later.")
        else:
            self.moved("A loop begins here: go to its end and press the same key.")

    def action_go_to(self) -> None:
        """Ask for a time and go there."""
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
        """Show the findings just before this moment, and go to the chosen one."""
        self.show_findings(self.playhead.time())

    def show_findings(self, end: float) -> None:
        """Show the findings in the span that ends at a moment."""
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

        dialog = FindingsDialog(found, title=f"findings, {span}", start=playhead.start)
        self.view.app.push_screen(dialog, go)

    # -- search --------------------------------------------------------------------------------

    def action_find(self) -> None:
        """Ask for a text and go to the moment of a match."""
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
        """Go to the next match, or to the previous one."""
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
        self.moved(f"“{hit.text}”: match {place} of {count}{more}.")

    def action_forget_found(self) -> None:
        """Clear the highlighted matches."""
        self.found = Found("")
        self.view.show_found("")
        self.moved()


def step_words(timeline: Timeline, t: float, unit: Unit) -> str:
    """Return a description of the step at time t; empty if the screen shows it."""
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
        return f"{words}, {fmt.seconds(t - turn.start.t)} after the request (TTFT)."
    return f"{words}, {fmt.seconds(turn.gap(place))} after the previous one{_slow(turn, place)}."


def _slow(turn: Turn, place: int) -> str:
    """Return words for the colour of a token."""
    latency, seconds = turn.latency(inf), turn.gap(place)
    if latency is None or seconds <= latency.p95:
        return ""
    name, limit = ("p99", latency.p99) if seconds > latency.p99 else ("p95", latency.p95)
    return f", above {name} ({fmt.seconds(limit)})"

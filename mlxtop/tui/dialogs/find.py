"""Dialogs that search the conversation, and list findings in a span of a run."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mlxtop.findings import Finding, Severity
from mlxtop.sources.find import NO_TEXT, Found, Hit, find, keeps_text, lacks_text
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.dialogs.base import Dialog
from mlxtop.tui.dialogs.pick import PickDialog
from mlxtop.tui.widgets.playback import precise_clock

_WHO = {"user": "you", "assistant": "model", "system": "system"}
_BEFORE = 24
"""Characters shown before a match, so that matches line up."""


class FindDialog(PickDialog[tuple[Found, Hit]]):
    """Lists the matches of the typed text; the first one after now is highlighted."""

    DEFAULT_CSS = """
    FindDialog > #frame { width: 110; }
    """

    def __init__(self, timeline: Timeline, *, start: float, now: float, words: str) -> None:
        """`start` is what times count from, `now` the moment on the screen; in seconds."""
        nothing, self._keeps_text = "type a text to search for", keeps_text(timeline)
        if not self._keeps_text:
            nothing = NO_TEXT if lacks_text(timeline) else "no messages yet"
        super().__init__("find", (), nothing=nothing)
        self._timeline, self._start, self._now, self._words = timeline, start, now, words
        self._hint = nothing
        self._found = Found("")

    def on_mount(self) -> None:
        """Start with the last search, selected."""
        line = self.query_one(Input)
        line.placeholder = "search the messages"
        line.value = self._words
        line.action_select_all()
        super().on_mount()

    def fill(self, words: str) -> None:
        """List the matches of a text."""
        found = self._found = find(self._timeline, words)
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(Option(self._row(hit)) for hit in found.hits)
        after = (place for place, hit in enumerate(found.hits) if hit.t > self._now)
        listed.highlighted = next(after, 0) if found.hits else None
        self._show_count(words)

    def _show_count(self, words: str) -> None:
        count = len(self._found.hits)
        nothing = self.query_one("#nothing", Static)
        sought = self._keeps_text and words.strip()
        nothing.update(f"no match for {words!r}" if sought and not count else self._hint)
        nothing.display = not count
        more = " or more" if self._found.more else ""
        noun = "match" if count == 1 and not more else "matches"
        matches = f"{count:,}{more} {noun} · " if count else ""
        self.query_one(
            "#frame"
        ).border_subtitle = f"{matches}Enter goes there · {self.key('cancel')} cancels"

    def _row(self, hit: Hit) -> Content:
        clock = precise_clock(hit.t - self._start).rjust(9)
        return Content.assemble(
            (f"{clock}  {_WHO.get(hit.role, hit.role):<7}", "$quiet"),
            hit.before[-_BEFORE:].rjust(_BEFORE),
            (hit.text, "bold $mark"),
            hit.after,
        )

    def take(self, place: int) -> None:
        """Close with a match."""
        self.dismiss((self._found, self._found.hits[place]))


_WORDS = {
    Severity.CRITICAL: ("✖ critical", "$error"),
    Severity.WARNING: ("▲ warning", "$warning"),
    Severity.NOTE: ("• note", "$quiet"),
    Severity.NONE: ("✔ fine", "$success"),
}


class FindingsDialog(Dialog[float]):
    """Lists findings, the worst first; Enter returns the moment of the chosen one."""

    DEFAULT_CSS = """
    FindingsDialog > #frame { width: 100; }
    FindingsDialog OptionList { text-wrap: wrap; text-overflow: fold; }
    """

    def __init__(self, found: Sequence[Finding], *, title: str, start: float) -> None:
        """`start` is what times count from, seconds on the shared clock."""
        super().__init__()
        self._found, self._title, self._start = found, title, start

    def compose(self) -> ComposeResult:
        """Lay out the list and a sentence on its source."""
        with Vertical(id="frame") as frame:
            frame.border_title = one_line(self._title, 80)
            frame.border_subtitle = f"Enter goes to the moment · {self.key('cancel')} cancels"
            yield OptionList(*(Option(self._row(finding)) for finding in self._found))
            yield Static(
                "Found by fixed rules from the recorded figures; anything else is not detected.",
                classes="quiet",
                markup=False,
            )

    def _row(self, finding: Finding) -> Content:
        word, colour = _WORDS[finding.severity]
        clock = precise_clock(finding.t - self._start).rjust(9)
        return Content.assemble(
            (f"{word:<11}", colour), (f"{clock}  ", "$quiet"), one_line(finding.text, 400)
        )

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index].t)

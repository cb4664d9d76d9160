"""The conversation as of a moment, drawn line by line.

One widget draws every message on the Line API. Measured at 110×50 with Textual's Markdown, a
widget for each block: 60 replies (107,000 characters) took 18 s to mount, and a frame of a reply
that streams below them 490 ms. Here 200 messages of 400,000 characters take 1 s, and such a frame
19 ms (`benchmarks/transcript.py`). Also, appending to that widget loses blocks after HTML and
after an update, and the picture must depend only on the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline
from mlxtop.timeline.transcript import Entry
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.chat.facts import empty_lines, suggestions
from mlxtop.tui.chat.lines import BLANK, CLASSES, CSS, Inks, StyledLine
from mlxtop.tui.chat.links import ask_to_open
from mlxtop.tui.chat.message import MessageView
from mlxtop.tui.widgets.row_cache import CachedRows

REMEMBERED = 400
"""Messages whose layout is kept while they are not shown, for moving back and forth."""
MORE_BELOW = " ↓ more below "


class Transcript(Keyed, CachedRows, ScrollView, can_focus=True):
    """Messages from top to bottom; follows the end unless the user scrolled up."""

    COMPONENT_CLASSES = CLASSES
    DEFAULT_CSS = (
        """
    Transcript {
        height: 1fr; width: 1fr; padding: 0 1;
        overflow-x: hidden; overflow-y: scroll;
        scrollbar-size-vertical: 1;
    }
    """
        + CSS
    )
    context: ClassVar[str] = "transcript"

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """Width and height of all lines. A change does not lay out the whole screen: the scrollbar
    always has its cell, so that nothing around the transcript moves."""

    class Suggested(Message):
        """The user picked one of the suggestions of an empty conversation."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        *,
        id: str | None = None,
        classes: str | None = None,
        can_ask: bool = True,
        opens: str = "",
    ) -> None:
        """`can_ask`: whether an empty conversation suggests first prompts.

        `opens` is the key that opens a model, shown if none is loaded.
        """
        super().__init__(id=id, classes=classes)
        self.can_ask = can_ask
        self._opens = opens
        self._views: list[MessageView] = []
        self._known: dict[tuple[float, int], MessageView] = {}
        self._lines: list[StyledLine] = []
        self._starts: list[int] = []
        """Row at which each message begins; all but the first have a blank row above."""
        self._shown: tuple[object, ...] = ()
        self._model: str | None = None
        self._width = 0
        self._following = True
        self._is_empty = True
        """True while there are no messages, and suggestions are shown."""
        self._inks = Inks(self)
        self._found: re.Pattern[str] | None = None
        """The pattern that is highlighted."""
        self._found_row: int | None = None
        """Row of the match found: the last one at that moment."""
        self._found_t: float | None = None
        """That moment; None until it is drawn."""
        self._strips: dict[int, Strip] = {}
        self._blank: Strip | None = None
        """A row below the end."""
        self.lines_laid_out = 0
        """Counts lines laid out again, for tests and benchmarks."""

    # -- what is shown -------------------------------------------------------------------------

    def show(self, timeline: Timeline, t: float, *, by_latency: bool = False) -> None:
        """Draw the conversation as of time t; cheap if nothing changed.

        `by_latency`: the slow tokens of the reply at t are coloured.
        """
        moment = (id(timeline), timeline.version, t, self._room, by_latency)
        if moment == self._shown:
            return
        self._shown = moment
        entries = timeline.transcript.at(t)
        loaded = timeline.model.at(t)
        model = None if loaded is None else loaded.model
        first = self._take(timeline, entries, t, timeline.turn_log.at(t) if by_latency else None)
        if self._width != self._room:
            first = 0
        said = any(entry.index >= 0 for entry in entries)
        if not said and (model != self._model or not self._lines):
            first = 0
        self._model = model
        if first is not None:
            self._lay_out(first)
        self._point_at_found(t)

    def _point_at_found(self, t: float) -> None:
        """Find the row of the match when it is first drawn; at earlier moments there is none."""
        if self._found is None:
            return
        before = self._found_row
        if self._found_t is None:
            self._found_t = t
            rows = reversed(range(len(self._lines)))
            texts = ((row, self._lines[row].text) for row in rows)
            self._found_row = next((row for row, text in texts if self._found.search(text)), None)
        elif t < self._found_t:
            self._found_row = None
        if self._found_row != before:
            self._strips.clear()
            self.refresh()

    @property
    def _room(self) -> int:
        return max(1, self.scrollable_content_region.width)

    def _take(
        self, timeline: Timeline, entries: Sequence[Entry], t: float, by_latency: Turn | None
    ) -> int | None:
        """Take the entries; return the index of the first message that changed."""
        first: int | None = None
        for place, entry in enumerate(entries):
            view = self._views[place] if place < len(self._views) else None
            if view is None or view.key != entry.key:
                view = self._known.get(entry.key)
                if view is None:
                    view = self._known[entry.key] = MessageView(entry.key)
                self._views[place : place + 1] = [view]
                first = place if first is None else first
            colours = by_latency is not None and entry.turn is by_latency
            if view.update(timeline, entry, t, by_latency=colours) and first is None:
                first = place
        if len(self._views) > len(entries):
            del self._views[len(entries) :]
            first = len(entries) if first is None else first
        if len(self._known) > len(self._views) + REMEMBERED:
            self._known = {view.key: view for view in self._views}
        return first

    def _lay_out(self, first: int) -> None:
        """Lay out the lines from message `first` on."""
        self._width = width = self._room
        keep = self._starts[first] if first < len(self._starts) else len(self._lines)
        if first == 0 or self._is_empty:
            first = keep = 0
        before = self._lines[keep:]
        del self._lines[keep:], self._starts[first:]
        for view in self._views[first:]:
            self._starts.append(len(self._lines))
            if len(self._starts) > 1:
                self._lines.append(BLANK)
            self._lines += view.lines(width)
        self._is_empty = all(view.is_system for view in self._views)
        if self._is_empty:
            gap = [BLANK] if self._lines else []
            self._lines += gap + empty_lines(
                self._model, width, self.size.height, can_ask=self.can_ask, opens=self._opens
            )
        self._forget(keep, before)
        self._resize_to(Size(width, len(self._lines)))
        self.refresh()

    def _forget(self, keep: int, before: Sequence[StyledLine]) -> None:
        """Clear the cached strips from row `keep` on, except those of unchanged lines."""
        rows = {row for row in self._strips if row >= keep}
        for row, (old, new) in enumerate(zip(before, self._lines[keep:], strict=False), keep):
            if old is new:
                rows.discard(row)
            else:
                self.lines_laid_out += 1
        self.lines_laid_out += max(0, len(self._lines) - keep - len(before))
        for row in rows:
            del self._strips[row]

    def _resize_to(self, size: Size) -> None:
        """Set the size for the scrollbar, and keep the end in sight while following."""
        following = self._following
        self.virtual_size = size
        bar = self.vertical_scrollbar
        bar.window_virtual_size, bar.window_size = size.height, self.container_size.height
        self.scroll_y = min(self.scroll_y, self.max_scroll_y)
        self._following = following
        if following:
            self.follow()

    def bring_out(self, words: str) -> None:
        """Highlight all matches of a text, ignoring case, the last one most; scroll to the end."""
        self._found_row = self._found_t = None
        self._shown = ()
        self._found = re.compile(re.escape(words), re.IGNORECASE) if words.strip() else None
        self._strips.clear()
        self.follow()
        self.refresh()

    @property
    def text(self) -> str:
        """The conversation as plain text."""
        return "\n".join(line.text.rstrip() for line in self._lines)

    # -- drawing -------------------------------------------------------------------------------

    def row_key(self, y: int) -> int:
        """Return the row of the whole conversation at visible row y."""
        return self.scroll_offset.y + y

    def render_line(self, y: int) -> Strip:
        """Return visible row y."""
        row, width = self.scroll_offset.y + y, self.scrollable_content_region.width
        if self.more_below and y == self.scrollable_content_region.height - 1:
            label = Content(MORE_BELOW).stylize("quiet")
            below = self._inks.strip(StyledLine(label), min(width, label.cell_length))
            return Strip.join([self._strip(row, width).crop(0, width - below.cell_length), below])
        return self._strip(row, width)

    @property
    def more_below(self) -> bool:
        """True if the user scrolled up, so that the end is out of sight."""
        return self.scroll_offset.y < self.max_scroll_y

    def _strip(self, row: int, width: int) -> Strip:
        if row >= len(self._lines):
            return self._empty_row(width)
        selection = self.text_selection
        strip = self._strips.get(row)
        if strip is not None and strip.cell_length == width and selection is None:
            return strip
        line = self._with_found(self._lines[row], row == self._found_row)
        if selection is not None and (span := selection.get_span(row)) is not None:
            start, end = span
            whole = line.whole
            end = len(whole) if end == -1 else end
            style = self.screen.get_visual_style("screen--selection", partial=True)
            selected = StyledLine(whole.stylize(style, start, end), line.style)
            return self._inks.strip(selected, width).apply_offsets(0, row)
        strip = self._inks.strip(line, width).apply_offsets(0, row)
        if selection is None:
            self._strips[row] = strip
        return strip

    def _with_found(self, line: StyledLine, is_now: bool) -> StyledLine:
        if self._found is None or not (found := list(self._found.finditer(line.text))):
            return line
        whole = line.whole
        for match in found:
            now = is_now and match is found[-1]
            whole = whole.stylize("found-now" if now else "found", *match.span())
        return StyledLine(whole, line.style)

    def _empty_row(self, width: int) -> Strip:
        if self._blank is None or self._blank.cell_length != width:
            self._blank = Strip.blank(width, self.base_style)
        return self._blank

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text."""
        return selection.extract("\n".join(line.text for line in self._lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Clear what was drawn in the colours of another theme."""
        super().notify_style_update()
        self._inks.forget()
        self._strips.clear()
        self._blank = None

    # -- scrolling, folding, links -------------------------------------------------------------

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end while it is in sight."""
        super().watch_scroll_y(old_value, new_value)
        self._following = round(new_value) >= self.max_scroll_y

    def on_resize(self) -> None:
        """Lay out again at the new width, and keep the end in sight."""
        if self._shown and (self._room != self._width or self._is_empty):
            self._lay_out(0)
        elif self._following:
            self.follow()

    def follow(self) -> None:
        """Scroll to the end, and keep it in sight."""
        # Forced: the scrollbar that allows scrolling appears only with the next layout.
        # Not by scroll_end: it would come after a page key that is pressed meanwhile.
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)
        self._following = True

    def page(self, pages: int) -> None:
        """Scroll by pages, up if negative."""
        # Forced, as above: a key pressed before the next layout must not be lost.
        lines = pages * max(1, self.size.height - 2)
        self.scroll_relative(y=lines, animate=False, immediate=True, force=True)

    def action_toggle_thinking(self) -> None:
        """Unfold all thinking and the system prompt, or fold them again."""
        unfold = not any(view.unfolded for view in self._views)
        self._toggle(view for view in self._views if view.unfolded != unfold)

    def _toggle(self, views: Iterable[MessageView]) -> None:
        for view in views:
            view.toggle()
        self._lay_out(0)

    def focus_on_click(self) -> bool:
        """Take no focus on a click if there is a prompt, so that typing continues there."""
        return not self.can_ask

    async def on_click(self, event: events.Click) -> None:
        """Open a link after asking, unfold, or take a suggestion."""
        if address := event.style.meta.get("href"):
            ask_to_open(self.app, str(address))
            return
        offset = event.get_content_offset(self)
        row = self.scroll_offset.y + offset.y if offset is not None else -1
        if not 0 <= row < len(self._lines):
            return
        match self._lines[row].action:
            case "toggle":
                self._toggle([self._views[bisect_right(self._starts, row) - 1]])
            case "suggest":
                # The line itself may be cut.
                place = sum(line.action == "suggest" for line in self._lines[:row])
                self.post_message(self.Suggested(suggestions(self._model or "")[place]))

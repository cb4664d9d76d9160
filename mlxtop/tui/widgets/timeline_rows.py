"""The rows of the timeline: phases with their speed, times, marks, and the turns."""

from bisect import bisect_left
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import ceil, inf

from rich.cells import cell_len, set_cell_size

from mlxtop import format as fmt
from mlxtop.folds.turn import rate_between
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.timeline.phases import PhaseName
from mlxtop.tui.widgets.playback import PlaybackState
from mlxtop.tui.widgets.rows import Row, Span, fit, length, merge
from mlxtop.tui.widgets.shades import both

PAGES = tuple(
    [minutes * 60.0 for minutes in (1, 2, 5, 10, 20, 30)]
    + [hours * 3600.0 for hours in (1, 2, 5, 10, 24)]
)
"""Lengths of the timeline; the smallest that contains the run is used."""

_SIGNS = {"idle": "▁", "load": "░", "prefill": "▒"}
"""What each phase is drawn with; decode has `_SPEEDS`."""
_SPEEDS = "▃▄▅▆▇█"
"""Decode by its tokens/s, from none to the highest of the run."""
_BUSY: tuple[PhaseName, ...] = ("load", "prefill", "decode")
"""Phases in their order."""
_TWO = "▌"
"""A cell with two phases: the left half in the colour of the first."""
TIMED, DATED = 60, 160
"""Columns from which the time of day fits, and also the date."""


def page(elapsed: float) -> float:
    """Return the seconds that the timeline spans for a run of this length."""
    for seconds in PAGES:
        if elapsed <= seconds:
            return seconds
    days = -(-elapsed // PAGES[-1])
    return days * PAGES[-1]


@dataclass(frozen=True, slots=True)
class Scale:
    """Converts between moments and cells of the timeline."""

    origin: float
    end: float
    """The last moment that can be viewed."""
    page: float
    cells: int

    def cell(self, t: float) -> int:
        """Return the cell of time t, within the timeline."""
        share = (t - self.origin) / self.page
        return max(0, min(self.cells - 1, int(share * self.cells)))

    def time(self, cell: int) -> float:
        """Return the moment in the middle of a cell, within the run."""
        t = self.origin + (cell + 0.5) / max(1, self.cells) * self.page
        return max(self.origin, min(t, self.end))


def scale_at(timeline: Timeline, t: float, cells: int, *, fitted: bool = False) -> Scale:
    """Return the timeline's scale as of time t.

    `fitted`: the run fills it, because it has ended.
    """
    origin = timeline.origin
    if origin is None:
        return Scale(t, t, PAGES[0], cells)
    end = max(timeline.last or origin, min(t, origin + PAGES[0]) if t > origin else origin)
    end = max(end, t)
    elapsed = end - origin
    return Scale(origin, end, max(1.0, elapsed) if fitted else page(elapsed), cells)


def phases(timeline: Timeline, scale: Scale) -> list[str]:
    """Return the phase of each cell, "" after the end of the data.

    A cell with several phases has two names, `prefill-decode`, so that a short turn shows both; of
    three, the first and the last. Idle is shown only if there is no other phase.
    """
    if timeline.origin is None:
        return [""] * scale.cells
    last, found = scale.cell(scale.end), timeline.phases
    width = scale.page / max(1, scale.cells)
    cells = []
    for cell in range(last + 1):
        left = scale.origin + cell * width
        # The last cell also contains everything after it.
        right = left + width if cell < scale.cells - 1 else inf
        names = [name for name in _BUSY if found.within(name, left, right)]
        cells.append("-".join(dict.fromkeys((names[0], names[-1]))) if names else "idle")
    return cells + [""] * (scale.cells - last - 1)


def speeds(timeline: Timeline, scale: Scale, names: Sequence[str]) -> list[float | None]:
    """Return the tokens/s of each cell with decode; None without decode, or before two tokens."""
    width = scale.page / max(1, scale.cells)
    found: list[float | None] = []
    for place, name in enumerate(names):
        left = scale.origin + place * width
        right = left + width if place < scale.cells - 1 else scale.end
        decodes = name.endswith("decode")
        found.append(rate_between(timeline.turn_log, left, right) if decodes else None)
    return found


def _sign(name: str, rate: float | None, highest: float) -> str:
    if "-" in name:
        return _TWO
    if name != "decode":
        return _SIGNS.get(name, " ")
    share = min(1.0, rate / highest) if rate is not None and highest > 0 else 0.0
    return _SPEEDS[max(0, ceil(share * len(_SPEEDS)) - 1)]


def _track(timeline: Timeline, t: float, scale: Scale, *, overlay: bool) -> Row:
    """Return phases by sign and colour, decode by its speed; grey after t."""
    now = scale.cell(t)
    spans: list[Span] = []
    names = phases(timeline, scale)
    rates = speeds(timeline, scale, names)
    highest = max((rate for rate in rates if rate is not None), default=0.0)
    for place, (name, rate) in enumerate(zip(names, rates, strict=True)):
        ink = both(*name.split("-")) if "-" in name else name
        ink = ink if name and place <= now else "rule"
        spans.append((_sign(name, rate, highest), ink))
    if overlay:
        for mark_time in timeline.marks.times:
            if scale.origin <= mark_time <= scale.end:
                cell = scale.cell(mark_time)
                spans[cell] = ("⚑", "mark" if cell <= now else "quiet")
    on_a_mark = any(
        scale.cell(mark) == now
        for mark in timeline.marks.times
        if scale.origin <= mark <= scale.end
    )
    # A mark above the track replaces the cursor's sign, which must stay visible.
    if spans and (overlay or on_a_mark):
        spans[now] = ("┃", "cursor")
    return merge(spans)


def _flags(timeline: Timeline, t: float, scale: Scale, playback: PlaybackState, focus: bool) -> Row:
    """Return the row above the track: round times, overlaid by marks, loop and cursor.

    With focus, the cursor has arrows.
    """
    now = scale.cell(t)
    marks = [t for t in timeline.marks.times if scale.origin <= t <= scale.end]
    cursor = {now - 1, now, now + 1} if focus else {now}
    times = _labels(scale, scale.cells, {scale.cell(mark) for mark in marks} | cursor)
    spans: list[Span] = [(sign, "quiet") for sign in times]
    free = set(range(scale.cells))

    def put(place: int, sign: str, ink: str) -> None:
        spans[place] = (sign, ink)
        free.discard(place)

    if playback.loop is not None and spans:
        first, last = (scale.cell(moment) for moment in playback.loop)
        for place in range(first, last + 1):
            spans[place] = ("─", "cursor")
        spans[last] = ("┤", "cursor")
        spans[first] = ("├", "cursor")
    for cell in map(scale.cell, marks):
        put(cell, "⚑", "mark" if cell < now else "cursor" if cell == now else "quiet")
    if now in free:
        put(now, "▼", "cursor")
    for place, sign in ((now - 1, "◀"), (now + 1, "▶")) if focus else ():
        if place in free and spans[place][1] == "quiet":
            put(place, sign, "focus")
    return merge(spans)


def _labels(scale: Scale, room: int, taken: AbstractSet[int] = frozenset()) -> str:
    """Return round times at their moments, as many as fit into `room` cells.

    A time that overlaps a `taken` cell is left out: half a time would be misread.
    """
    step = next((s for s in fmt.CLOCK_STEPS if s / scale.page * scale.cells >= 9), scale.page)
    cells = [" "] * scale.cells
    count = 0
    while count * step < scale.page:
        label = fmt.clock(count * step)
        place = round(count * step / scale.page * scale.cells)
        here = range(place, place + len(label))
        if here.stop <= room and taken.isdisjoint(here):
            cells[here.start : here.stop] = label
        count += 1
    return "".join(cells[: max(0, room)])


def _when(timeline: Timeline, t: float, width: int) -> str:
    """Return date and time of day of a moment, if known, and as far as they fit."""
    wall = timeline.wall(t)
    if wall is None or width < TIMED:
        return ""
    date = fmt.date(wall)
    return date if width >= DATED else date[-8:]


LEGEND: tuple[Span, ...] = (
    ("░", "load"),
    (" load  ", "quiet"),
    ("▒", "prefill"),
    (" prefill  ", "quiet"),
    ("▃▅█", "decode"),
    (" decode, by tok/s  ", "quiet"),
    ("▁", "idle"),
    (" idle  ", "quiet"),
    ("⚑", "mark"),
    (" mark", "quiet"),
)
"""What the signs of the track mean."""
_LABEL = 4
"""Fewest cells from the number of a reply to the next one."""
_SAID, _WORDS = 12, 32
"""Fewest and most cells for the number of a reply and the first words of its message."""


def _turns(timeline: Timeline, t: float, scale: Scale, room: int) -> Row:
    """Return the number of each reply below its beginning, and the first words of its message.

    As many as fit into `room` cells; that of the moment t is emphasized.
    """
    log = timeline.turn_log
    places: list[tuple[int, int]] = []
    place = bisect_left(log.times, scale.origin)
    while place < len(log) and log.times[place] <= scale.end:
        cell = scale.cell(log.times[place])
        places.append((cell, place))
        after = scale.origin + (cell + _LABEL) / scale.cells * scale.page
        place = bisect_left(log.times, after, place + 1)
    shown = log.at(t)
    spans: list[Span] = []
    used = 0
    for number, (cell, place) in enumerate(places):
        following = places[number + 1][0] if number + 1 < len(places) else room + 1
        cells = min(following - 1, room) - cell
        turn = log.values[place]
        words = str(turn.number)
        if cells < cell_len(words) or cell < used:
            continue
        asked = timeline.transcript.asked(turn)
        if asked and cells >= _SAID:
            words = fitted(f"{words} {one_line(asked, _WORDS)}", min(cells, _WORDS))
        spans += [(" " * (cell - used), "quiet"), (words, "value" if turn is shown else "quiet")]
        used = cell + cell_len(words)
    return merge(spans)


def fitted(words: str, cells: int) -> str:
    """Return words cut to so many cells."""
    return words if cell_len(words) <= cells else f"{set_cell_size(words, cells - 1).rstrip()}…"


def _ends(left: Row, right: Row, width: int) -> Row:
    """Return a row with a left and a right part; the right one is never cut."""
    room = width - length(right)
    if room <= 0:
        return fit(right, width)
    return merge((*fit(left, room), *right))


def draw_strip(
    timeline: Timeline,
    t: float,
    playback: PlaybackState,
    width: int,
    height: int,
    focus: bool = False,
) -> list[Row]:
    """Return the rows of the timeline."""
    if width <= 0 or height <= 0:
        return []
    scale = scale_at(timeline, t, width, fitted=playback.is_over)
    whole = scale.end - scale.origin
    when = _when(timeline, t, width) if height > 1 else ""
    state = playback.row(max(0.0, t - scale.origin), whole, when)
    if height == 1:
        state = ((" ", "quiet"), *state)
        room = width - length(state)
        if room < 12:
            return [fit(state if room < 0 else _ends((), state, width), width)]
        scale = scale_at(timeline, t, room, fitted=playback.is_over)
        return [merge((*_track(timeline, t, scale, overlay=True), *state))]
    if height == 2:
        end: Row = ((" ", "quiet"), *state)
        times: Row = ((_labels(scale, width - length(end)), "quiet"),)
        return [_track(timeline, t, scale, overlay=True), _ends(times, end, width)]
    rows = [_flags(timeline, t, scale, playback, focus), _track(timeline, t, scale, overlay=False)]
    room = width - length(state) - 3
    below = _turns(timeline, t, scale, room) or (LEGEND if length(LEGEND) <= room else ())
    rows.append(_ends(below, state, width))
    return rows + [fit((), width)] * (height - 3)

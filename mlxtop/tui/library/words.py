"""The lines above the list and above the preview."""

from dataclasses import dataclass, field
from pathlib import Path

from mlxtop import format as fmt
from mlxtop.actions.naming import key_of
from mlxtop.recording.shelf import Item
from mlxtop.text import one_line
from mlxtop.tui.widgets.rows import Row, fit, length, merge

_NONE = "No recordings yet: a run is recorded from its first message on."
_SHIPPED = "none yet: a run's first message begins one; these came along"


@dataclass
class View:
    """What the list holds."""

    directory: Path
    items: list[Item]
    known: bool
    """Whether the directory was looked into."""
    shown: list[Item] = field(default_factory=list)
    """What the filter left, in order."""
    filtered: bool = False
    selected: set[Path] = field(default_factory=set)
    clears: str = key_of("leave", "library")
    """The key that clears the filter, as people write it."""


def draw_title(view: View, width: int) -> Row:
    """Return where the recordings lie, and at the right how many there are and what they take."""
    where = one_line(_short(view.directory), 200)
    left: Row = (("recordings  ", "title"), (where, "quiet"))
    right: Row = ((_count(view), "quiet"),)
    if view.items and view.items[0].shipped:
        left, right = (("recordings  ", "title"), (_SHIPPED, "quiet")), ()
    chosen = [item for item in view.items if item.path in view.selected]
    if chosen:
        size = fmt.size(sum(item.info.bytes for item in chosen))
        right = ((f"● {len(chosen)} selected, {size}", "mark"), ("  ", "quiet"), *right)
    room = width - length(right)
    if room < 14:
        return fit(right, width)
    return merge((*fit(left, room - 2), ("  ", "quiet"), *right))


def _count(view: View) -> str:
    if not view.known:
        return "reading…"
    pending = sum(item.pending for item in view.items)
    count = str(len(view.items))
    if view.filtered:
        count = f"{len(view.shown)} of {count}"
    if pending:
        count += f", {pending} to be read"
    return f"{count}, {fmt.size(sum(item.info.bytes for item in view.items))}"


def draw_rule(view: View, item: Item | None, width: int) -> Row:
    """Return the line between list and preview, with the name of the file that is shown."""
    if item is not None:
        words = f" {one_line(item.path.name, 150)} "
    elif not view.known:
        words = ""
    else:
        nothing = f"Nothing matches the filter; {view.clears} clears it."
        words = f" {nothing if view.items else _NONE} "
    start = (("──", "rule"), (words, "title" if item is not None else "quiet"))
    room = width - length(start)
    return (*start, ("─" * room, "rule")) if room >= 0 else fit(start, width)


def _short(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)

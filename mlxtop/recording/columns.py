"""The columns of a list of recordings: their order, and which are left out first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mlxtop import format as fmt
from mlxtop.recording.directory import ListedRecording
from mlxtop.recording.file import is_given
from mlxtop.recording.library import suffix_of
from mlxtop.text import fit, one_line

GAP = 2
"""Cells between two columns."""
Value = float | str | None


@dataclass(frozen=True)
class ListColumn:
    """A figure of a recording: its title, how it is shown and sorted."""

    name: str
    """Its name in `--sort` and in the state file."""
    title: str
    cells: int
    """Its width in cells; the minimum, if it grows."""
    text: Callable[[ListedRecording], str]
    value: Callable[[ListedRecording], Value]
    """The value to sort by; None if it is not known."""
    right: bool = True
    falling: bool = True
    """Whether the first sort has the greatest first."""
    grows: int = 0
    """Cells to which it may grow if there is room; 0: it does not grow."""


def _date(item: ListedRecording) -> str:
    return fmt.date(item.info.wall)


def _model(item: ListedRecording) -> str:
    names = [one_line(name, 120).rpartition("/")[2] for name in item.models]
    if not names:
        return fmt.UNKNOWN
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else names[0]


def _prompt(item: ListedRecording) -> str:
    """Return what identifies a run: its first prompt, its plan, or the file's name."""
    if item.info.problem:
        return one_line(item.path.name, 120)
    return item.what if item.what.startswith("bench") else one_line(item.prompt)


def _tokens(item: ListedRecording) -> float | None:
    return None if item.figures is None else item.figures.tokens


def _rate(item: ListedRecording) -> float | None:
    return None if item.figures is None else item.figures.tokens_per_second


def _level(item: ListedRecording) -> float | None:
    return None if item.figures is None else item.figures.worst_level


def _pressure(item: ListedRecording) -> str:
    return (item.figures.pressure if item.figures else "") or fmt.UNKNOWN


def _peak(kind: str) -> Callable[[ListedRecording], float | None]:
    return lambda item: None if item.figures is None else item.figures.peak_bytes.get(kind)


def _peak_words(kind: str) -> Callable[[ListedRecording], str]:
    peak = _peak(kind)
    return lambda item: fmt.size(peak(item))


COLUMNS = (
    ListColumn("date", "began", 19, _date, lambda i: i.info.wall, right=False),
    ListColumn(
        "model", "model", 14, _model,
        lambda i: _model(i).lower() if i.models else None,
        right=False, falling=False, grows=36,
    ),
    ListColumn(
        "what", "what", 11, lambda i: i.what or fmt.UNKNOWN, lambda i: i.what or None,
        right=False, falling=False, grows=15,
    ),
    ListColumn("length", "length", 8, lambda i: fmt.clock(i.seconds), lambda i: i.seconds),
    ListColumn("tokens", "tokens", 9, lambda i: fmt.count(_tokens(i)), _tokens),
    ListColumn("speed", "tok/s", 7, lambda i: fmt.rate_number(_rate(i)), _rate),
    ListColumn("wired", "peak wired", 12, _peak_words("wired"), _peak("wired")),
    ListColumn("used", "peak used", 11, _peak_words("used"), _peak("used")),
    ListColumn("pressure", "pressure", 10, _pressure, _level, right=False),
    ListColumn(
        "state", "state", 11, lambda i: i.ended or fmt.UNKNOWN, lambda i: i.ended or None,
        right=False, falling=False,
    ),
    ListColumn("size", "size", 7, lambda i: fmt.size(i.info.bytes), lambda i: i.info.bytes),
    ListColumn(
        "prompt", "first prompt", 14, lambda i: _prompt(i) or fmt.UNKNOWN,
        lambda i: None if i.info.problem else _prompt(i).lower() or None,
        right=False, falling=False, grows=200,
    ),
    ListColumn(
        "file", "file", 18, lambda i: one_line(i.path.name, 120), lambda i: i.path.name,
        right=False, falling=False, grows=60,
    ),
)  # fmt: skip
Layout = Sequence[tuple[ListColumn, int]]
"""Columns, each with its cells."""
BY_NAME = {column.name: column for column in COLUMNS}
_GIVES_WAY = (
    *("file", "what", "size", "tokens", "pressure", "used", "wired"),
    *("length", "state", "prompt", "date", "speed", "model"),
)
"""The columns in the order in which they are left out: those that distinguish runs stay."""
_LEAST_PROMPT = 8
"""Cells of a prompt next to a column that is shown only because the list is sorted by it."""
_GIVES_WAY_TO_NAMES = (
    *("prompt", "size", "used", "wired", "pressure", "tokens"),
    *("model", "date", "length", "state", "what", "speed"),
)
"""The same if whole file names are shown: they contain the model and the date."""


def sort(
    items: Iterable[ListedRecording], column: ListColumn, falling: bool
) -> list[ListedRecording]:
    """Return the items sorted by a column, of equals the newest first, unknown ones last."""
    newest = sorted(items, key=lambda item: (item.info.wall or 0.0, item.path), reverse=True)
    known = [item for item in newest if column.value(item) is not None]
    unknown = [item for item in newest if column.value(item) is None]
    # A reversed sort keeps the order of equals, too.
    return sorted(known, key=column.value, reverse=falling) + unknown  # type: ignore[arg-type]


def layout(
    width: int, items: Sequence[ListedRecording], keep: str = "", *, files: bool | None = None
) -> Layout:
    """Return the columns that fit into `width` cells, each with its cells.

    `keep`: the column that is sorted by. `files`: whether the whole names of the files are shown;
    then `keep` stays as long as possible. None: a name is shown if a person gave it, and `keep`
    takes its room from the prompt if it has none: all others stay in place. Figures that arrive
    later do not change the layout, because only the ends of the files count; but a list of chats
    has no column for the kind, and a benchmark in the middle of a file shows late.
    """
    needed = _fitting(width, items, keep if files else "", files)
    if not {keep, "prompt"} & {*needed}:
        needed = _fitting(width, items, keep, files)  # too narrow to keep all columns in place
    _grow(needed, width, items, files)
    order = [column.name for column in COLUMNS if column.name in needed]
    if keep not in {*needed, "", "file"} and "prompt" in needed:
        column, place = BY_NAME[keep], order.index("prompt")
        left = needed["prompt"] + width - _taken(needed) - column.cells - GAP
        needed |= {keep: column.cells, "prompt": left}
        # Columns before the prompt do not move, and there are few after it.
        order[place : place + 1] = [keep, "prompt"] if left >= _LEAST_PROMPT else [keep]
    return [(BY_NAME[name], min(needed[name], width)) for name in order]


def _fitting(
    width: int, items: Sequence[ListedRecording], keep: str, files: bool | None
) -> dict[str, int]:
    """Return the columns that fit, each with its minimum of cells."""
    needed = _wanted(items, keep, files)
    gives_way = _GIVES_WAY_TO_NAMES if files else _GIVES_WAY
    for name in (*(name for name in gives_way if name != keep), keep):
        if _taken(needed) <= width or len(needed) == 1:
            break
        needed.pop(name, None)
    return needed


def _wanted(items: Sequence[ListedRecording], keep: str, files: bool | None) -> dict[str, int]:
    """Return all columns that have a value for these recordings, with the cells they need."""
    # If no recording has macOS's wired memory, memory in use says more than dashes.
    left_out = {"used" if any(item.info.wires for item in items) else "wired"}
    if all(item.what in ("", "chat") for item in items):
        left_out.add("what")
    left_out.discard(keep)
    renamed = list(filter(_is_renamed, items))
    if files is False or (files is None and not renamed):
        left_out.add("file")
    needed = {column.name: column.cells for column in COLUMNS if column.name not in left_out}
    if "what" in needed:
        # Kinds of plan are known from the beginning; what arrives later is shorter.
        needed["what"] = max(needed["what"], _longest(BY_NAME["what"], items))
    if "file" in needed:
        longest = _longest(BY_NAME["file"], items if files else renamed)
        needed["file"] = longest if files else min(longest, needed["file"])
    return needed


def _taken(needed: dict[str, int]) -> int:
    return sum(needed.values()) + GAP * (len(needed) - 1)


def _grow(
    needed: dict[str, int], width: int, items: Sequence[ListedRecording], files: bool | None
) -> None:
    """Give the remaining room to the columns whose texts are longer."""
    free = width - _taken(needed)
    for name in ("model", "file", "prompt"):
        if name in needed and free > 0:
            # The first prompt takes the rest, so that nothing moves when it arrives.
            column = BY_NAME[name]
            # A name made by the app only repeats the other columns.
            told = items if name != "file" or files else list(filter(_is_renamed, items))
            wanted = column.grows if name == "prompt" else _longest(column, told)
            most = free // 2 if name == "model" and "prompt" in needed else free
            more = max(0, min(most, wanted - needed[name]))
            needed[name] += more
            free -= more


def _longest(column: ListColumn, items: Sequence[ListedRecording]) -> int:
    longest = max((cell_len(column.text(item)) for item in items), default=0)
    return min(max(longest, len(column.title) + 2), column.grows)


def _is_renamed(item: ListedRecording) -> bool:
    stem = item.path.name.removesuffix(suffix_of(item.path.name))
    return not item.shipped and is_given(stem, item.info.model)


def given_name(item: ListedRecording) -> str:
    """Return the name that a person gave the file, without its suffix; empty for any other."""
    return item.path.name.removesuffix(suffix_of(item.path.name)) if _is_renamed(item) else ""


def titles(columns: Layout, by: ListColumn, falling: bool) -> list[str]:
    """Return the titles in their columns; a sign marks the column that is sorted by."""
    sign = "▾" if falling else "▴"
    return [
        fit(f"{column.title} {sign}" if column is by else column.title, cells, column.right)
        for column, cells in columns
    ]


def row(item: ListedRecording, columns: Layout, *, files: bool = False) -> list[str]:
    """Return the text of a recording in each column, in exactly the column's cells.

    Without `files` only names given by a person are shown: before the prompt, if there is no
    column of names.
    """
    renamed = _is_renamed(item)
    named = any(column.name == "file" for column, _ in columns)
    texts = []
    for column, cells in columns:
        text = column.text(item)
        if column.name == "file" and not (files or renamed):
            text = ""
        elif column.name == "prompt" and renamed and not (named or item.info.problem):
            name = one_line(item.path.name, 120).removesuffix(suffix_of(item.path.name))
            text = f"{name}: {text}"
        texts.append(fit(text, cells, column.right))
    return texts

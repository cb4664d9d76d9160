"""The help page: what each part of a screen shows, and every key."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from mlxtop.actions import BY_ID, CONTEXTS
from mlxtop.actions.contexts import TASKS
from mlxtop.actions.key_names import key_name, key_of, keys_of
from mlxtop.actions.table import Acts, Chosen, actions_in, at, is_plain
from mlxtop.actions.table import keys_of as textual_keys_of
from mlxtop.bench.statistics import FEWEST_IN_WORDS
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.dialogs.base import DismissOnce
from mlxtop.tui.panes import PANES, Face
from mlxtop.tui.widgets.entry import CleanInput
from mlxtop.tui.widgets.footer import KeyFooter
from mlxtop.tui.widgets.rows import FittedRows, Row, length


class HelpEntry(NamedTuple):
    """Something on the screen, or a key, and its explanation."""

    name: str
    text: str


class Section(NamedTuple):
    """Entries under a heading."""

    title: str
    entries: Sequence[HelpEntry]


_CHAT: tuple[HelpEntry, ...] = (
    HelpEntry(
        "chat",
        "The conversation, with the figures of each reply. Thinking is shown separately. While you "
        "step from token to token, those that took longer than 95 % of the reply's are underlined "
        "in yellow, longer than 99 % in bold red.",
    ),
    HelpEntry(
        "trials",
        "Replace the chat when a benchmark is replayed. A row for each trial, ▸ at the one you are "
        "viewing; p99 of the time between tokens, MLX's peak memory; below, the medians of each "
        "point over its valid trials. A mark ends each trial: step through them, or click a row.",
    ),
)
_REST: tuple[HelpEntry, ...] = (
    HelpEntry(
        "sizes",
        "Decimal: 1 GB is 10⁹ bytes, as in mlx-lm. Only installed memory is in GiB (2³⁰ bytes), as "
        "it is sold: 128 GiB are 137 GB. Activity Monitor writes GB but means GiB: its 22.6 GB "
        "are 24.3 GB here.",
    ),
    HelpEntry(
        "timeline",
        "The whole run: ░ load, ▒ prefill, ▃▅█ decode, as high as its tok/s compared to the run's "
        "fastest, ▁ idle, ▌ two phases in one cell, ⚑ mark. Below: each reply's number and the "
        "first words of its message. Click or drag to look back.",
    ),
)
_WATCH: tuple[HelpEntry, ...] = (
    HelpEntry(
        "model servers",
        "Programs that serve models, recognized by name: mlx_lm.server, llama-server, ollama, "
        "LM Studio, vllm, mlxtop's own engine. With their port and, if they say so, the model they "
        "have loaded: each is asked on this machine only, at most every 10 seconds.",
    ),
    HelpEntry(
        "processes",
        'The largest users of memory (macOS: the footprint, Activity Monitor\'s "Memory"; Linux: '
        "resident memory, which counts shared pages for each process), of CPU time since the last "
        "reading (in percent of one core), or of GPU time (only macOS reports it by process). "
        "CPU of the last minute: a full block is one core, or the process's highest if above. "
        "The lists of the last ten minutes are kept but not recorded, nor are command lines.",
    ),
)
_BENCH: tuple[HelpEntry, ...] = (
    HelpEntry(
        "trials",
        "One row each. prompt: prefill speed as mlx-lm defines it. gen.: decode speed, (n − 1) / "
        "(last − first token); for a batch, all requests together. TTFT: time to the first token. "
        "p99: 99th percentile of the time between tokens. peak: MLX's peak memory.",
    ),
    HelpEntry(
        "state",
        "● valid: nothing disturbed it. ◌ unchecked: it counts; whether anything disturbed it "
        "could not be judged. ▲ disturbed, with the cause; it is repeated a few times. "
        "○ dropped: you left it out. ✕ failed. ✎ has a note.",
    ),
    HelpEntry(
        "medians",
        "For each point, over the trials that count: valid/all, slowest to fastest, ◌ unchecked.",
    ),
    HelpEntry(
        "results",
        "Bars start at 0 and show medians. The line below a bar is the 95 % interval of the median "
        f"(with fewer than {FEWEST_IN_WORDS} trials: lowest to highest). A plan with a single "
        "point has a bar for each trial, ░ if it does not count, and the median below.",
    ),
)
_COMPARE: tuple[HelpEntry, ...] = (
    HelpEntry(
        "curves",
        "A is the plain line, B the line with crosses; both begin at their first token, or at a "
        "mark. Over tokens a benchmark is one line: the median of its trials at each token.",
    ),
    HelpEntry(
        "tokens or seconds",
        "Over tokens, A and B have the same amount of context at each position. Over seconds, you "
        "see which finished first.",
    ),
    HelpEntry(
        "B / A",
        "Tokens/s of B divided by tokens/s of A, over the positions that both have. Brackets: "
        "95 % interval of B / A, from how uneven these runs are; if it contains 1, A and B are not "
        "told apart. Next to another figure: the ratio of that figure. Above the curves: the "
        "ratio at the cursor.",
    ),
    HelpEntry("!", "Why the two may not be comparable, or what disturbed one of them."),
)
_LIBRARY: tuple[HelpEntry, ...] = (
    HelpEntry("began", "When the run began, by this machine's clock."),
    HelpEntry(
        "what",
        "chat, watch, or bench and its kind of plan; hidden if all are chats. Filter by bench to "
        "see only benchmarks. Their preview lists points, with medians over the trials that count.",
    ),
    HelpEntry(
        "first prompt",
        "For a benchmark its plan, for an unreadable file its name. A name that you gave the file "
        "comes first. If the column you sort by does not fit, it is shown here.",
    ),
    HelpEntry(
        "tok/s",
        "Decode speed, (n − 1) / (last − first token) of a turn; the median over the run's tokens, "
        "so that a short reply counts little. Disturbed trials of a benchmark do not count.",
    ),
    HelpEntry("tokens", "Tokens generated in all turns."),
    HelpEntry(
        "peak wired",
        "Peak wired memory, as macOS counts it. If no recording in the list has it, peak memory in "
        "use is shown instead. Linux counts less as wired; the preview shows that as "
        "wired (Unevictable).",
    ),
    HelpEntry("pressure", "The worst memory pressure during the run: NORMAL, WARN or CRITICAL."),
    HelpEntry(
        "state",
        "complete: closed properly. engine died: closed properly, but the engine's process died "
        "during the run. stopped, failed: its benchmark was stopped, or failed. running: being "
        "written now. incomplete: the run broke off; everything up to then is there. damaged: some "
        "lines cannot be read, the preview says how many. unreadable: the preview says why.",
    ),
)


def _kinds() -> Iterable[HelpEntry]:
    from mlxtop.bench.kinds import KINDS

    for kind in KINDS.values():
        yield HelpEntry(kind.name, f"{kind.words[0].upper()}{kind.words[1:]}")


def _fields() -> Iterable[HelpEntry]:
    from mlxtop.tui.bench.form import asked, row_of

    for row in map(row_of, asked()):
        yield HelpEntry(row.label, row.explanation)


def _with_panes(first: Iterable[HelpEntry], faces: Iterable[Face]) -> Iterable[HelpEntry]:
    yield from first
    yield from (HelpEntry(face.title, face.help) for face in faces)
    yield from _REST


def help_entries(context: str) -> Iterable[HelpEntry]:
    """Return the explanations of what a screen shows."""
    match context:
        case "live" | "replay" | "follow":
            return _with_panes(_CHAT, PANES.values())
        case "watch":
            watched = (face for face in PANES.values() if not face.needs_model)
            return _with_panes(_WATCH, watched)
        case "bench" | "results":
            return _BENCH
        case "library" | "chats":
            return _LIBRARY
        case "compare":
            return _COMPARE
    return ()


def parts(context: str) -> Iterable[tuple[str, Iterable[HelpEntry]]]:
    """Return what the help of a screen explains above its keys, by heading."""
    if context == "plan":
        return (("What is measured", _kinds()), ("Fields", _fields()))
    return (("What you see", help_entries(context)),)


_PROMPT = (
    HelpEntry("Enter", "Send; Shift+Enter or Ctrl+J starts a new line"),
    HelpEntry("Up, Down", "On the first or last line: earlier and later prompts"),
    HelpEntry("Down", "In the empty prompt of a new conversation: suggestions"),
    HelpEntry("Ctrl+C", "Copy the selection; with none, stop the reply"),
)
_SCROLLS = HelpEntry(
    "Terminal.app", "Takes Home, End, PgUp and PgDn itself: hold Shift, or use the letters"
)


def other_keys(context: str, chosen: Chosen) -> Iterable[HelpEntry]:
    """Yield the keys that are not actions: the prompt's, and those that a terminal takes."""
    if context == "live":
        leave, prompt = key_of("leave", "live", chosen), key_of("prompt", "live", chosen)
        yield HelpEntry(
            "letters",
            f"Act while the prompt does not have focus: {leave} leaves it, {prompt} returns",
        )
        new = at(BY_ID["new_conversation"], "live")
        letters = [key for key in textual_keys_of(new, chosen) if is_plain(key)] if new else []
        yield HelpEntry(
            " or ".join(key_name(key) for key in letters),
            "While a search result is shown: the next match, not a new conversation",
        )
        yield from _PROMPT
    if context in ("live", "replay", "follow"):
        yield _SCROLLS


def explained(context: str) -> Iterable[Acts]:
    """Return the actions that the help of a context lists, with those of widgets inside it.

    Its own come first, those that it shares with a run last.
    """
    inside = [name for name, other in CONTEXTS.items() if context in other.inside]
    acting = [acts for name in (context, *inside) for acts in actions_in(name) if acts.help]
    if context in _RUN:
        return acting
    return sorted(acting, key=lambda acts: not _RUN.isdisjoint(acts.action.at))


_RUN = frozenset({"live", "replay", "follow"})


def sections(about: str, chosen: Chosen) -> Iterator[Section]:
    """Yield the help of a screen: its keys by task, then what it shows, then the screen below."""
    acting = list(explained(about))
    tasks = TASKS if about in _RUN else [""]
    for task in tasks:
        of_task = acting if len(tasks) == 1 else [it for it in acting if it.action.task == task]
        if of_task:
            yield Section(
                TASKS[task], [HelpEntry(keys_of(acts, chosen), acts.help) for acts in of_task]
            )
    if others := list(other_keys(about, chosen)):
        yield Section("Prompt" if about == "live" else "Terminal", others)
    for title, entries in parts(about):
        if there := list(entries):
            yield Section(title, there)
    if below := CONTEXTS[about].over:
        for section in sections(below, chosen):
            yield section._replace(title=f"{section.title} {CONTEXTS[below].where}")


def matching(there: Iterable[Section], words: str) -> list[Section]:
    """Return the entries that contain all words, in name, text or heading."""
    wanted = words.casefold().split()
    found = [
        Section(
            title,
            [
                entry
                for entry in entries
                if all(word in f"{title} {entry.name} {entry.text}".casefold() for word in wanted)
            ],
        )
        for title, entries in there
    ]
    return [section for section in found if section.entries]


_COLUMN = 50
"""Fewest cells of a column, if there are several."""
_GAP = 3
_NAME = 22
"""Most cells for names and keys."""


def draw(there: Sequence[Section], width: int) -> list[Row]:
    """Return the sections in as many columns as fit, one below another in each."""
    if not there:
        return [(("no match", "quiet"),)]
    count = max(1, min(3, len(there), (width + _GAP) // (_COLUMN + _GAP)))
    cells = (width - (count - 1) * _GAP) // count
    columns = _balanced([_draw_section(section, cells) for section in there], count)
    rows: list[Row] = []
    for place in range(max(map(len, columns))):
        row: Row = ()
        for number, column in enumerate(columns):
            beside = number * (cells + _GAP) - length(row)
            row = (*row, (" " * beside, "quiet"), *(column[place] if place < len(column) else ()))
        rows.append(row)
    return rows


def _balanced(blocks: Sequence[list[Row]], count: int) -> list[list[Row]]:
    """Return the blocks in their order, in columns the highest of which is as low as possible."""
    highest = max(map(len, blocks))
    while True:
        columns: list[list[Row]] = [[]]
        for block in blocks:
            between = 1 if columns[-1] else 0
            if len(columns[-1]) + between + len(block) <= highest:
                columns[-1] += [()] * between + block
            else:
                columns.append(list(block))
        if len(columns) <= count:
            return columns
        highest += 1


def _draw_section(section: Section, cells: int) -> list[Row]:
    name_cells = max(
        1, min(_NAME, cells // 3, max(len(entry.name) for entry in section.entries) + 2)
    )
    rows: list[Row] = [((section.title, "focus"),)]
    for entry in section.entries:
        names = wrap(entry.name, max(1, name_cells - 1)) or [""]
        texts = wrap(entry.text, max(1, cells - name_cells)) or [""]
        for place in range(max(len(names), len(texts))):
            name = names[place] if place < len(names) else ""
            text = texts[place] if place < len(texts) else ""
            rows.append(((f"{name:<{name_cells}}", "title"), (text, "value")))
    return rows


class HelpScreen(DismissOnce[None], Keyed, ModalScreen[None]):
    """What a screen shows, and its keys, on one page that scrolls; typing filters it."""

    context: ClassVar[str] = "help"
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Vertical {
        width: 96%; max-width: 190; height: auto; max-height: 94%;
        background: $surface; border: round $rule; border-title-color: $primary; padding: 0 2;
        border-subtitle-color: $quiet;
    }
    HelpScreen Input {
        border: none; height: 1; padding: 0 1; margin-bottom: 1; background: $background;
        &:focus { border: none; background: $background; }
    }
    HelpScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    """

    def __init__(self, about: str) -> None:
        """Explain the screen of the context `about`."""
        super().__init__()
        self.about = about
        self.shown: list[Section] = []

    def compose(self) -> ComposeResult:
        """Lay out the filter and the page."""
        with Vertical() as frame:
            frame.border_title = f"help: {CONTEXTS[self.about].where}"
            frame.border_subtitle = f"↑ ↓ scroll · {self.key('cancel')} closes"
            yield CleanInput(placeholder="type to filter")
            with VerticalScroll(can_focus=False):
                yield FittedRows(grows=True)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Show all of it."""
        self.show("")

    @property
    def entries(self) -> list[HelpEntry]:
        """What is shown, in order."""
        return [entry for section in self.shown for entry in section.entries]

    def show(self, words: str) -> None:
        """Show the entries that contain all words."""
        self.shown = matching(sections(self.about, self.chosen_keys), words)
        self.query_one(FittedRows).fill(lambda width, _: draw(self.shown, width))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.show(event.value)

    def action_move(self, how: str) -> None:
        """Scroll the page."""
        page = self.query_one(VerticalScroll)
        step = page.size.height - 1 if how.startswith("page") else 1
        page.scroll_relative(y=-step if how.endswith("up") else step, animate=False)

    def action_help(self) -> None:
        """Close the page, with the key that opened it."""
        self.dismiss()

    def action_cancel(self) -> None:
        """Close the page."""
        self.dismiss()

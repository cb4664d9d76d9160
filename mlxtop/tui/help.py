"""Help: what each part of a screen shows, and every key."""

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from mlxtop.actions import BY_ID, CONTEXTS
from mlxtop.actions.naming import key_name, key_of, keys_of
from mlxtop.actions.table import Acts, Chosen, actions_in, at, is_plain
from mlxtop.actions.table import keys_of as textual_keys_of
from mlxtop.bench.statistics import FEWEST_IN_WORDS
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.dialogs.base import DismissOnce
from mlxtop.tui.panes import PANES, Face
from mlxtop.tui.widgets.footer import KeyFooter


class HelpEntry(NamedTuple):
    """Something on the screen, and what it shows."""

    name: str
    text: str


_CHAT: tuple[HelpEntry, ...] = (
    HelpEntry("chat", "The conversation, with the figures of each reply. Thinking stands apart."),
    HelpEntry(
        "trials",
        "Of a benchmark in a recording, in place of the chat: a row a trial, ▸ at the one looked "
        "at, p99 of the time between tokens, MLX's peak; below the medians of each point over its "
        "valid trials. Each trial's end is a mark: step from one to the next, or click on a row.",
    ),
)
_REST: tuple[HelpEntry, ...] = (
    HelpEntry(
        "sizes",
        "Decimal: 1 GB is 10⁹ bytes, as mlx-lm prints them. Only the memory built into the machine "
        "is given in GiB (2³⁰ bytes), as it is sold: 128 GiB are 137 GB. Activity Monitor writes "
        "GB and means GiB: its 22.6 GB are 24.3 GB here.",
    ),
    HelpEntry(
        "strip of time",
        "The whole run: ▃ load, ▅ prefill, █ decode, ▁ idle, ▌ two of them within one cell, ⚑ "
        "marks. Click or drag to look back.",
    ),
)
_WATCH: tuple[HelpEntry, ...] = (
    HelpEntry(
        "model servers",
        "Programs that serve models, known by name: mlx_lm.server, llama-server, ollama, "
        "LM Studio, vllm, mlxtop's own engine; and the port they listen on where it is known.",
    ),
    HelpEntry(
        "processes",
        'Those with the most memory (macOS: the footprint, Activity Monitor\'s "Memory"; Linux: '
        "resident memory, in which shared pages count for each process), or with the most CPU time "
        "since the last reading, in percent of one core, or GPU time where the system counts it by "
        "process (macOS). Lists of the last ten minutes are kept; they are not recorded.",
    ),
)
_BENCH: tuple[HelpEntry, ...] = (
    HelpEntry(
        "trials",
        "A row for each. prompt is prefill by mlx-lm's definition, gen. is decode as (n − 1) / "
        "(last − first token); of a batch all requests together. TTFT is the time to the first "
        "token, p99 the 99th percentile of the time between tokens, peak that of MLX's memory.",
    ),
    HelpEntry(
        "state",
        "● valid: nothing disturbed it. ◌ unchecked: it counts, but whether anything disturbed it "
        "could not be judged. ▲ disturbed, by what is named; it is repeated a few times. "
        "○ dropped: left out by you. ✕ failed. ✎ has a note.",
    ),
    HelpEntry(
        "medians",
        "Over the trials of each point that count: valid/all, slowest to fastest, ◌ unchecked.",
    ),
    HelpEntry(
        "results",
        "Bars begin at 0 and are medians, strokes below them the 95 % interval of the median (from "
        f"{FEWEST_IN_WORDS} trials on; else from the lowest to the highest). With a single point "
        "there is a bar for each trial, ░ where it does not count, and the median below.",
    ),
)
_COMPARE: tuple[HelpEntry, ...] = (
    HelpEntry(
        "curves",
        "A is the plain line, B the one with crosses; both begin at their first token, or a mark. "
        "Over tokens a benchmark is one line: at each place the median of its trials there.",
    ),
    HelpEntry(
        "tokens or seconds",
        "Over tokens, both have the same amount of context at each place. Over seconds you see "
        "which finished first.",
    ),
    HelpEntry(
        "B / A",
        "Tokens/s of B divided by those of A, over the places that both have; in brackets the "
        "range in which 95 % of such pairs of runs would have it. With 1 inside it is "
        "inconclusive. Beside another figure it is the ratio of that figure, above the curves "
        "the ratio at the cursor.",
    ),
    HelpEntry("!", "Why the two may not be comparable, or what disturbed one of them."),
)
_LIBRARY: tuple[HelpEntry, ...] = (
    HelpEntry("began", "When the run began, by this machine's clock."),
    HelpEntry(
        "what",
        "chat, watch, or bench and its kind of plan; shown where not all are chats. /bench shows "
        "benchmarks only. Their preview has points, with medians over trials that count.",
    ),
    HelpEntry(
        "first prompt",
        "Of a benchmark its plan, of a file that cannot be read its name; before it a name that "
        "you gave the file. A column that you sort by and that has no room is shown here.",
    ),
    HelpEntry(
        "tok/s",
        "Decode speed, the median over the run's tokens: (n − 1) / (last − first token) of the "
        "turn that the middle token lies in, by speed. A short reply counts little. "
        "Of a benchmark disturbed trials do not count.",
    ),
    HelpEntry("tokens", "Generated in all turns together."),
    HelpEntry(
        "peak wired",
        "The most wired memory, as macOS counts it. Where no recording of the list knows it, the "
        "most memory in use stands here: what Linux counts is less, and stands in the preview as "
        "wired (Unevictable).",
    ),
    HelpEntry(
        "pressure", "The worst word on memory pressure during the run: NORMAL, WARN, CRITICAL."
    ),
    HelpEntry(
        "state",
        "complete: closed properly. engine died: closed properly, but the engine's process ended "
        "in it. stopped, failed: its benchmark was stopped, or could not continue. running: "
        "being written now. incomplete: the run broke off; what was written is there. damaged: "
        "some lines cannot be read, the preview says how many. unreadable: the preview says why.",
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
    """Return what a screen shows."""
    match context:
        case "live" | "replay" | "follow":
            return _with_panes(_CHAT, PANES.values())
        case "watch":
            watched = (face for face in PANES.values() if not face.needs_model)
            return _with_panes(_WATCH, watched)
        case "bench" | "results":
            return _BENCH
        case "library":
            return _LIBRARY
        case "compare":
            return _COMPARE
    return ()


def parts(context: str) -> Iterable[tuple[str, Iterable[HelpEntry]]]:
    """Return what the help of a screen explains above its keys, by heading."""
    if context == "plan":
        return (("What is measured", _kinds()), ("Fields", _fields()))
    return (("What you see", help_entries(context)),)


def introduction(context: str, chosen: Chosen) -> str:
    """Return the sentence above the list of a screen's keys."""
    if context != "live":
        return ""
    leave, prompt = key_of("leave", "live", chosen), key_of("prompt", "live", chosen)
    return (
        f"Single letters act while the prompt does not have focus ({leave} leaves it, "
        f"{prompt} returns)."
    )


_PROMPT = (
    HelpEntry("Enter", "Send; Shift+Enter or Ctrl+J begins a new line"),
    HelpEntry("Up, Down", "Earlier prompts, at the first and last line"),
    HelpEntry("Down", "In an empty prompt of a new conversation: suggestions"),
    HelpEntry("Ctrl+C", "Copy what is selected; else stop the answer"),
)
_SCROLLS = HelpEntry(
    "Terminal.app", "Uses Home, End, PgUp and PgDn itself: hold Shift, or press the letters"
)


def other_keys(context: str, chosen: Chosen) -> Iterable[HelpEntry]:
    """Yield keys beside those of actions: the prompt's, and what a terminal keeps."""
    if context == "live":
        new = at(BY_ID["new_conversation"], "live")
        letters = [key for key in textual_keys_of(new, chosen) if is_plain(key)] if new else []
        yield HelpEntry(
            " or ".join(key_name(key) for key in letters),
            "While a search result is shown: the next match, in place of a new conversation",
        )
        yield from _PROMPT
    if context in ("live", "replay", "follow"):
        yield _SCROLLS


class HelpScreen(DismissOnce[None], Keyed, ModalScreen[None]):
    """What a screen shows, and its keys, on one page that scrolls."""

    context: ClassVar[str] = "help"
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 100; max-width: 96%; height: auto; max-height: 90%;
        background: $surface; border: round $rule; border-title-color: $primary; padding: 0 2;
    }
    HelpScreen .heading { color: $primary; text-style: bold; margin-top: 1; }
    HelpScreen .quiet { color: $quiet; }
    HelpScreen Horizontal { height: auto; }
    HelpScreen .name { width: 24; padding-right: 1; text-style: bold; }
    HelpScreen .text { width: 1fr; }
    """

    def __init__(self, about: str) -> None:
        """Explain the screen of the context `about`."""
        super().__init__()
        self.about = about

    def compose(self) -> ComposeResult:
        """Lay out what the screen shows, keys below."""
        page = VerticalScroll()
        page.border_title = "help"
        with page:
            yield from _page(self.about, self.chosen_keys)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Let arrow keys scroll."""
        self.query_one(VerticalScroll).focus()

    def action_help(self) -> None:
        """Close it, with the key that opened it."""
        self.dismiss()

    def action_cancel(self) -> None:
        """Close it."""
        self.dismiss()


def _page(about: str, chosen: Chosen) -> ComposeResult:
    for title, entries in parts(about):
        rows = [HelpRow(entry.name, entry.text) for entry in entries]
        if rows:
            yield heading(title)
            yield from rows
    yield heading("Keys")
    if words := introduction(about, chosen):
        yield Static(words, classes="quiet", markup=False)
    yield from (HelpRow(keys_of(acts, chosen), acts.help) for acts in explained(about))
    yield from (HelpRow(part.name, part.text) for part in other_keys(about, chosen))
    if below := CONTEXTS[about].over:
        yield heading(f"And {CONTEXTS[below].where}")
        yield from _page(below, chosen)


def explained(context: str) -> Iterable[Acts]:
    """Return the actions that the help of a context lists.

    Those of its own come before those that it shares with a run, and with them those of what may
    have the focus.
    """
    inside = [name for name, other in CONTEXTS.items() if context in other.inside]
    acting = [acts for name in (context, *inside) for acts in actions_in(name) if acts.help]
    if context in _RUN:
        return acting
    return sorted(acting, key=lambda acts: not _RUN.isdisjoint(acts.action.at))


_RUN = frozenset({"live", "replay", "follow"})


class HelpRow(Horizontal):
    """A name and what it means, which wraps beside it."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.label = name
        self.text = text

    def compose(self) -> ComposeResult:
        """Lay out the name left."""
        yield Static(self.label, classes="name", markup=False)
        yield Static(self.text, classes="text", markup=False)


def heading(text: str) -> Static:
    """Return the heading of a part of the page."""
    return Static(text, classes="heading", markup=False)

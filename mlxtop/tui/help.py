"""Help: what each pane shows, and every key."""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from mlxtop.keys import ACTIONS, BY_ID, LATE_ON_A_MAC, ON_A_MAC, PLAIN_SUFFIX, Action, in_reach
from mlxtop.tui.dismiss_once import DismissOnce
from mlxtop.tui.widgets.footer import KeyFooter


class Shown(NamedTuple):
    """Something on the screen, and what it shows."""

    name: str
    text: str
    watched: bool = False
    """Whether it is there without a model too, where a machine is watched."""


PANES: tuple[Shown, ...] = (
    Shown("chat", "The conversation, with the figures of each reply. Thinking stands apart."),
    Shown(
        "trials",
        "Of a benchmark in a recording, in place of the chat: a row a trial, ▸ at the one looked "
        "at, p99 of the time between tokens, MLX's peak; below the medians of each point over its "
        "valid trials. Each trial's end is a mark: step from one to the next, or click on a row.",
    ),
    Shown(
        "speed",
        "Tokens per second now; of this turn TTFT (time to first token), decode speed as "
        "(n − 1) / (last − first token), mlx-lm's own figures, and inter-token latency.",
    ),
    Shown(
        "memory",
        "What the machine's memory is made of. Wired memory cannot be swapped out: "
        "a model's weights on a GPU are wired. The engine process is what the system charges it "
        'with (on macOS its footprint, Activity Monitor\'s "Memory"): its wired memory is in both, '
        "so do not add the two. Below is MLX's own allocator.",
        watched=True,
    ),
    Shown(
        "pressure",
        "How short memory is, as the system says it: NORMAL, WARN, CRITICAL; and swap. "
        "Free memory near zero is normal, pressure is not.",
        watched=True,
    ),
    Shown(
        "GPU", "Busy, memory, power and temperature, where this machine reports them.", watched=True
    ),
    Shown(
        "CPU",
        "User and system time of the whole machine, and what mlxtop itself costs.",
        watched=True,
    ),
    Shown(
        "sizes",
        "Decimal: 1 GB is 10⁹ bytes, as mlx-lm prints them. Only the memory built into the machine "
        "is given in GiB (2³⁰ bytes), as it is sold: 128 GiB are 137 GB. Activity Monitor writes "
        "GB and means GiB: its 22.6 GB are 24.3 GB here.",
        watched=True,
    ),
    Shown(
        "strip of time",
        "The whole run: ▃ load, ▅ prefill, █ decode, ▁ idle, ▌ two of them within one cell, ⚑ "
        "marks. Click or drag to look back.",
        watched=True,
    ),
)


_NAMES = {
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "minus": "-",
    "plus": "+",
    "equals_sign": "=",
    "colon": ":",
    "comma": ",",
    "escape": "Esc",
    "space": "Space",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def key_name(key: str) -> str:
    """Return a key as people write it: `ctrl+t` is Ctrl+T, `f1` is F1."""
    if len(key) == 1:
        return key
    parts = [_NAMES.get(part, part.capitalize()) for part in key.split("+")]
    if parts[0] in ("Ctrl", "Shift", "Alt"):
        parts[-1] = parts[-1].capitalize()
    return "+".join(parts)


def _keys(action: Action, keymap: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the keys that always act and the plain ones, a user's own instead of the usual."""
    always = keymap.get(action.id, action.always)
    if action.always == "escape" != always:
        always = f"escape,{always}"
    plain = keymap.get(action.id + PLAIN_SUFFIX, action.plain)
    found = [[key.strip() for key in keys.split(",") if key.strip()] for keys in (always, plain)]
    return found[0], found[1]


def keys_of(action: Action, keymap: Mapping[str, str], *, mac: bool = ON_A_MAC) -> str:
    """Return all keys of an action, on a Mac first those that arrive."""
    always, plain = _keys(action, keymap)
    return " or ".join(key_name(key) for key in in_reach([*always, *plain], mac=mac))


def key_of(
    action: str, keymap: Mapping[str, str], *, beside_prompt: bool = True, mac: bool = ON_A_MAC
) -> str:
    """Return the key to name for an action; beside a prompt one that acts in it, or says how."""
    always, plain = _keys(BY_ID[action], keymap)
    first = in_reach([*always, *plain], mac=mac)[0]
    late = mac and always and LATE_ON_A_MAC.issuperset(always)
    if beside_prompt and late and first in plain:
        return f"Esc, then {key_name(first)}"
    return key_name(always[0] if beside_prompt and always and not late else first)


class HelpScreen(DismissOnce[None], ModalScreen[None]):
    """All keys and panes on one page that scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,question_mark", "dismiss", "close help"),
    ]
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

    def __init__(self, where: str, keymap: dict[str, str]) -> None:
        super().__init__()
        self.where = where
        self.keymap = keymap

    def compose(self) -> ComposeResult:
        """Lay out panes first, keys below."""
        page = VerticalScroll()
        page.border_title = "help"
        with page:
            yield from self.page()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Let arrow keys scroll."""
        self.query_one(VerticalScroll).focus()

    def page(self) -> ComposeResult:
        """Yield what the page holds."""
        yield heading("What you see")
        yield from (HelpRow(pane.name, pane.text) for pane in PANES)
        yield heading("Keys")
        yield Static(
            "Single letters act while the prompt does not have focus (Esc leaves it, i returns).",
            classes="quiet",
            markup=False,
        )
        for action in ACTIONS:
            if action.where in ("both", self.where):
                yield HelpRow(keys_of(action, self.keymap), action.help)
        if self.where == "replay":
            yield HelpRow(
                "Left, Right", "One cell of the strip of time back and on; with Shift ten"
            )
        if self.where == "live":
            yield HelpRow(
                keys_of(BY_ID["find_next"], self.keymap),
                "While a search result is shown: the next match, in place of a new conversation",
            )
            yield HelpRow("Enter", "Send; Shift+Enter or Ctrl+J begins a new line")
            yield HelpRow("Up, Down", "Earlier prompts, at the first and last line")
            yield HelpRow("Down", "In an empty prompt of a new conversation: suggestions")
            yield HelpRow("Ctrl+C", "Copy what is selected; else stop the answer")
        yield HelpRow(
            "Terminal.app",
            "Uses Home, End, PgUp and PgDn itself: hold Shift, or press the letters",
        )


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

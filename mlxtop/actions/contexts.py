"""What an action and a context are, and every screen, dialog and widget that has keys."""

from collections.abc import Mapping
from typing import NamedTuple


class At(NamedTuple):
    """An action in one context: only what differs from the action itself."""

    footer: int = 0
    """Its place in the footer, from left to right; 0: the footer does not show it."""
    keys: str | None = None
    """Its keys there, comma-separated; if none is a letter, a user's letters do not act."""
    label: str | None = None
    help: str | None = None
    call: str | None = None
    pair: str = ""
    """The action whose key the footer shows next to this one's, under this one's label."""
    yields: bool = False
    """Whether it keeps its usual keys there if a user's key does something else; elsewhere such a
    choice is refused."""


class Action(NamedTuple):
    """Something a key does."""

    id: str
    """Its name in the config: `[keys] mark = "v"`."""
    keys: str
    """Keys as Textual names them, comma-separated, in the order in which help lists them.

    Letters and other characters act while no text is typed; function keys and Ctrl always.
    """
    label: str
    """One or two words for the footer."""
    help: str
    """A sentence for help and palette; empty in a context where another action says the same."""
    at: Mapping[str, At]
    """Context → what differs there."""
    call: str = ""
    """The Textual action, if it is not the id; `app.` comes before the app's own actions."""
    asks: str = ""
    """What a letter and a click call instead: both are easily hit by mistake."""
    says_why_not: bool = False
    """Whether its keys say why when there is nothing for it to do."""
    turns: str = ""
    """Actions with the same value may share a key: the first that has something to do acts."""
    task: str = ""
    """What it is for, one of `TASKS`; empty if it belongs to its screen alone."""


TASKS = {
    "": "Keys",
    "conversation": "Conversation",
    "processes": "Processes",
    "look back": "Look back",
    "panes": "Panes",
    "recordings": "Recordings",
    "model": "Model and engine",
    "benchmark": "Benchmark",
    "mlxtop": "mlxtop",
}
"""The headings of the keys in the help, in their order."""


class Context(NamedTuple):
    """A screen, a dialog or a widget that has keys."""

    id: str
    where: str
    """Its name within a sentence."""
    like: str = ""
    """The context whose actions it has too."""
    inside: tuple[str, ...] = ()
    """The contexts in which it may have the focus: their keys act there too, after its own."""
    run: str = ""
    """Which screen of a run it is, within a sentence; keys of other screens say where they act."""
    prompt: bool = False
    """Whether letters are mostly text: a hint names a key that acts while text is typed."""
    writes: bool = False
    """Whether letters are always text; its keys come before those of the input line."""
    over: str = ""
    """The context below it: its help follows."""


_RUNS = ("live", "replay", "follow", "watch", "bench")

CONTEXTS: dict[str, Context] = {
    context.id: context
    for context in (
        Context("live", "in a live run", run="a live run", prompt=True),
        Context("replay", "in a replay", run="a replay"),
        Context("follow", "while following a recording", like="replay", run="a replay"),
        Context("watch", "while watching a machine", run="a watched machine"),
        Context("bench", "in a benchmark", run="a benchmark"),
        Context("results", "in a benchmark's results"),
        Context("library", "in the library"),
        Context("chats", "in the list of chats", like="library"),
        Context("compare", "in a comparison"),
        Context("home", "on the first screen", writes=True, over="live"),
        Context("zoom", "in an enlarged pane", inside=_RUNS),
        Context("pane", "on a pane", inside=_RUNS),
        Context("strip", "on the timeline", inside=_RUNS),
        Context("transcript", "in the conversation", inside=("live", "replay", "follow")),
        Context("trials", "in the table of trials", inside=("bench",)),
        Context("dialog", "in a dialog"),
        Context("question", "in a question", like="dialog"),
        Context("download", "in a download", like="question"),
        Context("list", "in a list", like="dialog", writes=True),
        Context("go_to", "in the dialog for a time", like="dialog", writes=True),
        Context("text", "in a text", like="dialog"),
        Context("help", "in the help", like="list", writes=True),
        Context("settings", "in the settings", like="dialog"),
        Context("plan", "in the plan form", like="dialog"),
        Context("flag", "in a yes/no field", inside=("plan",)),
        Context("app", "everywhere"),
    )
}

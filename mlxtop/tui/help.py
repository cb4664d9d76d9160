"""Help: what each part of a screen shows, and every key."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from mlxtop.actions import CONTEXTS
from mlxtop.actions.keys import Acts, Chosen, actions_in
from mlxtop.actions.naming import keys_of
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.dismiss_once import DismissOnce
from mlxtop.tui.explained import other_keys, said_first, shown_in
from mlxtop.tui.widgets.footer import KeyFooter


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
    shown = list(shown_in(about))
    if shown:
        yield heading("What you see")
        yield from (HelpRow(part.name, part.text) for part in shown)
    yield heading("Keys")
    if words := said_first(about, chosen):
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

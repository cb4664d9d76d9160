"""What an action is, and how it is on one screen."""

from collections.abc import Mapping
from typing import NamedTuple


class At(NamedTuple):
    """An action in one context: only what differs there from the action itself."""

    footer: int = 0
    """Its place in the footer, from left to right; 0: the footer does not show it."""
    keys: str | None = None
    """Its keys there, comma-separated; without letters among them a user's letters do not act."""
    label: str | None = None
    help: str | None = None
    call: str | None = None
    pair: str = ""
    """The action whose key the footer shows beside this one's, under this one's label."""
    yields: bool = False
    """Whether it keeps its usual keys there where a user's key does something else; elsewhere such
    a choice is refused."""


class Action(NamedTuple):
    """Something a key does."""

    id: str
    """Its name in the config: `[keys] mark = "v"`."""
    keys: str
    """Keys as Textual names them, comma-separated, in the order in which help names them.

    Letters and the like act while no text is written, function keys and Ctrl always.
    """
    label: str
    """A word or two for the footer."""
    help: str
    """A sentence for help and palette; empty in a context where another action says the same."""
    at: Mapping[str, At]
    """Context → how it is there."""
    call: str = ""
    """What Textual calls it where that is not the id; `app.` stands before what is the app's."""
    asks: str = ""
    """What a letter and a click call instead: both are easily a slip."""
    says_why_not: bool = False
    """Whether its keys say why, while there is nothing for it to do."""
    turns: str = ""
    """Actions of one name may share a key: the first that has something to do acts."""


class Context(NamedTuple):
    """A screen, a dialog or a widget that has keys."""

    id: str
    where: str
    """Its name within a sentence."""
    like: str = ""
    """The context whose actions it has too."""
    inside: tuple[str, ...] = ()
    """The contexts in which it has the focus at times: their keys act there too, behind its own."""
    run: str = ""
    """Which screen of a run it is, within a sentence; keys of the others say where they act."""
    prompt: bool = False
    """Whether letters are mostly text: a hint names a key that acts while one writes."""
    writes: bool = False
    """Whether letters are always text, and every key comes before the line that is written in."""
    over: str = ""
    """The context that lies below: its help follows."""

"""What the text of an event's field holds: declared with the field, in `events.py`.

    model: ModelName
    note: Annotated[str, Text(Holds.NOTE, "note of a mark")] = ""

The declaration decides what a recording without text leaves out (`recording/privacy.py`), what a
redacted one keeps (`recording/redact.py`) and what the documentation says about a field. A text
without a declaration is always private.
"""

from collections.abc import Callable
from enum import Enum
from typing import Annotated

import msgspec

LEFT_OUT = "(left out: this recording keeps no text)"
"""What replaces a text that may quote prompts or replies."""
NOT_OWN = "left out"
"""What replaces any other private text."""

DECLARED: list[Callable[[], frozenset[str]]] = []
"""Functions that return further words of mlxtop's own texts. A module that declares words where it
declares what they are about, such as kinds of plans, adds one when it is imported."""


class Holds(Enum):
    """What a text holds, in words for the documentation."""

    SAID = "a prompt or reply"
    MESSAGE = "a message that may quote a prompt or reply"
    UNDECLARED = "text of unknown origin"
    OTHER = "other text"
    NOTE = "the user's note"
    HOST = "the host's name"
    PATH = "a path"
    FILE = "the name or path of a file"
    MODEL = "a model's name"
    WORDS = "mlxtop's own words"
    FIGURE = "the name of a figure"
    VERSION = "a version"
    HARDWARE = "the name of hardware"
    SYSTEM = "the name of a system"
    ADDRESS = "an address on a bus"
    ARCHITECTURE = "an architecture"


class Text(msgspec.Struct, frozen=True):
    """The declaration of a text, as metadata of its type.

    It applies to everything inside the type that has no declaration of its own: the items of a
    list, the names and values of a dictionary.
    """

    holds: Holds
    called: str = ""
    """What the report calls it when it is left out."""
    words: tuple[str, ...] = ()
    """All possible values, if it is one of a few words."""
    apart_from: tuple[str, ...] = ()
    """Values of the event's `origin`, or names in a dictionary, with which it never quotes."""
    instead: str = ""
    """What replaces it if `Asked` says it is private; `{place}` counts from 1."""


class Asked(msgspec.Struct, frozen=True):
    """The property `name` of the event says what the texts inside a list hold.

    If that must be left out, none of them stays.
    """

    name: str


Words = Annotated[str, Text(Holds.WORDS)]
OtherText = Annotated[str, Text(Holds.OTHER)]
HostName = Annotated[str, Text(Holds.HOST, "host name")]
FilePath = Annotated[str, Text(Holds.PATH, "path")]
FileName = Annotated[str, Text(Holds.FILE, "path")]
ModelName = Annotated[str, Text(Holds.MODEL, "path")]
FigureName = Annotated[str, Text(Holds.FIGURE)]
Version = Annotated[str, Text(Holds.VERSION)]
Hardware = Annotated[str, Text(Holds.HARDWARE)]
SystemName = Annotated[str, Text(Holds.SYSTEM)]
BusAddress = Annotated[str, Text(Holds.ADDRESS)]
Architecture = Annotated[str, Text(Holds.ARCHITECTURE)]

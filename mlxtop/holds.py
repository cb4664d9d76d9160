"""What the text of an event's field holds: said where the field is declared, in `events.py`.

    model: ModelName
    note: Annotated[str, Text(Holds.NOTE, "note of a mark")] = ""

What a recording without text leaves out (`recording/privacy.py`), what a redacted one keeps
(`recording/redact.py`) and what the documentation says of a field all follow from it. A text
without a declaration is private everywhere.
"""

from collections.abc import Callable
from enum import Enum
from typing import Annotated

import msgspec

LEFT_OUT = "(left out: this recording keeps no text)"
"""What stands in place of a text that may quote what was said."""
NOT_OWN = "left out"
"""What stands in place of any other private text."""

DECLARED: list[Callable[[], frozenset[str]]] = []
"""Functions that return further words of mlxtop's own texts. A module that declares words where it
declares what they are about, such as kinds of plans, adds one when it is imported."""


class Holds(Enum):
    """What a text holds, in words for the documentation."""

    SAID = "what was said"
    MESSAGE = "a message that may quote what was said"
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

    It is about everything inside of the type that has none of its own: the items of a list, the
    values of a dictionary and its names.
    """

    holds: Holds
    called: str = ""
    """What is counted where it is left out, in words for people."""
    words: tuple[str, ...] = ()
    """All that it can be, where it is one of a few words."""
    apart_from: tuple[str, ...] = ()
    """The event's `origin`, or names in a dictionary, where it does not quote what was said."""
    instead: str = ""
    """What stands in its place where `Asked` says it is private; `{place}` counts from 1."""


class Asked(msgspec.Struct, frozen=True):
    """What the texts inside of a list hold is a property of the event, called `name`.

    Where that must be left out, none of them stays.
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

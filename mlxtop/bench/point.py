"""What a plan measures: a model, a prompt, settings."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.layout import first_of
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Sampling
from mlxtop.sources.options import ModelSpec
from mlxtop.text import one_line

FIELDS = ("instruction", "prompt", "question", "text")
"""Fields of an entry that may hold the prompt; the first one found counts."""
CONVERSATIONS = ("messages", "conversations")
"""Fields with a conversation instead of a prompt: of mlx-lm's datasets, of ShareGPT."""
_NAMED = 5
"""Entries without a prompt that are listed; the rest is counted."""
_PLURALS = {"line": "lines", "entry": "entries"}


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of a file without a prompt, which are not measured."""

    file: str
    what: str
    """The unit of `places`: `line` of JSON lines, `entry` of an array."""
    places: tuple[int, ...]
    """All such entries, from 1."""

    empty: tuple[int, ...] = ()
    """Those that have a field for the prompt without text in it."""

    @property
    def sentence(self) -> str:
        """How many there are, which ones, and why."""
        without = [place for place in self.places if place not in self.empty]
        count = len(self.places)
        fields = fmt.listed((*FIELDS, *CONVERSATIONS), "or")
        reasons = []
        if without:
            reasons.append(f"no {fields} in {self._named(without)}")
        if self.empty:
            reasons.append(f"an empty text in {self._named(self.empty)}")
        few = "1 entry is" if count == 1 else f"{count:,} entries are"
        return f"{self.file}: {few} left out, with {' and '.join(reasons)}."

    def _named(self, places: Sequence[int]) -> str:
        word = self.what if len(places) == 1 else _PLURALS[self.what]
        return f"{word} {first_of(map(str, places), _NAMED)}"

    def before(self, place: int) -> "Skipped":
        """Return those before a place."""
        return msgspec.structs.replace(
            self,
            places=tuple(each for each in self.places if each < place),
            empty=tuple(each for each in self.empty if each < place),
        )


Contexts: TypeAlias = Sequence[int | None]
"""The context length of each model in tokens; None if unknown."""


def short_label(label: str, cells: int) -> str:
    """Return a point's label in so many cells: only its values if the names have no room.

    "kv bits off, batch 2" becomes "off, 2": the values distinguish points.
    """
    if len(label) <= cells:
        return label
    values = ", ".join(part.rsplit(" ", 1)[-1] for part in label.split(", "))
    return one_line(values, max(1, cells))


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a plan: a model, a prompt, settings."""

    label: str
    """Distinguishes it from the other points of its plan."""
    wanted: ModelSpec
    prompt_tokens: int | None = None
    """Random tokens; None: the messages are used."""
    messages: tuple[ChatMessage, ...] = ()
    sampling: Sampling = Sampling()
    batch: int = 1
    reload: bool = False
    """Whether the model is loaded again before each trial."""
    seconds: float | None = None
    """How long a stress point runs; its trials are cycles through the context."""
    invalid: str = ""
    """Why it cannot be measured; empty if it can."""
    beginning: str = ""
    """The beginning of a prompt with text, on one line."""

    @property
    def ends_by_itself(self) -> bool:
        """Whether the model decides when its reply ends."""
        return self.prompt_tokens is None

    @property
    def title(self) -> str:
        """The label, with the beginning of a prompt."""
        return f"{self.label}: {self.beginning}" if self.beginning else self.label


class Points(msgspec.Struct, frozen=True):
    """The points of a plan, and the entries of its files that were left out."""

    points: Sequence[Point]
    skipped: tuple[Skipped, ...] = ()

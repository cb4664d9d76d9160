"""What is measured: a model, a prompt, settings."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from mlxtop.bench.skipped import Skipped
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Sampling
from mlxtop.sources.options import Wanted
from mlxtop.text import one_line

Contexts: TypeAlias = Sequence[int | None]
"""The tokens that each model can hold, None where that is not known."""


def short_label(label: str, cells: int) -> str:
    """Return a point's label in so many cells: its values alone where the names have no room.

    Of "kv bits off, batch 2" stays "off, 2": what tells points apart stands last.
    """
    if len(label) <= cells:
        return label
    values = ", ".join(part.rsplit(" ", 1)[-1] for part in label.split(", "))
    return one_line(values, max(1, cells))


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is measured: a model, a prompt, settings."""

    label: str
    """What tells it from the other points of its plan."""
    wanted: Wanted
    prompt_tokens: int | None = None
    """Random tokens; None: the messages."""
    messages: tuple[ChatMessage, ...] = ()
    sampling: Sampling = Sampling()
    batch: int = 1
    reload: bool = False
    """Whether the model is loaded again before each trial."""
    seconds: float | None = None
    """A stress point goes on for so long; its trials are cycles through the context."""
    invalid: str = ""
    """Why it is not measured, in words."""
    beginning: str = ""
    """Of a prompt with words: how it begins, in a line."""

    @property
    def ends_by_itself(self) -> bool:
        """Whether the model decides when its reply is over."""
        return self.prompt_tokens is None

    @property
    def title(self) -> str:
        """The label for people, with the beginning of a prompt."""
        return f"{self.label}: {self.beginning}" if self.beginning else self.label


class Points(msgspec.Struct, frozen=True):
    """What a plan comes to, and what of its files it leaves out."""

    points: Sequence[Point]
    skipped: tuple[Skipped, ...] = ()

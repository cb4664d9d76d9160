"""A source: what sensors are made of it, and what is known about it besides its readings.

This is the one seam by which figures come into mlxtop. A source of an installed package is the same
(see `packages.py` and CONTRIBUTING.md).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mlxtop.figures import Figure
from mlxtop.sensors.base import Sensor

Net = Callable[[str], str]
"""Text → the same without names, serial numbers and addresses."""
Need = tuple[Sequence[str], str]
"""Figures, and what they need: a phrase that follows the word "needs"."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How often sensors are to be read, and which number the first GPU gets."""

    hz: float
    slow_hz: float
    """For what changes seldom or costs much: at most 1."""
    first_gpu: int = 0
    """The GPUs before it are those of other sources."""


class Source:
    """Where some figures of a platform are read."""

    name: ClassVar[str] = ""
    """In a word or two."""
    figures: ClassVar[Sequence[str]] = ()
    """Every figure that it may read, of the first GPU where each has it."""
    entries: ClassVar[Sequence[Figure]] = ()
    """What a package declares of figures that mlxtop does not know."""
    words: ClassVar[str] = ""
    """Words of its sensors' `source` that a recording without text keeps."""

    def sensors(self, wanted: Wanted) -> list[Sensor]:
        """Return the sensors of what is here; none, and no error, where nothing is."""
        raise NotImplementedError

    def gpu_names(self) -> list[str]:
        """Return the GPUs that the header names, in the order of their numbers."""
        return []

    def needs(self, *, here: bool) -> Sequence[Need]:
        """Return what figures need that no sensor has; `here`: this source has made sensors."""
        return ()

    def why(self, name: str) -> str:
        """Return what a figure of its sensors needs that has no value; empty: it ought to have."""
        return ""

    def silent(self) -> str:
        """Return a sentence about a GPU that is here and cannot be read; empty for none."""
        return ""

    def capture(self, clean: Net, root: Path) -> Iterator[tuple[str, str]]:
        """Give (path below the capture, text) of what it reads below `root`.

        Only what may leave the machine: known lines of known forms, free text through `clean`.
        """
        yield from ()

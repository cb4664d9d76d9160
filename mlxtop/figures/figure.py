"""What is known about a figure: an entry of the catalogue."""

from typing import Literal

import msgspec

from mlxtop.figures.codes import Levels, Mask
from mlxtop.figures.units import Unit, unit_of

Pane = Literal["gpu", "cpu", "memory", "pressure"]
INKS = (
    *("memory", "wired", "active", "compressed", "cached", "swap", "speed", "gpu", "cpu"),
    *("value", "quiet", "normal", "warn", "critical"),
)
"""Colours of lines, by the names that the panes give them."""


class Plot(msgspec.Struct, frozen=True):
    """One of the charts below one another that an enlarged pane shows."""

    pane: Pane
    title: str
    top: float | str | None = None
    """The upper end of the scale: a number, the figure that tells it, or None for what fits."""


class Chart(msgspec.Struct, frozen=True):
    """How a figure is drawn in an enlarged chart."""

    plot: Plot
    label: str
    ink: str
    """One of `INKS`."""
    dash: int = 0
    """Points drawn, and left out, in turn; 0 for a line without gaps."""
    letter: str = ""
    """Drawn along the line where it is not alone."""


class Compared(msgspec.Struct, frozen=True):
    """How a figure of two runs is compared: figures of one `id` are added up."""

    id: str
    title: str
    place: int
    """In the list to choose from, from 1."""
    from_zero: bool = True
    """Whether the scale begins at 0; else it fits the data."""


class Figure(msgspec.Struct, frozen=True):
    """A figure: its name, and everything that is known about it."""

    name: str
    """`group.figure_unit`. For one that each GPU has, that of the first."""
    label: str = ""
    """In a pane; empty: the words of the name."""
    meaning: str = ""
    """For the documentation, without a full stop."""
    given_unit: Unit | None = None
    """Set if the name does not end in it, or it is written in another way."""
    codes: Levels | Mask | None = None
    """Words for its values, where the number itself says nothing."""
    pane: Pane | None = None
    """The pane that lists it; None if no pane shows it, or if a pane's own code draws it."""
    total: str = ""
    """The figure with its total: shown after it, not by itself."""
    chart: Chart | None = None
    compared: Compared | None = None
    peak: str = ""
    """What its highest reading is called among the peaks of a recording, and in the JSON of their
    list (`peak_used_bytes`); empty: none is kept. Everywhere else a figure has its own name."""
    source_words: str = ""
    """Words of its sensors' `source` that are not in `mlxtop/recording/vocabulary.py`. A redacted
    recording keeps them."""
    judged: str = ""
    """What a benchmark calls it, which counts no trial without knowing it."""

    @property
    def unit(self) -> Unit:
        """What it is counted in."""
        return self.given_unit or unit_of(self.name)

    @property
    def group(self) -> str:
        """The first part of its name."""
        return self.name.partition(".")[0]

    @property
    def has_peak(self) -> bool:
        """Whether a highest reading means anything: of a bit mask it does not."""
        return not isinstance(self.codes, Mask)

    @property
    def has_mean(self) -> bool:
        """Whether a mean of its readings means anything: of a code it does not."""
        return self.codes is None

    def words(self, value: float | None) -> str:
        """Return a value as a pane shows it; `—` where none is known."""
        return self.unit.words(value) if self.codes is None else self.codes.said(value)

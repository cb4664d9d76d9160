"""The catalogue: every figure by its name, those of further GPUs, and those it does not know."""

import re
from collections.abc import Iterable, Sequence
from typing import get_args

from mlxtop.figures.entries import (
    BUSY_PLOT,
    CPU,
    CPU_PLOT,
    GPU,
    HEAT_PLOT,
    MEMORY,
    MEMORY_PLOT,
    MLX,
    POWER_PLOT,
    PRESSURE,
    PRESSURE_PLOT,
    PROCESSES,
    PSI_PLOT,
    SWAP,
    SWAP_PLOT,
)
from mlxtop.figures.figure import INKS, Compared, Figure, Pane, Plot
from mlxtop.figures.units import CLOCK, UNITS
from mlxtop.text import one_line

_NAME = r"[a-z][a-z0-9]{0,19}\.[a-z0-9_]{1,40}"
GROUPS: dict[str, Pane] = {
    "gpu": "gpu",
    "thermal": "gpu",
    "power": "gpu",
    "cpu": "cpu",
    "app": "cpu",
    "engine": "cpu",
    "memory": "memory",
    "mlx": "memory",
    "pressure": "pressure",
    "swap": "pressure",
}
"""Group → the pane that lists a figure of it that has no entry, as in a recording of another
version. Figures with an entry need no group here."""
_PANES = get_args(Pane)
_PLOTS = (
    *(MEMORY_PLOT, PRESSURE_PLOT, SWAP_PLOT, PSI_PLOT),
    *(BUSY_PLOT, POWER_PLOT, HEAT_PLOT, CPU_PLOT),
)
_LABEL_CELLS = 30
_MOST_UNKNOWN = 1000
"""Names that are remembered: a damaged file may have any number of them."""

OWN = (*MEMORY, *PRESSURE, *GPU, *SWAP, *CPU, *MLX, *PROCESSES)
"""The entries of mlxtop itself, in the order in which panes, charts and tables list them."""


class Catalogue:
    """Entries by name; entries of installed packages are added to those of mlxtop."""

    def __init__(self, entries: Iterable[Figure] = OWN) -> None:
        # A test looks for faults in mlxtop's own: here that would cost each start a millisecond.
        self._entries = {entry.name: entry for entry in entries}
        self._own = dict.fromkeys(self._entries)
        self._totals: frozenset[str] = frozenset()
        self._unknown: dict[str, Figure] = {}
        self._declared: frozenset[str] | None = None
        self._of_packages: list[str] = []
        self.add(())

    def add(self, entries: Iterable[Figure], words: str = "") -> None:
        """Add entries; raises ValueError for a name that is none, or that mlxtop has itself.

        An entry of the same name that was added before is replaced. `words` are those in which
        sensors say where they read them, apart from mlxtop's own.
        """
        entries = list(entries)
        for entry in entries:
            if entry.name in self._own:
                raise ValueError(f"{entry.name} is a figure that mlxtop itself knows")
            if fault := _fault(entry):
                raise ValueError(f"the entry {one_line(entry.name, 60)!r} {fault}")
        self._entries |= {entry.name: entry for entry in entries}
        self._totals = frozenset(entry.total for entry in self._entries.values() if entry.total)
        self._of_packages.append(words)
        self._declared = None
        self._unknown.clear()

    def forget(self) -> None:
        """Forget the entries and words that were added to those of mlxtop."""
        self._entries = {name: self._entries[name] for name in self._own}
        self._of_packages.clear()
        self.add(())

    @property
    def words(self) -> frozenset[str]:
        """Return the words of units and sources that entries and packages declare."""
        if self._declared is None:
            texts = [*self._of_packages]
            for entry in self._entries.values():
                texts += (entry.unit.name, entry.source_words)
            self._declared = words_in(*texts)
        return self._declared

    @property
    def entries(self) -> Sequence[Figure]:
        """All entries, in their order."""
        return tuple(self._entries.values())

    def find(self, name: str) -> Figure | None:
        """Return the entry of a figure, also of a further GPU's; None if it has none."""
        return self._entries.get(name) or self._entries.get(first_of(name))

    def of(self, name: str) -> Figure:
        """Return the entry of a figure; without one, an entry made from its name."""
        found = self.find(name) or self._unknown.get(name)
        if found is None:
            group = name.partition(".")[0].rstrip("0123456789")
            found = Figure(name, pane=GROUPS.get(group))
            if len(self._unknown) >= _MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[name] = found
        return found

    def is_total(self, name: str) -> bool:
        """Return whether the figure is shown behind the part of it that is used."""
        return first_of(name) in self._totals

    def total_of(self, name: str) -> str:
        """Return the figure with the total of this one; empty if there is none."""
        total = self.of(name).total
        return of_gpu(total, gpu_number(name)) if total else ""

    def label(self, name: str) -> str:
        """Return a figure's label, a further GPU's with its number; an unknown figure's words."""
        number = gpu_number(name)
        first = first_of(name)
        label = self.of(first).label or _label_from(first)
        return f"{number}: {label}" if number else label

    def check_peak(self, name: str) -> None:
        """Raise ValueError for a figure that has no highest reading: a bit mask."""
        if not self.of(name).has_peak:
            raise ValueError(f"{name} is a bit mask: it has no highest reading")

    def check_mean(self, name: str) -> None:
        """Raise ValueError for a figure that has no mean: a code."""
        if not self.of(name).has_mean:
            raise ValueError(f"{name} is a code: it has no mean")

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Return the names in the order of the catalogue, after them the others by name."""
        names = set(names)
        known = [name for name in self._entries if name in names]
        return [*known, *sorted(names.difference(known))]

    def plots(self, pane: Pane) -> list[Plot]:
        """Return the enlarged charts of a pane, from top to bottom."""
        charts = (entry.chart for entry in self._entries.values())
        all_plots = dict.fromkeys((*_PLOTS, *(chart.plot for chart in charts if chart)))
        return [plot for plot in all_plots if plot.pane == pane]

    def charted(self, plot: Plot) -> list[Figure]:
        """Return the figures of an enlarged chart."""
        return [e for e in self._entries.values() if e.chart is not None and e.chart.plot == plot]

    def compared(self) -> dict[Compared, list[Figure]]:
        """Return what is drawn of two runs, in its order, with the figures that are added up."""
        found: dict[Compared, list[Figure]] = {}
        for entry in self._entries.values():
            if entry.compared is not None:
                found.setdefault(entry.compared, []).append(entry)
        return dict(sorted(found.items(), key=lambda pair: pair[0].place))


def _fault(entry: Figure) -> str:
    """Return what is wrong with an entry, in words that follow its name; empty for nothing."""
    if not re.fullmatch(_NAME, entry.name) or gpu_number(entry.name):
        return "must be named `group.figure_unit`, and as that of the first GPU"
    if entry.given_unit not in (None, CLOCK, *UNITS.values()):
        return "has a unit that is not among `mlxtop.figures.UNITS`"
    if entry.peak and not entry.has_peak:
        return "has a peak, and is a bit mask, which has none"
    texts = (entry.label, *(() if entry.chart is None else (entry.chart.label,)))
    if any(one_line(text, _LABEL_CELLS) != text for text in texts):
        return f"has a label of more than {_LABEL_CELLS} plain characters"
    if entry.pane is not None and entry.pane not in _PANES:
        return f"names a pane that is not among {', '.join(_PANES)}"
    chart = entry.chart
    if chart is not None and (chart.ink not in INKS or chart.plot.pane not in _PANES):
        return (
            f"names a chart's pane that is unknown, or an ink that is not among {', '.join(INKS)}"
        )
    return ""


def words_in(*texts: str) -> frozenset[str]:
    """Return the words of texts in lower case."""
    return frozenset(re.split(r"[\W_]+", " ".join(texts).lower())) - {""}


def gpu_number(name: str) -> int | None:
    """Return the number of the GPU of a figure, 0 for the first; None if it has none."""
    group, dot, _ = name.partition(".")
    number = group[3:]
    if not dot or not group.startswith("gpu") or len(number) > 2:
        return None
    if number and not (number.isascii() and number.isdigit()):
        return None
    return int(number or 0)


def first_of(name: str) -> str:
    """Return the name that a figure of any GPU has for the first one."""
    return f"gpu.{name.partition('.')[2]}" if gpu_number(name) is not None else name


def of_gpu(name: str, number: int | None) -> str:
    """Return the name that a figure of the first GPU has for the GPU of this number."""
    return (
        f"gpu{number}.{name.removeprefix('gpu.')}" if number and name.startswith("gpu.") else name
    )


def gpu_words(number: int) -> str:
    """Return what a GPU is called in a sentence: `GPU`, `GPU1`."""
    return f"GPU{number or ''}"


def _label_from(name: str) -> str:
    words = name.removeprefix("gpu.").split("_")
    return one_line(" ".join(words[:-1] or words), _LABEL_CELLS)


CATALOGUE = Catalogue()
"""The catalogue that everything reads."""

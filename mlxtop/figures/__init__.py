"""What is known about every figure that is read, recorded and shown: one entry each."""

from mlxtop.figures.catalogue import (
    CATALOGUE,
    GROUPS,
    OWN,
    Catalogue,
    first_of,
    gpu_number,
    gpu_words,
    of_gpu,
    words_in,
)
from mlxtop.figures.codes import Levels, Mask
from mlxtop.figures.entries import PRESSURE_LEVELS, THERMAL_LEVELS, THROTTLE_REASONS
from mlxtop.figures.figure import Chart, Compared, Figure, Pane, Plot
from mlxtop.figures.units import UNITS, Unit, unit_called, unit_of

__all__ = [
    "CATALOGUE",
    "GROUPS",
    "OWN",
    "PRESSURE_LEVELS",
    "THERMAL_LEVELS",
    "THROTTLE_REASONS",
    "UNITS",
    "Catalogue",
    "Chart",
    "Compared",
    "Figure",
    "Levels",
    "Mask",
    "Pane",
    "Plot",
    "Unit",
    "first_of",
    "gpu_number",
    "gpu_words",
    "of_gpu",
    "unit_called",
    "unit_of",
    "words_in",
]

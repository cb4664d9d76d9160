"""The panes: one aspect of the machine or the model each, as of a moment."""

from mlxtop.tui.panes.base import Face, Pane
from mlxtop.tui.panes.cpu import CPU
from mlxtop.tui.panes.gpu import GPU
from mlxtop.tui.panes.memory import MEMORY
from mlxtop.tui.panes.pressure import PRESSURE
from mlxtop.tui.panes.speed import SPEED

PANES: dict[str, Face] = {face.name: face for face in (SPEED, MEMORY, PRESSURE, GPU, CPU)}
"""All panes by name, from top to bottom, for screens, help and the narrow layout."""

__all__ = ["CPU", "GPU", "MEMORY", "PANES", "PRESSURE", "SPEED", "Face", "Pane"]

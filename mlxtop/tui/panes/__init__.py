"""The panes: one aspect of the machine or the model each, as of a moment."""

from mlxtop.tui.panes.base import Kind, Pane
from mlxtop.tui.panes.cpu import CpuPane
from mlxtop.tui.panes.gpu import GpuPane
from mlxtop.tui.panes.memory import MemoryPane
from mlxtop.tui.panes.pressure import PressurePane
from mlxtop.tui.panes.speed import SpeedPane

__all__ = ["CpuPane", "GpuPane", "Kind", "MemoryPane", "Pane", "PressurePane", "SpeedPane"]

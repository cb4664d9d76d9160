"""Two recordings over each other."""

from mlxtop.tui.compare.screen import CompareScreen

__all__ = ["CompareScreen"]

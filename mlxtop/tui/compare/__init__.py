"""Two recordings compared on a screen."""

from mlxtop.tui.compare.screen import CompareScreen

__all__ = ["CompareScreen"]

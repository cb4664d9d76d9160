"""The first screen: which model, or which recording."""

from mlxtop.tui.home.screen import HomeScreen

__all__ = ["HomeScreen"]

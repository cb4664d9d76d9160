"""The enlarged pane: a full chart with axes."""

from mlxtop.tui.zoom.view import ZoomView

__all__ = ["ZoomView"]

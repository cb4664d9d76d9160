"""Rows that are drawn for the room there is, and again whenever that changes."""

from collections.abc import Callable, Sequence

from mlxtop.tui.widgets.rows import Row, RowsWidget

Draw = Callable[[int, int], Sequence[Row]]
"""Returns the rows for a width and a height in cells."""


class FittedRows(RowsWidget):
    """Draws in its own resize: before that, and while it is not displayed, it has no room.

    `grows`: it is as high as its rows; else it has its height from its style.
    """

    def __init__(self, *, grows: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._grows = grows
        self._draw: Draw | None = None

    def fill(self, draw: Draw) -> None:
        """Show what `draw` returns, now and for every other room there will be."""
        self._draw = draw
        self._fill()

    def on_resize(self) -> None:
        """Draw for the room there is now."""
        self._fill()

    def _fill(self) -> None:
        width, height = self.content_size
        if self._draw is None or width <= 0 or (height <= 0 and not self._grows):
            return
        rows = self._draw(width, height)
        if self._grows:
            self.styles.height = len(rows)
        self.put(rows)

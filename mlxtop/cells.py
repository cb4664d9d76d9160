"""Text in a number of cells of the terminal, in which some characters take two and some none."""

from rich.cells import cell_len, set_cell_size


def fit(text: str, cells: int, right: bool = False) -> str:
    """Return the text in exactly so many cells, its end or its beginning padded."""
    if cell_len(text) > cells:
        return set_cell_size(text, max(0, cells - 1)) + "…" if cells else ""
    padding = " " * (cells - cell_len(text))
    return padding + text if right else text + padding

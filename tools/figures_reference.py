"""Write the table of figures in docs/architecture.md from the catalogue.

python tools/figures_reference.py
"""

from collections.abc import Iterable
from pathlib import Path

from mlxtop.figures import OWN, Figure, Levels, Mask

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def reference(entries: Iterable[Figure] = OWN) -> str:
    """Return the table: a row for each figure, and one for those of further GPUs."""
    rows = ["| name | unit | label | meaning |", "|---|---|---|---|"]
    for entry in entries:
        rows.append(f"| `{entry.name}` | {entry.unit.symbol} | {entry.label} | {_meaning(entry)} |")
        if entry.name == "gpu.throttle_reasons":
            rows.append("| `gpu1.…`, `gpu2.…` | | `1: …` | the same figures of further GPUs |")
    return "\n".join(rows)


def _meaning(entry: Figure) -> str:
    said = entry.meaning.replace("|", "\\|")
    match entry.codes:
        case Levels():
            words = ", ".join(f"{level} {word}" for level, word in enumerate(entry.codes.words))
            return f"{said} ({words})"
        case Mask():
            words = "; ".join(
                f"{bit:#x} {word}" + ("" if bit & ~entry.codes.harmless else ", no brake")
                for bit, word in entry.codes.bits
            )
            return f"{said} ({words})"
    return said


def document(text: str) -> str:
    """Return the document with its table made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{reference()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")

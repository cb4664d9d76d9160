"""Write the table of figures in docs/architecture.md from the catalogue.

python -m tools.figures_reference
"""

from collections.abc import Iterable
from pathlib import Path

from mlxtop.figures import OWN, Figure, Levels, Mask
from tools.generated import renewed

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"


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
    return renewed(text, "figures", reference())


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")

"""Write the table of formats in docs/exports.md from the table of exports.

python -m tools.exports_reference
"""

from pathlib import Path

from mlxtop.exports import EXPORTS, FAMILIES, Export, Family
from tools.generated import renewed

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "exports.md"
WHERE: dict[Family, str] = {
    "benchmark": "mlxtop bench",
    "comparison": "mlxtop compare A B",
    "recordings": "mlxtop recordings",
    "reading": "mlxtop watch --once",
    "readings": "mlxtop watch",
}
"""The command that exports a family; the others are exported in the app."""


def reference() -> str:
    """Return the table: a row for each format."""
    rows = ["| of | format | files | on the command line | in the app |", "|---|---|---|---|---|"]
    for family, words in FAMILIES.items():
        for one in (one for one in EXPORTS if one.family == family):
            app = "written by `Ctrl+S`" if one.usual else ""
            rows.append(f"| {words} | {one.name} | `{one.suffix}` | {_option(one)} | {app} |")
    return "\n".join(rows)


def _option(one: Export) -> str:
    command = WHERE.get(one.family)
    if command is None:
        return ""
    file = " FILE" if one.option == "file" else ""
    return f"`{command} {one.flag}{file}`"


def document(text: str) -> str:
    """Return the document with its table made anew."""
    return renewed(text, "exports", reference())


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")

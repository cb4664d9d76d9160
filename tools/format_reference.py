"""Write the reference part of docs/recording-format.md, and the JSON Schema, from the events.

python tools/format_reference.py
"""

import ast
from pathlib import Path

from mlxtop import events
from mlxtop.recording.schema import schema_text

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "recording-format.md"
SCHEMA = ROOT / "docs" / "recording.schema.json"
BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"


def reference() -> str:
    """Return a section for each kind of event, and for what events are made of."""
    tree = ast.parse(Path(events.__file__).read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    kinds = {
        member.__name__: str(member.__struct_config__.tag) for member in events.AnyEvent.__args__
    }
    parts = [_section(f"`{kind}`", classes[name]) for name, kind in kinds.items()]
    others = ("SensorInfo", "Sampling", "Purpose", "PlanPoint")
    return "\n".join(parts + [_section(f"{one} (part of others)", classes[one]) for one in others])


def _section(title: str, node: ast.ClassDef) -> str:
    lines = [f"### {title}", "", _words(ast.get_docstring(node) or ""), ""]
    rows = []
    for place, part in enumerate(node.body):
        if not isinstance(part, ast.AnnAssign) or not isinstance(part.target, ast.Name):
            continue
        following = node.body[place + 1] if place + 1 < len(node.body) else None
        told = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            told = _words(str(following.value.value))
        kind = ast.unparse(part.annotation).replace("|", "or")
        default = "required" if part.value is None else f"`{ast.unparse(part.value)}`"
        rows.append(f"| `{part.target.id}` | {kind} | {default} | {told} |")
    if rows:
        lines += ["| field | type | default | |", "|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _words(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def document(text: str) -> str:
    """Return the document with its reference part made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")

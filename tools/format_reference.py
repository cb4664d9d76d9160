"""Write the reference part of docs/recording-format.md, and the JSON Schema, from the events.

python -m tools.format_reference
"""

import ast
from pathlib import Path
from typing import Annotated, get_args, get_origin

import msgspec

from mlxtop import events
from mlxtop.holds import Holds, Text
from mlxtop.recording.check import schema_text
from mlxtop.recording.privacy import Keeper, Place, places
from mlxtop.recording.vocabulary import RULES, gone
from tools.generated import renewed

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "recording-format.md"
SCHEMA = ROOT / "docs" / "recording.schema.json"


def reference() -> str:
    """Return a section for each kind of event, for what events are made of, and for texts."""
    tree = ast.parse(Path(events.__file__).read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    sections = [_section(f"`{kind.__struct_config__.tag}`", classes, kind) for kind in KINDS]
    parts = [_section(f"{one.__name__} (part of others)", classes, one) for one in PARTS]
    return "\n".join([*sections, *parts, _texts()])


KINDS = events.AnyEvent.__args__
PARTS = (events.SensorInfo, events.Sampling, events.Purpose, events.PlanPoint)


def _section(title: str, classes: dict[str, ast.ClassDef], kind: type[msgspec.Struct]) -> str:
    node = classes[kind.__name__]
    lines = [f"### {title}", "", _words(ast.get_docstring(node) or ""), ""]
    rows = []
    for place, part in enumerate(node.body):
        if not isinstance(part, ast.AnnAssign) or not isinstance(part.target, ast.Name):
            continue
        name = part.target.id
        if name not in kind.__struct_fields__:
            continue
        following = node.body[place + 1] if place + 1 < len(node.body) else None
        told = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            told = _words(str(following.value.value))
        bare = ast.unparse(_Bare().visit(part.annotation)).replace("|", "or")
        default = "required" if part.value is None else f"`{ast.unparse(part.value)}`"
        text = _of_text(places(kind).get(name))
        rows.append([f"`{name}`", bare, default, text, told])
    if not rows:
        return "\n".join(lines)
    rows = [["field", "type", "default", "text, redacted", ""], ["---"] * 5, *rows]
    if not places(kind):
        rows = [[*row[:3], row[4]] for row in rows]
    lines += [f"|{'|'.join(row)}|" if row[0] == "---" else f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, ""])


class _Bare(ast.NodeTransformer):
    """Takes the declarations out of a type: they have a column of their own."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        named = getattr(events, node.id, None)
        if get_origin(named) is Annotated:
            return ast.Name(get_args(named)[0].__name__)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if ast.unparse(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
            return self.visit(node.slice.elts[0])  # type: ignore[no-any-return]
        return self.generic_visit(node)


def _of_text(place: Place | None) -> str:
    """Return what a field's texts hold, and what stays of them in a redacted recording."""
    if place is None:
        return ""
    names = f"names: {_of_text(place.names)}" if place.names else ""
    inside = place.inside
    if place.names and not place.is_text:
        told = _of_text(inside)
    elif place.asked:
        told = "as the event says"
    elif place.is_text or (inside and inside.is_text):
        text = place.text if place.is_text or inside is None else inside.text
        told = f"{text.holds.value}: {_stays(text)}"
    else:
        told = "as its parts"
    return "; ".join(filter(None, (names, told)))


def _stays(text: Text) -> str:
    if text.holds in (Holds.SAID, Holds.MESSAGE):
        but = f" (except {', '.join(text.apart_from)})" if text.apart_from else ""
        return f"left out, also with `--no-text`{but}"
    if text.words:
        return "stays"
    if text.holds not in RULES:
        return "left out"
    return "removed" if RULES[text.holds] is gone else "stays if it is known"


def _texts() -> str:
    """Return the section about what texts hold."""
    rows = []
    for holds in Holds:
        without = "left out" if Keeper().is_private(holds) else "stays"
        rule = RULES.get(holds)
        redacted = _words(rule.__doc__ or "") if rule else "Keep nothing."
        rows.append(f"| {holds.value} | {without} | {redacted} |")
    return "\n".join([
        "### What texts hold",
        "",
        "| a text that holds | with `--no-text` | redacted |",
        "|---|---|---|",
        *rows,
        "",
    ])  # fmt: skip


def _words(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def document(text: str) -> str:
    """Return the document with its reference part made anew."""
    return renewed(text, "reference", f"\n{reference()}")


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")

"""What the pages of documentation name is there: files, folders, and names within a file."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP = ("mlxtop", "tests", "tools", "benchmarks", "docs", "recordings", "themes")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WHOLE = re.compile(rf"(?<![\w./-])(?:{'|'.join(TOP)})/[\w./*-]*")
"""From the top folder on; `*` stands for any name."""
SHORT = re.compile(rf"`((?!(?:{'|'.join(TOP)})/)(?:[\w-]+/)*\w+\.py)`")
"""A module by the end of its path."""
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
NAMED = re.compile(r"`([\w/.]+\.py)`: ((?:`[\w.]+`(?:, )?)+)")
"""A module and names in it, as the ways through the code in `architecture.md` are written."""
NAMED_IN = re.compile(r"`(\w+)` in `([\w/.]+\.py)`")


def absent(page: str, *, folder: Path = ROOT / "docs") -> Iterator[str]:
    """Yield what a page's text names and is not there."""
    for match in WHOLE.finditer(page):
        path = match.group().rstrip(".-")
        if not any(ROOT.glob(path)):
            yield path
    for path in SHORT.findall(page):
        if not modules(path):
            yield path
    for path in LINK.findall(page):
        if not (folder / path).exists():
            yield path
    named = [*NAMED.findall(page), *((path, name) for name, path in NAMED_IN.findall(page))]
    for path, names in named:
        code = "".join(module.read_text("utf-8") for module in modules(path))
        for name in re.findall(r"[\w.]+", names):
            if not all(re.search(rf"\b{part}\b", code) for part in name.split(".")):
                yield f"{path}: {name}"


def modules(path: str) -> list[Path]:
    """Return the modules whose path ends like this."""
    if (ROOT / path).is_file():
        return [ROOT / path]
    return [found for top in TOP for found in (ROOT / top).glob(f"**/{path}")]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_what_a_page_names_is_there(page: Path) -> None:
    assert list(absent(page.read_text("utf-8"), folder=page.parent)) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("See `mlxtop/events.py`, tests/extend/ and `mlxtop/sensors/*/parse.py`.", []),
        ("See `mlxtop/no_such.py` and tests/nowhere/.", ["mlxtop/no_such.py", "tests/nowhere/"]),
        ("`folds/turn.py`, `folds/no_such.py`", ["folds/no_such.py"]),
        ("[here](models.md#thinking) and [there](gone.md)", ["gone.md"]),
        ("`folds/turn.py`: `Turn.add`, `Turned`", ["folds/turn.py: Turned"]),
        ("`Turn` and `Turned` in `folds/turn.py`", ["folds/turn.py: Turned"]),
    ],
)
def test_what_is_not_there_is_found(text: str, missing: list[str]) -> None:
    assert list(absent(text)) == missing


def test_the_layers_are_those_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(
        found for found in project["tool"]["importlinter"]["contracts"] if found["type"] == "layers"
    )
    # `mlxtop.actions.key_names` within its package, and `__main__`, which only calls `cli`.
    required = [set(re.findall(r"mlxtop\.(\w+)(?!\.)\b", layer)) for layer in contract["layers"]]
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = page.partition("## Layers")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ((?:`\w+` )+)\|", section, re.MULTILINE)
    assert [set(re.findall(r"\w+", row)) for row in rows] == required[1:]

"""How modules and screens depend on one another."""

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

import mlxtop

ROOT = Path(mlxtop.__file__).parent
MODULES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}
DEEPEST = 2
"""Own classes of screens from Textual's to the screen itself, its own among them."""


def at_module_level(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports of a module, those for types alone too, but none within a function."""
    for statement in body:
        match statement:
            case ast.Import() | ast.ImportFrom():
                yield statement
            case ast.If():
                yield from at_module_level([*statement.body, *statement.orelse])
            case ast.Try():
                yield from at_module_level([*statement.body, *statement.orelse])


def imported(path: Path) -> set[str]:
    """Return the modules of ours that a module imports."""
    found: set[str] = set()
    for statement in at_module_level(ast.parse(path.read_text()).body):
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        else:
            of = statement.module or ""
            named = (f"{of}.{alias.name}" for alias in statement.names)
            names = [name if name in MODULES else of for name in named]
        found.update(name for name in names if name in MODULES)
    return found


def test_no_modules_import_each_other() -> None:
    graph = {name: imported(path) - {name} for name, path in MODULES.items()}
    assert len(graph) > 300
    assert "mlxtop.tui.app" not in graph["mlxtop.tui.run.screen"]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"modules import each other: {' → '.join(reversed(error.args[1]))}")


BESIDE = frozenset({"FindDialog"})
"""A dialog over a list to pick from, which is a dialog itself."""


def own_screens() -> list[type[Screen[Any]]]:
    """Return every class of screens in the app."""
    found: dict[type[Screen[Any]], None] = {}
    tui = import_module("mlxtop.tui")
    for module in pkgutil.walk_packages(tui.__path__, "mlxtop.tui."):
        for value in vars(import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, Screen) and is_own(value):
                found[value] = None
    return list(found)


def is_own(kind: type) -> bool:
    return kind.__module__.startswith("mlxtop.")


def test_screens_are_composed_and_no_tower() -> None:
    deep = {
        kind.__name__: [base.__name__ for base in lineage]
        for kind in own_screens()
        if len(lineage := [b for b in kind.__mro__ if is_own(b) and issubclass(b, Screen)])
        > DEEPEST
    }
    assert deep.keys() == BESIDE

"""A kind of plan is known in one place: nothing else asks what a plan's kind is called."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlxtop
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.kind import PlanKind, either
from mlxtop.bench.plan import FIELDS, Plan

SOURCE = Path(mlxtop.__file__).parent
OWN = SOURCE / "bench" / "kinds"
TABLE = 4
"""Names of kinds that make a dictionary a table of kinds."""
OLDER = SOURCE / "events.py"
"""Says what the labels of points are made of for recordings that do not say it themselves."""


def _is_kind(node: ast.AST) -> bool:
    """Return whether an expression may be what a plan's kind is called: `plan.kind`, `kind`."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("kind", "plan")
    return isinstance(node, ast.Name) and node.id in ("kind", "plan")


def _names(node: ast.AST) -> set[str]:
    """Return the names of kinds that stand in an expression."""
    texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return {text for text in texts if isinstance(text, str) and text in KINDS}


def _compared(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """Yield where a kind is compared with a name, and where a table has names of kinds."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                sides = [left, *others]
                if any(map(_is_kind, sides)) and (found := set().union(*map(_names, sides))):
                    yield node.lineno, found
            case ast.Match(subject=subject, cases=cases) if _is_kind(subject):
                if found := set().union(*(_names(case.pattern) for case in cases)):
                    yield node.lineno, found
            case ast.Dict(keys=keys):
                names = [
                    name for key in keys if isinstance(key, ast.Constant) for name in _names(key)
                ]
                if len(names) >= TABLE:
                    yield node.lineno, set(names)


def test_no_name_of_a_kind_is_compared_outside_of_its_file() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line}: {', '.join(sorted(names))}"
        for path in sorted(SOURCE.rglob("*.py"))
        if OWN not in path.parents and path != OLDER
        for line, names in _compared(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'if plan.kind == "stress": pass',
        'x = result.plan.kind in ("models", "warm")',
        'again = event.plan == "stress"',
        "match plan.kind:\n    case 'sweep' | 'x': pass",
        f"x = {dict.fromkeys(list(KINDS)[:TABLE])}",
    ],
)
def test_a_comparison_would_be_found(code: str) -> None:
    assert list(_compared(ast.parse(code)))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_is_made_of_fields_that_there_are(kind: PlanKind) -> None:
    named = {*kind.form, *kind.also, *kind.quick, *filter(None, (kind.needs, kind.chosen_by))}
    assert named <= FIELDS.keys()
    assert all(FIELDS[name].row is not None for name in kind.form)
    assert all(kind.knows(FIELDS[name]) for name in named)
    assert bool(kind.needs) == bool(kind.needs_words)
    if kind.name != Plan().kind:
        flag = kind.flag or FIELDS[kind.chosen_by].flag
        assert flag is not None, "the command line can ask for it"


def test_every_field_has_a_range_where_it_is_a_number_and_a_kind_that_knows_it() -> None:
    for field in FIELDS.values():
        numbers = field.type in (int, float, int | None, tuple[int, ...])
        assert numbers == (field.range is not None), field.name
        assert any(kind.knows(field) for kind in KINDS.values()), field.name


@pytest.mark.parametrize(
    ("kinds", "words"),
    [("a", "a"), ("ab", "a or b"), ("abcd", "a, b, c or d"), ("abcdefgh", "a, b, c or 5 others")],
)
def test_kinds_in_a_sentence_are_few(kinds: str, words: str) -> None:
    assert either(list(kinds)) == words

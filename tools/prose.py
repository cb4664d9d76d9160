"""Plain technical English: finds words of `prose.toml` in strings, docstrings, comments and docs.

A line that quotes such a word on purpose ends with `prose: quoted`.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = Path(__file__).with_suffix(".toml")
_CODE = ("mlxtop", "tools", "benchmarks")
_PAGES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/*.md",
    "recordings/*.md",
    "themes/*.md",
)
_QUOTED = "prose: quoted"
_NOT_READ = frozenset({"tools/prose.py"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A turn of phrase that is to be written otherwise."""

    where: str
    """File and line."""
    found: str
    instead: str

    def __str__(self) -> str:
        return f"{self.where}: “{self.found}”: write {self.instead}"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is looked for in texts and in names: pattern → what to write instead."""

    text: tuple[tuple[re.Pattern[str], str], ...]
    names: tuple[tuple[re.Pattern[str], str], ...]


def read_rules(path: Path = WORDS) -> Rules:
    """Return the rules of a word list."""
    tables = tomllib.loads(path.read_text("utf-8"))
    return Rules(
        text=tuple((re.compile(one, re.IGNORECASE), use) for one, use in tables["text"].items()),
        names=tuple((re.compile(one), use) for one, use in tables["names"].items()),
    )


def texts_of(code: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string and comment of a module; strings over lines as one."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.JoinedStr):
            parts = (one.value if isinstance(one, ast.Constant) else "…" for one in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def names_of(code: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of each class and function of a module."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name


def faults_of(path: Path, rules: Rules) -> Iterator[Fault]:
    """Yield what a module or a page should say otherwise."""
    shown = path.relative_to(ROOT).as_posix()
    content = path.read_text("utf-8")
    lines = content.splitlines()
    found = set()
    if path.suffix == ".py":
        texts: Iterable[tuple[int, str]] = texts_of(content)
        found |= set(_matches([(1, path.stem), *names_of(content)], rules.names))
    else:
        texts = enumerate(lines, start=1)
    found |= set(_matches(texts, rules.text))
    for number, word, instead in sorted(found):
        if _QUOTED not in lines[number - 1]:
            yield Fault(f"{shown}:{number}", word, instead)


def _matches(
    texts: Iterable[tuple[int, str]], rules: tuple[tuple[re.Pattern[str], str], ...]
) -> Iterator[tuple[int, str, str]]:
    for number, text in texts:
        flowing = " ".join(text.split())
        for pattern, instead in rules:
            if match := pattern.search(flowing):
                yield number, match.group(), instead


def files() -> list[Path]:
    """Return the modules and pages that are read."""
    code = (path for folder in _CODE for path in (ROOT / folder).rglob("*.py"))
    pages = (path for pattern in _PAGES for path in ROOT.glob(pattern))
    return sorted(
        path for path in (*code, *pages) if path.relative_to(ROOT).as_posix() not in _NOT_READ
    )


def main() -> int:
    """Print every fault; return 1 where there is one."""
    rules = read_rules()
    faults = [fault for path in files() for fault in faults_of(path, rules)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

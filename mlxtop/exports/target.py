"""Requested exports, each with its file or stdout."""

import sys
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from mlxtop.exports.table import Export, ExportError, Family, built_in, find
from mlxtop.output_files import write_whole
from mlxtop.streams import complain, print_data

STDOUT = Path("-")


class Target(msgspec.Struct, frozen=True):
    """An export and its destination."""

    export: Export
    path: Path = STDOUT

    @property
    def on_stdout(self) -> bool:
        """Whether it is printed."""
        return self.path == STDOUT

    @property
    def said(self) -> str:
        """Its option as written: `--json`, `--markdown -`."""
        takes_file = self.export.option == "file" and self.on_stdout
        return f"{self.export.flag} -" if takes_file else self.export.flag


def asked(*families: Family, **options: Path | bool | None) -> tuple[Target, ...]:
    """Return the targets of the options of built-in formats: a file, or True."""
    return tuple(
        Target(one, path if isinstance(path, Path) else STDOUT)
        for one in built_in(*families)
        if (path := options.get(one.name))
    )


def named(words: str, *families: Family) -> Target:
    """Return the target of `--export NAME` or `NAME=FILE`; raises ExportError."""
    name, equals, path = words.partition("=")
    if equals and not path:
        how = f"{name}=FILE, or {name} for stdout"
        raise ExportError(f"--export {name}= has no file: {how}.", status=2)
    return Target(find(name, *families), Path(path) if equals else STDOUT)


def same_file_twice(paths: Iterable[Path]) -> bool:
    """Whether two of the paths are the same file, or both are stdout."""
    real = [path if path == STDOUT else path.resolve() for path in paths]
    return len(set(real)) < len(real) or any(
        path.is_file() and other.is_file() and path.samefile(other)
        for path, other in combinations(real, 2)
    )


def write(targets: Sequence[Target], *value: Any, **named: Any) -> bool:
    """Write a value to its files and print it; return whether everything succeeded.

    Failures are reported on stderr.
    """
    well = True
    # Files first: the reader of stdout may be gone.
    for target in sorted(targets, key=lambda one: one.on_stdout):
        try:
            data = target.export.bytes_of(*value, **named)
            if not target.on_stdout:
                write_whole(target.path, data)
                continue
        except ExportError as error:
            well = False
            complain(str(error))
            continue
        except OSError as error:
            well = False
            complain(f"{target.path} cannot be written: {error.strerror or error}.")
            continue
        print_data()
        sys.stdout.write(data.decode("utf-8", "replace"))
        sys.stdout.flush()
    return well

"""Exports: one table of formats, with those of installed packages."""

from mlxtop.exports.table import (
    EXPORTS,
    FAMILIES,
    Export,
    ExportError,
    Family,
    any_installed,
    built_in,
    find,
    offered,
    usual,
)
from mlxtop.exports.target import STDOUT, Target, asked, named, same_file_twice, write

__all__ = [
    "EXPORTS",
    "FAMILIES",
    "STDOUT",
    "Export",
    "ExportError",
    "Family",
    "Target",
    "any_installed",
    "asked",
    "built_in",
    "find",
    "named",
    "offered",
    "same_file_twice",
    "usual",
    "write",
]

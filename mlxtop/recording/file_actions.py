"""Giving a recording another name, and deleting it: what is refused, in a sentence."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mlxtop import format as fmt
from mlxtop.recording.directory import ListedRecording
from mlxtop.recording.file import is_being_written
from mlxtop.recording.library import suffix_of
from mlxtop.text import one_line, visible

LONGEST_NAME_BYTES = 255
"""What file systems take."""


class FileActionRefused(Exception):
    """Something is not done; the text is a sentence that says why."""


def name_problem(path: Path, stem: str) -> str:
    """Return why a recording cannot be called so, in a sentence; empty where it can.

    `stem` is the name without its suffix, which stays as it is.
    """
    name = stem + suffix_of(path.name)
    if not stem.strip():
        return "A recording needs a name."
    if "/" in stem or "\\" in stem:
        return "A name cannot contain / or \\: a recording stays in its directory."
    if stem.startswith("."):
        return "A name that begins with a dot would be hidden."
    if visible(stem) != stem or "\n" in stem or "\t" in stem:
        return "A name cannot contain control characters."
    if len(os.fsencode(name)) > LONGEST_NAME_BYTES:
        return f"That is longer than the {LONGEST_NAME_BYTES} bytes a name may have."
    target = path.with_name(name)
    # Where capitals do not count, another spelling of its own name is no other file.
    if os.path.lexists(target) and not (target.exists() and target.samefile(path)):
        return f"There is a {one_line(name, 80)} already."
    return ""


def stem_in(typed: str) -> str:
    """Return the name that somebody typed, without the suffix, which stays anyway."""
    name = typed.strip()
    return name.removesuffix(suffix_of(name)).rstrip()


def rename_problem(item: ListedRecording) -> str:
    """Return why a recording may not be renamed, in a sentence; empty where it may."""
    return _problem(item, "renamed")


def rename(item: ListedRecording, stem: str) -> ListedRecording:
    """Give a recording another name, its suffix kept; return it under that. Raises Refused."""
    stem = stem_in(stem)
    if problem := rename_problem(item) or name_problem(item.path, stem):
        raise FileActionRefused(problem)
    target = item.path.with_name(stem + suffix_of(item.path.name))
    try:
        item.path.rename(target)
    except OSError as error:
        raise FileActionRefused(f"{_shown(item)} cannot be renamed: {error.strerror}.") from None
    return replace(item, info=replace(item.info, path=target))


def deletion_problem(items: Iterable[ListedRecording]) -> str:
    """Return why one of them may not be deleted, in a sentence; empty where all may."""
    return next(filter(None, (_problem(item, "deleted") for item in items)), "")


def deletion_question(items: Sequence[ListedRecording]) -> tuple[str, str]:
    """Return what is asked before, and the names and sizes of all where they are several."""
    size = fmt.size(sum(item.info.bytes for item in items))
    if len(items) == 1:
        return f"Delete {_shown(items[0])} ({size}) for good?", ""
    names = "\n".join(f"{_shown(item)}  {fmt.size(item.info.bytes)}" for item in items)
    return f"Delete {len(items)} recordings ({size}) for good?", names


def delete(item: ListedRecording) -> int:
    """Delete a recording for good; return the bytes it took. Raises Refused."""
    if problem := deletion_problem([item]):
        raise FileActionRefused(problem)
    try:
        size = item.path.lstat().st_size
        item.path.unlink()
    except OSError as error:
        raise FileActionRefused(f"{_shown(item)} cannot be deleted: {error.strerror}.") from None
    return size


def _problem(item: ListedRecording, done: str) -> str:
    if item.shipped:
        return f"{_shown(item)} came with mlxtop: it is not {done}."
    if is_being_written(item.path):
        return f"{_shown(item)} is being written: it is not {done} before its run ends."
    return ""


def _shown(item: ListedRecording) -> str:
    return one_line(item.path.name, 100)

"""Renaming and deleting a recording, with the reason if that is refused."""

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
"""The longest name that file systems accept."""


class FileActionRefused(Exception):
    """An action is refused; the text is a sentence that says why."""


def name_problem(path: Path, stem: str) -> str:
    """Return why a recording cannot have this name, in a sentence; empty if it can.

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
    # If the file system ignores case, another spelling of its own name is the same file.
    if os.path.lexists(target) and not (target.exists() and target.samefile(path)):
        return f"{one_line(name, 80)} already exists."
    return ""


def stem_in(typed: str) -> str:
    """Return the typed name without the suffix, which stays anyway."""
    name = typed.strip()
    return name.removesuffix(suffix_of(name)).rstrip()


def rename_problem(item: ListedRecording) -> str:
    """Return why a recording must not be renamed, in a sentence; empty if it may be."""
    return _problem(item, "renamed")


def rename(item: ListedRecording, stem: str) -> ListedRecording:
    """Rename a recording, keeping its suffix; return it under the new name. Raises Refused."""
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
    """Return why one of them must not be deleted, in a sentence; empty if all may be."""
    return next(filter(None, (_problem(item, "deleted") for item in items)), "")


def deletion_question(items: Sequence[ListedRecording]) -> tuple[str, str]:
    """Return the question before deleting, and the names and sizes if there are several."""
    size = fmt.size(sum(item.info.bytes for item in items))
    if len(items) == 1:
        return f"Delete {_shown(items[0])} ({size}) permanently?", ""
    names = "\n".join(f"{_shown(item)}  {fmt.size(item.info.bytes)}" for item in items)
    return f"Delete {len(items)} recordings ({size}) permanently?", names


def delete(item: ListedRecording) -> int:
    """Delete a recording permanently; return its size. Raises Refused."""
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
        return f"{_shown(item)} came with mlxtop: it cannot be {done}."
    if is_being_written(item.path):
        return f"{_shown(item)} is being written: it cannot be {done} before its run ends."
    return ""


def _shown(item: ListedRecording) -> str:
    return one_line(item.path.name, 100)

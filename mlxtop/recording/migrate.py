"""Recordings of an older schema, converted to the current one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from mlxtop import events
from mlxtop.recording.check import UNDECODABLE
from mlxtop.recording.file import is_being_written
from mlxtop.recording.plain import STANDARD_INPUT, is_cut_off, open_plain, shown_name, unreadable
from mlxtop.recording.reader import LONGEST_LINE_BYTES, schema_of
from mlxtop.recording.report import RecordingError
from mlxtop.recording.rewrite import new_file, replaced_file
from mlxtop.text import one_line

Line = dict[str, Any]
Step = Callable[[Line], Line]
"""Takes a line of one schema as plain JSON and returns it in the next schema.

Kinds and fields that the step does not know stay as they are. It does not change the `schema` of a
header. For a line that does not follow its schema it may raise LookupError, TypeError, ValueError
or AttributeError; such a line is kept.
"""

STEPS: Mapping[int, Step] = {}
"""Schema → the step to the next one, for each schema before the current."""


@dataclass
class Migrated:
    """The result of a migration."""

    old: int
    """The schema it had."""
    new: int
    """The schema it has now."""
    lines: int = 0
    kept: int = 0
    """Lines that are not JSON, or do not follow their schema; they are unchanged."""

    @property
    def done(self) -> bool:
        """Whether there was something to do."""
        return self.old != self.new


class _Stairs:
    """Converts line after line to the current schema, from that of the last header."""

    def __init__(self, steps: Mapping[int, Step], current: int) -> None:
        self._steps = steps
        self._current = current
        self._schema = current

    def climb(self, line: Line) -> Line:
        header = line.get("kind") == "header"
        if header:
            said = line.get("schema")
            known = isinstance(said, int) and 1 <= said <= self._current
            self._schema = said if known and isinstance(said, int) else self._current
        for schema in range(self._schema, self._current):
            line = self._steps[schema](line)
        return line | {"schema": self._current} if header else line


def migrate(
    source: Path,
    target: Path | None,
    *,
    steps: Mapping[int, Step] = STEPS,
    current: int = events.SCHEMA_VERSION,
) -> Migrated:
    """Convert a recording to the current schema: into `target`, or in place with a backup for None.

    A recording of the current schema does not change: `target` becomes a copy of it, byte by byte
    except for its compression. Lines that cannot be converted, and those longer than 8 MiB, are
    kept as they are. Raises RecordingError; then nothing has changed.
    """
    with open_plain(source) as file:
        lines = _Lines(file, source)
        first = lines.next()
        result = Migrated(schema_of(first, source, current, cut_off=is_cut_off(file)), current)
        if not result.done and target is None:
            return result
        if is_being_written(source):
            shown = one_line(str(source), 300)
            raise RecordingError(f"{shown} is being written: end that run first.")
        if target is None and str(source) == STANDARD_INPUT:
            raise RecordingError("The standard input cannot be changed in place: name a file.")
        with new_file(target) if target else replaced_file(source) as out:
            if result.done:
                _rewrite(first, lines, out, _Stairs(steps, current), result)
            else:
                out.write(first)
                while part := lines.next():
                    out.write(part)
            if is_cut_off(file):
                raise RecordingError(f"{shown_name(source)} was not changed: its end is missing.")
    return result


def schema_in(source: Path) -> int:
    """Return the schema of a recording; raises RecordingError if this version does not know it."""
    with open_plain(source) as file:
        first = _Lines(file, source).next()
        return schema_of(first, source, cut_off=is_cut_off(file))


class _Lines:
    """The lines of an open file, at most 8 MiB of each at a time."""

    def __init__(self, file: BinaryIO, source: Path) -> None:
        self._file = file
        self._source = source

    def next(self) -> bytes:
        """Return the next line or a part of it, empty at the end; raises RecordingError."""
        try:
            return self._file.readline(LONGEST_LINE_BYTES)
        except OSError as error:
            raise unreadable(self._source, error) from None


def _rewrite(first: bytes, lines: _Lines, out: BinaryIO, stairs: _Stairs, result: Migrated) -> None:
    part = first
    while part:
        result.lines += 1
        new = _new(part, stairs) if part.endswith(b"\n") or len(part) < LONGEST_LINE_BYTES else None
        result.kept += new is None
        out.write(part if new is None else new)
        while new is None and not part.endswith(b"\n") and (part := lines.next()):
            out.write(part)
        part = lines.next()


def _new(line: bytes, stairs: _Stairs) -> bytes | None:
    """Return the line in the current schema; None if it does not follow its own schema."""
    try:
        raw = msgspec.json.decode(line)
        if not isinstance(raw, dict):
            return None
        return msgspec.json.encode(stairs.climb(raw)) + b"\n"
    except (*UNDECODABLE, LookupError, TypeError, AttributeError):
        return None

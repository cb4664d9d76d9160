"""Reading a recording: line by line, in bounded memory, whatever the file contains."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent, End, Header
from mlxtop.recording.check import UNDECODABLE, unsound, why
from mlxtop.recording.plain import (
    BUFFER_BYTES,
    is_cut_off,
    is_packed,
    open_plain,
    shown_name,
    unreadable,
)
from mlxtop.recording.report import ReadReport, RecordingError, cut_off_after
from mlxtop.text import one_line

MOST_TURNS = 100_000
"""1.6 kB each in memory, of 55 bytes in a file: a day has some 4,000."""
MOST_TOKENS = 50_000_000
"""12 bytes each, of two in a file: a day has two million."""
MOST_FIGURES = 10_000
"""Names of figures, each a series of its own: a machine has some 40."""
MOST_OTHERS = 300_000
"""Marks, notices, loads, messages, steps of prefill…: 100 to 300 bytes each, of 22 in a file."""


class Bound:
    """Counts what a reader keeps; readings of a figure need no bound, they take 8 bytes each."""

    def __init__(self, path: Path) -> None:
        """Begin with nothing; `path` is named in messages."""
        self._path = path
        self._turns = self._tokens = self._others = 0
        self._figures: set[str] = set()

    def of(self, found: Iterable[AnyEvent]) -> Iterator[AnyEvent]:
        """Yield the events; raises RecordingError if there are more than the reader keeps."""
        for event in found:
            self._count(event)
            yield event

    def _count(self, event: AnyEvent) -> None:
        match event:
            case events.Sample():
                if not event.values.keys() <= self._figures:
                    self._figures.update(event.values)
                    self._most(len(self._figures), MOST_FIGURES, "figures")
            case events.MlxMemory():
                pass
            case events.Tokens():
                self._tokens += len(event.times)
                self._most(self._tokens, MOST_TOKENS, "tokens")
            case events.TurnStart():
                self._turns += 1
                self._most(self._turns, MOST_TURNS, "turns")
            case _:
                self._others += 1
                self._most(self._others, MOST_OTHERS, "events other than turns and readings")

    def _most(self, count: int, most: int, what: str) -> None:
        if count > most:
            raise RecordingError(
                f"{shown_name(self._path)} has more than {most:,} {what}, more than mlxtop keeps "
                "in memory; `mlxtop check` and `mlxtop recordings` read all of it."
            )


LONGEST_LINE_BYTES = 8 << 20


class _FirstLine(msgspec.Struct):
    kind: str = ""
    schema: int | None = None


_first_line_decoder = msgspec.json.Decoder(_FirstLine)


class Recording:
    """An open recording: its header immediately, its events on demand.

    A context manager; `events` closes the file at the end.
    """

    def __init__(self, path: Path | str) -> None:
        """Open the file and read its first line; raises RecordingError."""
        self.path = Path(path)
        self._file = open_plain(self.path)
        self._begun = b""
        """A line without its end, which is not written yet."""
        try:
            self.header = self._read_header()
        except BaseException:
            self._file.close()
            raise
        self.report = ReadReport(self.path, self.header)

    @property
    def packed(self) -> bool:
        """Whether the file is compressed."""
        return is_packed(self._file)

    @property
    def cut_off(self) -> bool:
        """Whether it is compressed and its end is missing, after it was read completely."""
        return is_cut_off(self._file)

    @property
    def share_read(self) -> float:
        """The part of a plain file that was read, 0 to 1; 0 if its size is not known."""
        try:
            size = os.fstat(self._file.fileno()).st_size
            return min(1.0, self._file.tell() / size) if size else 0.0
        except (OSError, ValueError):
            return 0.0

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def events(self) -> Iterator[AnyEvent]:
        """Yield every event from the header on; `report` counts what was left out.

        Raises RecordingError if the file cannot be read any further.
        """
        report = self.report
        report.lines = report.events = 1
        yield self.header
        try:
            while line := self._file.readline(LONGEST_LINE_BYTES):
                report.lines += 1
                event = self._event(line)
                if event is not None:
                    report.events += 1
                    report.clean = isinstance(event, End)
                    yield event
            report.cut_off = self.cut_off
        except OSError as error:
            raise unreadable(self.path, error) from None
        finally:
            self._file.close()

    def arrived(self) -> Iterator[AnyEvent]:
        """Yield the events of the lines that are complete now; call it again for more.

        The file stays open, and a line that is still being written waits for its end. Raises
        RecordingError if the file cannot be read any further.
        """
        if not self.report.lines:
            self.report.lines = self.report.events = 1
            yield self.header
        try:
            while line := self._file.readline(LONGEST_LINE_BYTES):
                self._begun += line
                if not line.endswith(b"\n") and len(self._begun) < LONGEST_LINE_BYTES:
                    return
                whole, self._begun = self._begun, b""
                self.report.lines += 1
                event = self._event(whole)
                if event is not None:
                    self.report.events += 1
                    self.report.clean = isinstance(event, End)
                    yield event
        except OSError as error:
            raise unreadable(self.path, error) from None

    def raw_lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number from 1, bytes) of every line, at most 8 MiB of each, the header's first.

        Raises RecordingError if the file cannot be read any further.
        """
        yield 1, self._first
        number = 1
        try:
            while line := self._file.readline(LONGEST_LINE_BYTES):
                number += 1
                if not line.endswith(b"\n") and len(line) == LONGEST_LINE_BYTES:
                    self._skip_rest()
                yield number, line
        except OSError as error:
            raise unreadable(self.path, error) from None

    def _event(self, line: bytes) -> AnyEvent | None:
        report = self.report
        whole = line.endswith(b"\n")
        if not whole and len(line) == LONGEST_LINE_BYTES:
            self._skip_rest()
            report.skip(report.lines, "it is longer than 8 MiB")
            return None
        try:
            event = events.decode(line)
        except events.UnknownKind as error:
            report.skip_kind(one_line(str(error), 40))
            return None
        except UNDECODABLE as error:
            if not whole:
                report.torn = True
                report.clean = False
            else:
                report.skip(report.lines, why(error))
            return None
        if reason := unsound(event):
            report.skip(report.lines, reason)
            return None
        return event

    def _skip_rest(self) -> None:
        while (part := self._file.readline(BUFFER_BYTES)) and not part.endswith(b"\n"):
            pass

    def _read_header(self) -> Header:
        try:
            line = self._file.readline(LONGEST_LINE_BYTES)
        except OSError as error:
            raise unreadable(self.path, error) from None
        self._first = line
        schema_of(line, self.path, cut_off=self.cut_off)
        try:
            event = events.decode(line)
            reason = unsound(event)
        except UNDECODABLE as error:
            event, reason = None, why(error)
        if not isinstance(event, Header) or reason:
            raise RecordingError(
                f"{shown_name(self.path)} cannot be opened: its header is damaged "
                f"({one_line(reason, 120)})."
            )
        return event


def schema_of(
    first_line: bytes,
    path: Path,
    newest: int = events.SCHEMA_VERSION,
    *,
    cut_off: bool = False,
) -> int:
    """Return the schema in a recording's first line, from 1 to `newest`.

    `cut_off`: the file is compressed and ends within that line. Raises RecordingError if it is not
    a header, or one of a later version.
    """
    shown = shown_name(path)
    if cut_off and not first_line.endswith(b"\n"):
        raise RecordingError(f"{shown} cannot be read: {cut_off_after(0)}.")
    if not first_line:
        raise RecordingError(f"{shown} is empty: nothing was recorded in it.")
    try:
        first = _first_line_decoder.decode(first_line)
    except UNDECODABLE:
        raise RecordingError(
            f"{shown} is not a recording of mlxtop: its first line is not a header."
        ) from None
    if first.kind != "header" or first.schema is None or first.schema < 1:
        raise RecordingError(
            f"{shown} is not a recording of mlxtop: its first line is JSON, but not a header."
        )
    if first.schema > newest:
        raise RecordingError(
            f"{shown} has schema {one_line(str(first.schema), 20)}, and this mlxtop knows schemas "
            f"up to {newest}: update mlxtop to open it."
        )
    return first.schema


def is_recording(path: Path) -> bool:
    """Return whether a file begins like a recording of any schema, damaged later or not."""
    try:
        with open_plain(path) as file:
            first = _first_line_decoder.decode(file.readline(LONGEST_LINE_BYTES))
    except (RecordingError, OSError, *UNDECODABLE):
        return False
    return first.kind == "header"


def read(path: Path | str) -> Iterator[AnyEvent]:
    """Yield every event of a recording, the header first; raises RecordingError."""
    with Recording(path) as recording:
        yield from recording.events()

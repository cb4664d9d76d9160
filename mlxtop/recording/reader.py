"""Reading a recording: line by line, in bounded memory, whatever the file holds."""

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from mlxtop import events
from mlxtop.events import AnyEvent, End, Header
from mlxtop.recording.check import unsound
from mlxtop.recording.report import ReadReport, RecordingError
from mlxtop.recording.wrong import why
from mlxtop.text import one_line

STANDARD_INPUT = "-"
PACKED_SUFFIXES = (".gz", ".zst")
LONGEST_LINE_BYTES = 8 << 20
_BUFFER_BYTES = 1 << 18

# What decoding any bytes may raise: no event, broken UTF-8, brackets nested too deep.
UNDECODABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class _FirstLine(msgspec.Struct):
    kind: str = ""
    schema: int | None = None


_first_line_decoder = msgspec.json.Decoder(_FirstLine)


class Recording:
    """An open recording: its header at once, its events as they are asked for.

    A context manager; `events` closes the file when it comes to the end.
    """

    def __init__(self, path: Path | str) -> None:
        """Open the file and read its first line; raises RecordingError."""
        self.path = Path(path)
        self._file = open_plain(self.path)
        self._begun = b""
        """A line whose end is not written yet."""
        try:
            self.header = self._read_header()
        except BaseException:
            self._file.close()
            raise
        self.report = ReadReport(self.path, self.header)

    @property
    def share_read(self) -> float:
        """How much of a plain file was read, 0 to 1; 0 where its size says nothing."""
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
        """Yield every event from the header on, counting in `report` what was left out.

        Raises RecordingError where the file cannot be read any further.
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
        except OSError as error:
            reason = error.strerror or str(error)
            raise RecordingError(f"{_shown(self.path)} cannot be read: {reason}.") from None
        finally:
            self._file.close()

    def arrived(self) -> Iterator[AnyEvent]:
        """Yield the events of whole lines that are there by now; to be called again for more.

        The file stays open and a line that is still being written waits for its end. Raises
        RecordingError where the file cannot be read any further.
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
            reason = error.strerror or str(error)
            raise RecordingError(f"{_shown(self.path)} cannot be read: {reason}.") from None

    def raw_lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number from 1, bytes) of every line, at most 8 MiB of each, the header's first.

        Raises RecordingError where the file cannot be read any further.
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
            reason = error.strerror or str(error)
            raise RecordingError(f"{_shown(self.path)} cannot be read: {reason}.") from None

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
        while (part := self._file.readline(_BUFFER_BYTES)) and not part.endswith(b"\n"):
            pass

    def _read_header(self) -> Header:
        shown = _shown(self.path)
        try:
            line = self._file.readline(LONGEST_LINE_BYTES)
        except OSError as error:
            reason = error.strerror or str(error)
            raise RecordingError(f"{shown} cannot be read: {reason}.") from None
        self._first = line
        schema_of(line, self.path)
        try:
            event = events.decode(line)
            reason = unsound(event)
        except UNDECODABLE as error:
            event, reason = None, why(error)
        if not isinstance(event, Header) or reason:
            raise RecordingError(
                f"{shown} cannot be opened: its header is damaged ({one_line(reason, 120)})."
            )
        return event


def schema_of(first_line: bytes, path: Path, newest: int = events.SCHEMA_VERSION) -> int:
    """Return the schema that a recording's first line tells, from 1 to `newest`.

    Raises RecordingError where it is no header, or one of a later version.
    """
    shown = _shown(path)
    if not first_line:
        raise RecordingError(f"{shown} is empty: nothing was recorded in it.")
    try:
        first = _first_line_decoder.decode(first_line)
    except UNDECODABLE:
        raise RecordingError(
            f"{shown} is not a recording of mlxtop: its first line is no header."
        ) from None
    if first.kind != "header" or first.schema is None or first.schema < 1:
        raise RecordingError(
            f"{shown} is not a recording of mlxtop: its first line is JSON, but no header."
        )
    if first.schema > newest:
        raise RecordingError(
            f"{shown} has schema {one_line(str(first.schema), 20)}, and this mlxtop knows schemas "
            f"up to {newest}: update mlxtop to open it."
        )
    return first.schema


def read(path: Path | str) -> Iterator[AnyEvent]:
    """Yield every event of a recording, the header first; raises RecordingError."""
    with Recording(path) as recording:
        yield from recording.events()


def _shown(path: Path) -> str:
    if str(path) == STANDARD_INPUT:
        return "The standard input"
    return one_line(str(path), 300)


def open_plain(path: Path) -> BinaryIO:
    """Open a file, or the standard input for `-`, as plain bytes; raises RecordingError."""
    shown = _shown(path)
    if str(path) == STANDARD_INPUT:
        return os.fdopen(os.dup(0), "rb", buffering=_BUFFER_BYTES)
    try:
        # Looked at first: opening a pipe would wait for a writer.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise RecordingError(f"{shown} is a directory, not a recording.")
        if not stat.S_ISREG(mode):
            raise RecordingError(f"{shown} is not a file: a recording cannot be read from it.")
        file = path.open("rb", buffering=_BUFFER_BYTES)
        if path.suffix not in PACKED_SUFFIXES:
            return file
        # Imported where it is used: few recordings are packed, and every start reads one.
        from mlxtop.recording.unpack import Unpacked

        plain = Unpacked(file, path.suffix, path.stat().st_size)
        return io.BufferedReader(plain, _BUFFER_BYTES)
    except FileNotFoundError:
        raise RecordingError(f"{shown} does not exist.") from None
    except PermissionError:
        raise RecordingError(f"{shown} may not be read: permission denied.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(f"{shown} cannot be opened: {reason}.") from None

"""Output without a screen: text in characters that the reader has, data unchanged.

Every command prints to streams prepared here, so that none has to handle a full disk, a closed
descriptor or a reader that has gone:

* stdout that cannot be written ends the command with `OutputLost`, and `main` says so;
* if the reader of a pipe has gone (`| head`), the rest goes to /dev/null and the command ends with
  its own status; an endless command checks `reader_gone` and ends;
* stderr that cannot be written does not stop a command.
"""

import codecs
import errno
import io
import os
import sys

# `typing` and `collections` would take a quarter of the time of `mlxtop --version`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Buffer

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses of commands."""

_POOR_TERMS = frozenset({"linux", "vt100", "vt102", "vt220", "ansi", "dumb", "cons25"})
"""Terminals without braille and box drawing; the Linux console's font has 512 glyphs."""

_AS_ASCII = "mlxtop.ascii"
"""Name of the error handler that encodes characters missing in ASCII."""


def needs_ascii(environment: "Mapping[str, str]") -> bool:
    """Return whether the locale is not UTF-8, or the terminal is known to lack the glyphs.

    MLXTOP_ASCII decides if it is set (1 or 0). An environment without a locale counts as UTF-8,
    which is right in most containers and over ssh. Python itself turns LANG=C into
    LC_CTYPE=C.UTF-8 (PEP 538), so then LANG decides.
    """
    if (told := environment.get("MLXTOP_ASCII", "")) in ("0", "1"):
        return told == "1"
    if environment.get("TERM", "") in _POOR_TERMS:
        return True
    names = [environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if not names[0] and names[1] in ("C.UTF-8", "C.utf8", "UTF-8") and names[2]:
        names = names[2:]
    locale = next((name for name in names if name), "")
    return bool(locale) and "utf" not in locale.lower()


class OutputLost(Exception):
    """Stdout cannot be written; the text is the system's reason."""


def guard_streams() -> None:
    """Make stdout and stderr of this process safe to print to; once, before any file is opened."""
    _open_closed_ones()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = _on(_Output(1, "wb", closefd=False), sys.stdout)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _on(_Errors(2, "wb", closefd=False), sys.stderr)


def fit_streams(environment: "Mapping[str, str]") -> None:
    """Print ASCII on stdout and stderr if the terminal or a pipe's locale has only that."""
    codecs.register_error(_AS_ASCII, _as_ascii)
    # The reader of a pipe is not this terminal: only the locale counts.
    piped = {name: value for name, value in environment.items() if name != "TERM"}
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        told = environment if stream.isatty() else piped
        if needs_ascii(told) or not speaks_unicode(stream):
            stream.reconfigure(encoding="ascii", errors=_AS_ASCII)


def reader_gone() -> bool:
    """Return whether the reader of stdout's pipe has gone."""
    return _Output.reader_gone


class _Output(io.FileIO):
    """Stdout's descriptor. After a failure further output goes to /dev/null."""

    reader_gone = False

    def write(self, data: "Buffer", /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if error.errno == errno.EPIPE:
                _Output.reader_gone = True
                return memoryview(data).nbytes
            closed = error.errno == errno.EBADF
            raise OutputLost("it is closed" if closed else error.strerror) from None


class _Errors(io.FileIO):
    """Stderr's descriptor: output that cannot be written there is dropped."""

    def write(self, data: "Buffer", /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def _on(raw: io.FileIO, stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """Return a stream like `stream` that writes to `raw`."""
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        # With PYTHONUNBUFFERED a stream writes through, and reports no line buffering.
        line_buffering=stream.line_buffering or stream.write_through,
    )


def _open_closed_ones() -> None:
    """Open the standard descriptors that are closed: another file would get their number.

    Python sets the stream of a closed descriptor to None. Stdout is opened for reading, so that
    printing to it fails as in any program.
    """
    flags = (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))
    for descriptor, (name, flag) in enumerate(flags):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, flag)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)
        mode = "r" if name == "stdin" else "w"
        stream = open(descriptor, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 stays open
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def speaks_unicode(stream: object) -> bool:
    """Return whether a stream can take more than ASCII."""
    return "utf" in (getattr(stream, "encoding", None) or "").lower()


def print_data() -> None:
    """Print in UTF-8 from now on, unless the output is a terminal.

    For JSON, CSV and replies: the reader of a pipe or a file needs every character.
    """
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and not out.isatty():
        out.reconfigure(encoding="utf-8", errors="replace")


def _as_ascii(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    # Imported here: few terminals need it, and every start runs this.
    from mlxtop.ascii import to_ascii

    return to_ascii(error.object[error.start : error.end]), error.end


def complain(sentence: str, status: int = FAILED) -> int:
    """Print an error on stderr; return the exit status."""
    # Imported here: `mlxtop --version` needs no more than the standard library.
    from mlxtop.text import one_line

    print(f"mlxtop: {one_line(sentence, 500)}", file=sys.stderr)
    return status

"""What goes out without a screen: text for people in what they can read, data as they are.

Every command prints into streams that were fitted once, so that none has to know.
"""

import codecs
import io
import sys
from collections.abc import Mapping

_POOR_TERMS = frozenset({"linux", "vt100", "vt102", "vt220", "ansi", "dumb", "cons25"})
"""Terminals without braille and box drawing; the Linux console's font has 512 glyphs."""

_AS_ASCII = "mlxtop.ascii"
"""Name of the way in which what ASCII lacks is encoded."""


def needs_ascii(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal is told to be without UTF-8, or is known to lack the glyphs.

    MLXTOP_ASCII decides where it is set (1 or 0). An environment that says nothing is taken for
    UTF-8, as in most containers and over ssh. Python itself turns LANG=C into LC_CTYPE=C.UTF-8
    (PEP 538), so then LANG has the say.
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


def fit_streams(environment: Mapping[str, str]) -> None:
    """Let stdout and stderr speak ASCII where the terminal or a pipe's locale has no more."""
    codecs.register_error(_AS_ASCII, _as_ascii)
    # What reads a pipe is not this terminal: only the locale tells of it.
    piped = {name: value for name, value in environment.items() if name != "TERM"}
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        told = environment if stream.isatty() else piped
        if needs_ascii(told) or not speaks_unicode(stream):
            stream.reconfigure(encoding="ascii", errors=_AS_ASCII)


def speaks_unicode(stream: object) -> bool:
    """Return whether what is written to a stream may be more than ASCII."""
    return "utf" in (getattr(stream, "encoding", None) or "").lower()


def print_data() -> None:
    """Let what is printed next through as it is, in UTF-8, unless a person looks at it.

    For JSON, CSV and replies: whoever reads them from a pipe or a file wants each character.
    """
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and not out.isatty():
        out.reconfigure(encoding="utf-8", errors="replace")


def _as_ascii(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    # Imported where it is used: few terminals need it, and every start comes by here.
    from mlxtop.ascii import to_ascii

    return to_ascii(error.object[error.start : error.end]), error.end

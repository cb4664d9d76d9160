"""Saves what the sensors read, so that another machine can become a test."""

import os
import platform
import pwd
import re
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any
from unicodedata import normalize

import msgspec

from mlxtop.doctor.report import Report
from mlxtop.output_files import write_whole
from mlxtop.sensors.packages import loaded
from mlxtop.sensors.registry import own_sources
from mlxtop.sensors.source import Net

# In this order: a longer match is replaced before a shorter one inside it.
_PATTERNS = (
    (r"\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+", "<address>"),
    (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<uuid>"),
    (r"\b[0-9a-f]{32,}\b", "<id>"),
    (r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b", "<address>"),
    (r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w.])", "<address>"),
    (r"(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])", "<address>"),
    (r"\bfe80:[0-9a-f:]+(?:%\w+)?|(?<![\w:])[0-9a-f]{1,4}::[0-9a-f:]*", "<address>"),
    (r"\b(?:hf|sk|gh[oprsu]|glpat|xox[abp])[_-][\w-]{16,}", "<token>"),
    # A name may contain spaces: better a word too many than a name that remains.
    (r"(/(?:Users|home)/)[^/\n:,;()'\"]+", r"\1<name>"),
    (r"~[^\W\d][\w.-]*", "~<name>"),
    (r"\b[\w-]+\.local\b", "<name>.local"),
    (r"(/run/user/)[0-9]+", r"\1<name>"),
    (r"(\bserial\b[^\n:=]{0,30}[:=]\s*)\S+", r"\1<serial>"),
)
# Apple's serial numbers: ten to twelve capitals and digits, both among them.
_SERIAL = re.compile(r"\b(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{10,12}\b")
_COMPILED = [(re.compile(pattern, re.IGNORECASE), put) for pattern, put in _PATTERNS]


def own_names() -> set[str]:
    """Return the names of this host and this user."""
    node = platform.node()
    found = {node, node.split(".")[0], Path.home().name}
    found |= {os.environ.get(name, "") for name in ("USER", "LOGNAME", "HOSTNAME")}
    try:
        entry = pwd.getpwuid(os.getuid())
        found |= {entry.pw_name, Path(entry.pw_dir).name}
        full = entry.pw_gecos.split(",")[0]
        found |= {full, *full.split()}
    except KeyError:
        pass
    return {name for name in found if len(name) > 1}


def net(names: Collection[str]) -> Net:
    """Return a function that removes `names`, as whole words, and serial numbers from a text."""
    # Longest first: a full name before its parts.
    forms = {normalize(form, name) for name in names for form in ("NFC", "NFD")}
    words = "|".join(re.escape(name) for name in sorted(forms, key=len, reverse=True))
    # Macs write names decomposed, and an underscore ends one ("alice_mlx").
    own = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE) if words else None

    def clean(text: str) -> str:
        if own is not None:
            text = own.sub("<name>", text)
        for pattern, put in _COMPILED:
            text = pattern.sub(put, text)
        return _SERIAL.sub("<serial>", text)

    return clean


REPORT = "doctor.json"
INSTEAD = "name a directory that is empty or does not exist yet"
# mlxtop's own words: a user called "memory" removes nothing from these.
_OURS = frozenset({"name", "unit", "state", "figures"})


class CaptureError(Exception):
    """The directory cannot be used; the text is a sentence."""


def check_folder(folder: Path) -> None:
    """Create `folder`, or check that it is empty and writable; raises CaptureError."""
    try:
        if folder.is_dir():
            if any(folder.iterdir()):
                raise CaptureError(f"{folder} is not empty; {INSTEAD}.")
        elif folder.exists() or folder.is_symlink():
            raise CaptureError(f"{folder} is not a directory; {INSTEAD}.")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CaptureError(f"{folder} cannot be created ({error.strerror}); {INSTEAD}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CaptureError(f"{folder} cannot be written; {INSTEAD}.")


def captured(clean: Net, platform: str = sys.platform) -> list[tuple[str, str]]:
    """Return (path, text) of what every source reads; packages are those loaded last."""
    return [
        piece
        for source in (*own_sources(platform), *loaded())
        for piece in source.capture(clean, Path("/"))
    ]


def save(folder: Path, pieces: Iterable[tuple[str, str]], report: Report, clean: Net) -> int:
    """Write what was captured and the report into `folder`; return the number of files.

    Raises CaptureError.
    """
    return write(folder, [*pieces, (REPORT, report_text(report, clean))])


def write(folder: Path, pieces: Iterable[tuple[str, str]]) -> int:
    """Write each (path, text) that has a text; raises CaptureError, and replaces no file."""
    count = 0
    for name, text in pieces:
        if not text:
            continue
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode(), new=True)
        except OSError as error:
            raise CaptureError(f"{path} cannot be written ({error.strerror}).") from None
        count += 1
    return count


def report_text(report: Report, clean: Net) -> str:
    """Return the report as JSON without names, serial numbers and addresses."""
    plain = _cleaned(msgspec.to_builtins(report), clean)
    return msgspec.json.format(msgspec.json.encode(plain), indent=2).decode() + "\n"


def _cleaned(value: Any, clean: Net) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(part, clean) for part in value]
    if isinstance(value, dict):
        return {
            key: part if key in _OURS and _is_words(part) else _cleaned(part, clean)
            for key, part in value.items()
        }
    return value


def _is_words(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(part, str) for part in value)
    )

"""Files in a message: `@path` becomes the file's contents, and Tab completes the path."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

from mlxtop import format as fmt
from mlxtop.text import one_line
from mlxtop.tui.chat.commands import Completion
from mlxtop.user_files import Unreadable, read_text

MOST_BYTES = 1 << 20
BYTES_PER_TOKEN = 4
"""An estimate for text in English and for code."""
_NAMED = re.compile(r'(?<!\S)@(?:"([^"\n]+)"|([^\s@"]\S*))')
_BEGUN = re.compile(r'(?<!\S)@("[^"\n]*|[^\s@"]?\S*)$')
_MOST_LISTED = 200


class CannotAttach(Exception):
    """A file that cannot be part of a message; the text is a sentence."""


def with_files(text: str, context_tokens: int | None = None) -> str:
    """Return a message with the contents of the files it names after it; raises CannotAttach.

    A word that names no file stays as it is, unless it has a `/`; `@@` writes a plain `@`.
    """
    blocks: list[str] = []
    total = 0

    def named(match: re.Match[str]) -> str:
        nonlocal total
        name, rest = match[1] or match[2], ""
        path = Path(name).expanduser()
        if not _exists(path) and match[1] is None:
            # Punctuation may follow the name: "see @notes.md, please".
            shorter = name.rstrip(".,;:!?)")
            if shorter and _exists(Path(shorter).expanduser()):
                name, rest, path = shorter, name[len(shorter) :], Path(shorter).expanduser()
        if not _exists(path):
            if match[1] is None and ("/" not in name or "(" in name):
                return match[0]
            raise CannotAttach(
                f"There is no file {one_line(name, 120)}; @@ writes a plain @. Your text is kept."
            )
        contents = _contents(path, one_line(name, 120))
        total += len(contents.encode())
        blocks.append(_block(name, contents))
        return name + rest

    with suppress(RuntimeError):  # no home directory
        text = _NAMED.sub(named, text)
    tokens = total // BYTES_PER_TOKEN
    if context_tokens is not None and tokens > context_tokens:
        raise CannotAttach(
            f"The files are about {fmt.counted(tokens, 'token')}, more than the model's context of "
            f"{context_tokens:,}. Your text is kept."
        )
    text = re.sub(r"(?<!\S)@@", "@", text)
    return "\n\n".join([text, *blocks])


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _contents(path: Path, shown: str) -> str:
    try:
        if path.is_dir():
            raise Unreadable("is a directory")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise Unreadable(
                f"has {fmt.size(size)}, about {fmt.counted(size // BYTES_PER_TOKEN, 'token')}: "
                f"files of up to {fmt.size(MOST_BYTES)} can be attached"
            )
        text = read_text(path, most=MOST_BYTES, waits=False)
        if "\0" in text:
            raise Unreadable("is not text")
    except Unreadable as error:
        raise CannotAttach(f"{error.sentence(shown)} Your text is kept.") from None
    except OSError as error:
        raise CannotAttach(
            f"{shown} cannot be read: {error.strerror}. Your text is kept."
        ) from None
    return text.replace("\r\n", "\n")


def _block(name: str, contents: str) -> str:
    """Return the contents under the file's name, in a fence longer than any in them."""
    longest = max((len(ticks) for ticks in re.findall(r"`{3,}", contents)), default=2)
    fence = "`" * (longest + 1)
    language = Path(name).suffix[1:] if re.fullmatch(r"\.\w{1,10}", Path(name).suffix) else ""
    return f"{name}:\n{fence}{language}\n{contents.rstrip(chr(10))}\n{fence}"


def common_beginning(texts: Sequence[str]) -> str:
    """Return what all the texts begin with."""
    first, last = min(texts), max(texts)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(one for one, _ in same)


def is_path_begun(before: str) -> bool:
    """Return whether the word before the cursor names a file."""
    return _BEGUN.search(before) is not None


def path_completions(before: str) -> list[Completion]:
    """Return the files and directories that complete the `@path` before the cursor."""
    match = _BEGUN.search(before)
    if match is None:
        return []
    begun = match[1].removeprefix('"')
    folder, slash, prefix = begun.rpartition("/")
    names: list[str] = []
    with suppress(OSError, ValueError, RuntimeError):
        place = Path(f"{folder}/" if slash else ".").expanduser()
        with os.scandir(place) as entries:
            for entry in entries:
                if not entry.name.startswith(prefix) or (entry.name[0] == "." and not prefix):
                    continue
                names.append(f"{entry.name}/" if entry.is_dir() else entry.name)
    head = before[: match.start()]
    found = []
    for name in sorted(names)[:_MOST_LISTED]:
        path = f"{folder}{slash}{name}"
        if one_line(path, len(path) + 1) != path or '"' in path:
            continue  # a name that cannot be typed in one line
        folder_follows = path.endswith("/")
        quoted = f'"{path}' + '"' * (not folder_follows) if re.search(r"\s", path) else path
        found.append(Completion(f"{head}@{quoted}", name, ends=not folder_follows))
    return found

"""Copying: the parts of a conversation to choose from, and the clipboard."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textual.app import App

from mlxtop.markdown import without_signs
from mlxtop.text import clean, scrub
from mlxtop.timeline.transcript import Entry
from mlxtop.tui.chat.code import language
from mlxtop.tui.chat.markup import addresses, parse_blocks

LONGEST_WAIT = 2.0
"""Seconds that a clipboard program may take."""
TERMINAL_BYTES = 74_000
"""Bytes that most terminals accept by OSC 52."""


@dataclass(frozen=True, slots=True)
class Program:
    """A clipboard program that reads the text from its stdin."""

    command: tuple[str, ...]
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        """The program's name, as shown to the user."""
        return os.path.basename(self.command[0])


def find_program(
    environ: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
) -> Program | None:
    """Return the clipboard program of this desktop; None if there is none, as over ssh."""
    far = "SSH_CONNECTION" in environ or "SSH_TTY" in environ
    candidates: list[tuple[str, ...]] = []
    if platform == "darwin" and not far:
        candidates.append(("pbcopy",))
    if "WAYLAND_DISPLAY" in environ and not far:
        candidates.append(("wl-copy",))
    if "DISPLAY" in environ:
        candidates += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    if "WSL_DISTRO_NAME" in environ:
        candidates.append(("clip.exe",))
    if "TERMUX_VERSION" in environ:
        candidates.append(("termux-clipboard-set",))
    for name, *arguments in candidates:
        if path := which(name):
            encoding = "utf-16-le" if name == "clip.exe" else "utf-8"
            return Program((path, *arguments), encoding)
    return None


def environment(program: Program, environ: Mapping[str, str] = os.environ) -> dict[str, str] | None:
    """Return the environment of the program; None: our own.

    pbcopy reads its text in the encoding of the locale, and we write UTF-8.
    """
    return {**environ, "LC_ALL": "en_US.UTF-8"} if program.name == "pbcopy" else None


async def copy(app: App[Any], text: str, program: Program | None = None) -> str:
    """Copy the text and return a sentence on the outcome."""
    if not text:
        return "There is nothing to copy."
    program = program or find_program()
    length = "1 character" if len(text) == 1 else f"{len(text):,} characters"
    problem = ""
    if program is not None:
        problem = await _run(program, text)
        if not problem:
            return f"Copied {length} with {program.name}."
    app.copy_to_clipboard(text)
    # A terminal does not answer.
    sentence = f"Sent {length} to the clipboard through the terminal; "
    if len(text.encode("utf-8", "replace")) > TERMINAL_BYTES:
        sentence += "many terminals cut a text this long"
    else:
        sentence += "some terminals ignore this"
    return f"{sentence}{' (' + problem + ')' if problem else ''}."


async def _run(program: Program, text: str) -> str:
    """Pass the text to the program; return what went wrong, or nothing."""
    try:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.PIPE,
            # Such programs keep running to serve the text; an open pipe would wait for them.
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(program),
        )
    except OSError as error:
        return f"{program.name} failed to start: {error.strerror}"
    try:
        data = text.encode(program.encoding, "replace")
        await asyncio.wait_for(process.communicate(data), LONGEST_WAIT)
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"{program.name} did not answer"
    except (BrokenPipeError, ConnectionResetError):
        return f"{program.name} did not read the text"
    return f"{program.name} failed with status {process.returncode}" if process.returncode else ""


_WHO = {"user": "you", "assistant": "reply", "system": "system prompt"}
_LOOKED_AT = 1000
"""Characters of a message used for an excerpt."""


@dataclass(frozen=True, slots=True)
class Copyable:
    """A message or a part of it, without control characters."""

    label: str
    text: str
    markdown: bool = False

    @property
    def excerpt(self) -> str:
        """The text shown in the list: Markdown without its markup."""
        return without_signs(self.text[:_LOOKED_AT]) if self.markdown else self.text


def copyable(entries: Iterable[Entry]) -> list[Copyable]:
    """Return messages, their code blocks and links, newest first."""
    return [item for entry in reversed(list(entries)) for item in _of_entry(entry)]


def _of_entry(entry: Entry) -> Iterator[Copyable]:
    if entry.text:
        yield Copyable(_WHO[entry.role] + _number(entry), clean(entry.text), markdown=True)
        parts = list(_parts(entry.text))
        yield from reversed(parts)
    if entry.thinking:
        yield Copyable(f"thinking{_number(entry)}", clean(entry.thinking), markdown=True)


def _number(entry: Entry) -> str:
    """Return the number of the reply in the run, or of the user's message."""
    if entry.turn is not None:
        return f" {entry.turn.number}"
    return f" {entry.index // 2 + 1}" if entry.index >= 0 else ""


def _parts(text: str) -> Iterator[Copyable]:
    for token in parse_blocks(scrub(text)):
        if token.type in ("fence", "code_block"):
            name = language(token.info)
            yield Copyable(f"code · {name}" if name else "code", clean(token.content.rstrip("\n")))
        elif token.type == "inline":
            for address in addresses(token.content):
                yield Copyable("address", clean(address))

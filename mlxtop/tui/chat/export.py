"""A conversation as Markdown, and exports as new files."""

import asyncio
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual.screen import Screen

from mlxtop.exports import Export, ExportError
from mlxtop.output_files import write_whole
from mlxtop.text import one_line, visible
from mlxtop.timeline.transcript import Entry
from mlxtop.tui.chat.facts import empty_words, ended_words

_WHO = {"user": "You", "assistant": "Reply", "system": "System prompt"}


def to_markdown(
    entries: Iterable[Entry], *, model: str, date: str, figures: Mapping[str, int] | None = None
) -> str:
    """Return the conversation as Markdown, with a header of model, date and figures."""
    header: dict[str, str | int] = {"model": visible(model), "date": visible(date)}
    header |= figures or {}
    lines = ["---", *(f"{key}: {json.dumps(value)}" for key, value in header.items())]
    parts = ["\n".join([*lines, "---"]), *(_entry(entry) for entry in entries)]
    return "\n\n".join(parts) + "\n"


def figures_of(entries: Sequence[Entry]) -> dict[str, int]:
    """Return the numbers of messages and tokens in the conversation."""
    ends = [entry.turn.end for entry in entries if entry.turn is not None]
    return {
        "messages": sum(entry.index >= 0 for entry in entries),
        "generated_tokens": sum(end.generation_tokens for end in ends if end is not None),
    }


def _entry(entry: Entry) -> str:
    parts = [f"## {_WHO[entry.role]}{' (an example)' if entry.example else ''}"]
    if entry.thinking:
        thinking = visible(entry.thinking).strip("\n")
        # The thinking must not close the element around it.
        thinking = re.sub(r"</(?=\s*details)", "&lt;/", thinking, flags=re.IGNORECASE)
        parts.append(f"<details>\n<summary>Thinking</summary>\n\n{thinking}\n\n</details>")
    if entry.text is None:
        parts.append("*(text not recorded)*")
    elif entry.text:
        parts.append(visible(entry.text).strip("\n"))
    if entry.turn is not None and entry.turn.end is not None:
        if empty := empty_words(entry, entry.turn.end):
            parts.append(f"*{empty}*")
        parts.append(f"*{ended_words(entry.turn.end, entry.turn)}*")
        if entry.turn.end.error:
            parts.append(f"*{one_line(entry.turn.end.error, 500)}*")
    return "\n\n".join(parts)


def file_name(model: str, date: str) -> str:
    """Return a file name without its suffix, from date and model."""
    words = re.sub(r"[^0-9A-Za-z.]+", "-", f"{date} {model.rstrip('/').rsplit('/', 1)[-1]}")
    return "mlxtop-" + words.strip("-.")[:80]


def export_path(folder: Path, name: str, suffix: str = ".md") -> Path:
    """Return a path in the folder that does not exist yet."""
    path = folder / f"{name}{suffix}"
    number = 2
    while os.path.lexists(path):
        path = folder / f"{name}-{number}{suffix}"
        number += 1
    return path


def write_new(text: str | bytes, folder: Path, name: str, suffix: str = ".md") -> Path:
    """Write the text to a new file that only the user can read; return its path.

    Never overwrites a file, even if two programs write at once. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    while True:
        path = export_path(folder, name, suffix)
        with suppress(FileExistsError):
            # Without fsync: a key must not stall the screen.
            write_whole(path, data, new=True, own=True)
            return path


def save(export: Export, folder: Path, name: str, *value: Any, **named: Any) -> str:
    """Write a value to a new file; return a sentence on where, or why it failed."""
    folder, what = folder.expanduser(), export.family
    try:
        data = export.bytes_of(*value, **named)
        return f"Wrote the {what} to {write_new(data, folder, name, export.suffix)}."
    except ExportError as error:
        return str(error)
    except OSError as error:
        path = export_path(folder, name, export.suffix)
        return f"Writing the {what} to {path} failed: {error.strerror}."


def save_in_thread(
    screen: Screen[Any], formats: Iterable[Export], name: str, *value: Any, **named: Any
) -> None:
    """Write a value to a new file of each format, in a thread, and notify of each."""
    app, folder = screen.app, Path.cwd()

    def work() -> None:
        for export in formats:
            said = save(export, folder, name, *value, **named)
            with suppress(RuntimeError):  # the app was closed meanwhile
                app.call_from_thread(app.notify, said, markup=False)

    # Not a worker: that would begin later, and never if the app is closed at once.
    asyncio.get_running_loop().run_in_executor(None, work)

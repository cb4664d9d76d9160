"""The prompt in the user's editor."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from textual.app import App, SuspendNotSupported

from mlxtop.text import clean, one_line


class EditorFailed(Exception):
    """The editor gave no text; the text is a sentence."""


def editor_of(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the command of $VISUAL, else of $EDITOR; raises EditorFailed."""
    for name in ("VISUAL", "EDITOR"):
        try:
            if command := shlex.split(environ.get(name, "")):
                return command
        except ValueError:
            raise EditorFailed(f"${name} has a quote without its end. Your text is kept.") from None
    raise EditorFailed("No editor is set: set VISUAL or EDITOR. Your text is kept.")


def edited(app: App[int], text: str) -> str:
    """Return the text as the user left it in the editor; raises EditorFailed.

    The app is suspended meanwhile. The file is private and removed after.
    """
    command = editor_of()
    shown = one_line(command[0], 80)
    try:
        descriptor, name = tempfile.mkstemp(prefix="mlxtop-", suffix=".md")
    except OSError as error:
        raise EditorFailed(f"No file for the editor: {error.strerror}.") from None
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(f"{text}\n" if text else "")
        with app.suspend():
            status = subprocess.run([*command, name], check=False).returncode
        if status:
            raise EditorFailed(f"{shown} ended with status {status}. Your text is kept.")
        return clean(path.read_text("utf-8", errors="replace")).rstrip("\n")
    except SuspendNotSupported:
        raise EditorFailed("This terminal cannot be handed to an editor.") from None
    except OSError as error:
        raise EditorFailed(f"{shown} failed: {error.strerror}. Your text is kept.") from None
    finally:
        with suppress(OSError):
            path.unlink()

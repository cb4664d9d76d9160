"""Copying: which program, what it is given, and what is said."""

import sys
from pathlib import Path

import pytest
from textual.app import App

from mlxtop.tui.chat import clipboard
from mlxtop.tui.chat.clipboard import Program, copy, environment, find_program


@pytest.mark.parametrize(
    ("environ", "platform", "there", "name"),
    [
        ({}, "darwin", {"pbcopy"}, "pbcopy"),
        ({"SSH_CONNECTION": "x"}, "darwin", {"pbcopy"}, None),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "linux", {"wl-copy", "xclip"}, "wl-copy"),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "linux", {"xsel"}, "xsel"),
        ({"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}, "linux", {"xclip"}, "xclip"),
        ({"WSL_DISTRO_NAME": "Ubuntu"}, "linux", {"clip.exe"}, "clip.exe"),
        ({"TERMUX_VERSION": "1"}, "linux", {"termux-clipboard-set"}, "termux-clipboard-set"),
        ({}, "linux", {"xclip", "wl-copy"}, None),
    ],
)
def test_the_program_of_the_desktop(
    environ: dict[str, str], platform: str, there: set[str], name: str | None
) -> None:
    found = find_program(environ, platform, lambda n: f"/bin/{n}" if n in there else None)
    assert (None if found is None else found.name) == name


class Recorder(App[None]):
    copied = ""

    def copy_to_clipboard(self, text: str) -> None:
        self.copied = text


def python(code: str) -> Program:
    return Program((sys.executable, "-c", code))


async def test_the_program_gets_the_text_by_stdin(tmp_path: Path) -> None:
    target = tmp_path / "copied"
    code = f"import sys; open({str(target)!r}, 'wb').write(sys.stdin.buffer.read())"
    app = Recorder()
    said = await copy(app, "$(echo no) 'é'\n", python(code))
    assert target.read_text() == "$(echo no) 'é'\n"
    assert said.startswith("Copied 15 characters with python")
    assert app.copied == ""


@pytest.mark.parametrize(
    ("program", "words", "wait"),
    [
        (python("import sys; sys.stdin.read(); sys.exit(3)"), "status 3", 60.0),
        (Program(("/no/such/program",)), "failed to start", 60.0),
        (python("import time; time.sleep(600)"), "did not answer", 0.1),
    ],
)
async def test_where_a_program_fails_the_terminal_copies(
    program: Program, words: str, wait: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "LONGEST_WAIT", wait)
    app = Recorder()
    said = await copy(app, "text", program)
    assert app.copied == "text"
    assert words in said
    assert "terminal" in said


async def test_without_a_program_the_terminal_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "find_program", lambda: None)
    app = Recorder()
    assert await copy(app, "x") == (
        "Sent 1 character to the clipboard through the terminal; some terminals ignore this."
    )
    assert "many terminals cut a text this long" in await copy(app, "x" * 100_000)
    assert await copy(app, "") == "There is nothing to copy."


def test_pbcopy_reads_utf_8_whatever_the_locale() -> None:
    poor = {"LC_ALL": "C", "HOME": "/home"}
    assert environment(Program(("/usr/bin/pbcopy",)), poor) == {
        "LC_ALL": "en_US.UTF-8",
        "HOME": "/home",
    }
    assert environment(Program(("/usr/bin/xclip",)), poor) is None


async def test_pbcopy_is_started_in_that_locale(tmp_path: Path) -> None:
    target = tmp_path / "locale"
    program = tmp_path / "pbcopy"
    program.write_text(f'#!/bin/sh\ncat > /dev/null\necho "$LC_ALL" > {target}\n')
    program.chmod(0o755)
    assert "with pbcopy" in await copy(Recorder(), "—", Program((str(program),)))
    assert target.read_text().strip() == "en_US.UTF-8"

"""A command of the command line is one function and one entry."""

import subprocess
import sys
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from mlxtop import commandnames
from mlxtop.commandnames import COMMANDS
from mlxtop.commands.app import build, epilog


@epilog("Exit status: always 0.")
def greet(
    name: Annotated[str, typer.Argument(help="Whom to greet.")] = "you",
) -> None:
    """Greet somebody, in one line."""
    print(f"Hello {name}.")


@pytest.fixture(autouse=True)
def _entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "greet", f"{__name__}:greet")


def test_it_runs_by_its_name_and_is_no_model() -> None:
    code = (
        "import sys; from mlxtop.cli import main; from mlxtop.commandnames import COMMANDS; "
        f"COMMANDS['greet'] = '{__name__}:greet'; sys.argv = ['mlxtop', 'greet', 'Ada']; main()"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "Hello Ada.\n"


def test_help_lists_and_explains_it() -> None:
    listed = CliRunner().invoke(build(), ["--help"], prog_name="mlxtop").output
    assert "greet" in listed
    assert "Greet somebody" in listed
    explained = CliRunner().invoke(build(), ["greet", "--help"], prog_name="mlxtop").output
    assert "Whom to greet." in explained
    assert "Exit status: always 0." in explained


def test_a_mistyped_name_is_asked_about() -> None:
    assert commandnames.meant("gret") == "greet"


def test_the_version_is_printed_without_any_command() -> None:
    code = (
        "import sys; sys.argv = ['mlxtop', '--version']; from mlxtop.cli import main; main(); "
        "print([name for name in sys.modules if name.startswith(('typer', 'mlxtop.commands'))])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.endswith("\n[]\n"), said.stdout

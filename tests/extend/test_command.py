"""A command is one function and one entry."""

import subprocess
import sys
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from mlxtop import command_table
from mlxtop.command_table import COMMANDS
from mlxtop.commands.app import build, epilog


@epilog("Exit status: always 0.")
def greet(
    name: Annotated[str, typer.Argument(help="Whom to greet.")] = "you",
) -> None:
    """Greet someone, in one line."""
    print(f"Hello {name}.")


@pytest.fixture(autouse=True)
def _entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "greet", f"{__name__}:greet")


def test_its_name_runs_it_and_is_not_a_model() -> None:
    code = (
        "import sys; from mlxtop.cli import main; from mlxtop.command_table import COMMANDS; "
        f"COMMANDS['greet'] = '{__name__}:greet'; sys.argv = ['mlxtop', 'greet', 'Ada']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Hello Ada.\n"


def test_help_lists_and_describes_it() -> None:
    listed = CliRunner().invoke(build(), ["--help"], prog_name="mlxtop").output
    assert "greet" in listed
    assert "Greet someone" in listed
    described = CliRunner().invoke(build(), ["greet", "--help"], prog_name="mlxtop").output
    assert "Whom to greet." in described
    assert "Exit status: always 0." in described


def test_a_mistyped_name_gets_a_suggestion() -> None:
    assert command_table.meant("gret") == "greet"


def test_the_version_is_printed_without_importing_commands() -> None:
    code = (
        "import sys; sys.argv = ['mlxtop', '--version']; from mlxtop.cli import main; main(); "
        "print([name for name in sys.modules if name.startswith(('typer', 'mlxtop.commands'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\n[]\n"), done.stdout

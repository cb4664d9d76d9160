"""The help of the command line: whole sentences, and no type at what takes no value."""

import pytest
from typer.testing import CliRunner

from mlxtop.commands import app

COMMANDS = [command.callback.__name__ for command in app.registered_commands if command.callback]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_whole_at_80_columns_and_gives_flags_no_type(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    arguments = [command.replace("_", "-")] if command else []
    shown = CliRunner().invoke(app, [*arguments, "--help"], prog_name="mlxtop")
    assert shown.exit_code == 0
    assert "bool" not in shown.output
    usage, *lines = shown.output.splitlines()
    assert usage.startswith("Usage: ")
    assert not [line for line in lines if line.endswith("...") or len(line) > 80]


def test_flags_are_listed_with_what_they_do() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    assert "--version Print the version." in shown

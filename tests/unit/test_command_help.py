"""The help of the command line: whole sentences, and no type at what takes no value."""

import pytest
from typer.testing import CliRunner

from mlxtop.command_table import COMMANDS
from mlxtop.commands.app import build

app = build()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_whole_at_80_columns_and_gives_flags_no_type(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    arguments = [command] if command else []
    shown = CliRunner().invoke(app, [*arguments, "--help"], prog_name="mlxtop")
    assert shown.exit_code == 0
    assert "bool" not in shown.output
    usage, *lines = shown.output.splitlines()
    assert usage.startswith("Usage: ")
    assert not [line for line in lines if line.endswith("...") or len(line) > 80]


def test_flags_are_listed_with_what_they_do() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    assert "--version Print the version." in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_no_types_of_python(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], prog_name="mlxtop")
    assert "[str]" not in shown.output
    assert "[Path]" not in shown.output


@pytest.mark.parametrize("command", ["run", "bench"])
def test_help_says_what_the_exit_status_means(command: str) -> None:
    said = " ".join(CliRunner().invoke(app, [command, "--help"]).output.split())
    meanings = said.split("Exit status: ")[1].split("; ")
    assert [meaning.split()[0] for meaning in meanings] == ["0", "1", "2", "130"]
    assert "a file" in meanings[1]
    assert "a model" in meanings[1]


def test_flags_of_one_kind_of_plan_name_it() -> None:
    lines = " ".join(CliRunner().invoke(app, ["bench", "--help"]).output.split())
    for flag, kind in (
        ("--limit <int>", "With --dataset"),
        ("--grid", "With --sweep"),
        ("--prompt-config <path>", "With --scenarios or --dataset"),
        ("--with MODEL", "A model to compare MODEL with"),
        ("-p <int>", "Random prompt tokens; 512. Not with --scenarios or --dataset"),
    ):
        assert f"{flag} {kind}" in lines, flag

"""One rule in every command: 1 for what cannot be used, 2 for wrong usage; a mistyped command."""

from importlib import import_module
from inspect import isfunction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlxtop.command_table import COMMANDS, meant
from mlxtop.commands.app import build

app = build()

ASKED = ("--prompt", "Hello", "--no-record")
PLAN = ("--headless", "-n", "1", "--no-record")


def said(*words: str) -> tuple[int, str]:
    """Return the exit status and the sentence of a command."""
    found = CliRunner().invoke(app, list(words), prog_name="mlxtop")
    assert found.output.startswith("mlxtop: ")
    assert found.output.count("\n") == 1
    return found.exit_code, found.output


@pytest.fixture
def bad(tmp_path: Path) -> str:
    path = tmp_path / "bad.json"
    path.write_text('{"sampling": {"temperature": "hot"}}')
    return str(path)


def test_a_prompt_config_that_cannot_be_used_is_1_in_a_run_and_in_a_benchmark(bad: str) -> None:
    for path in ("/nope.json", bad):
        for words in (
            ("run", "demo", *ASKED, "--prompt-config", path),
            ("bench", "demo", *PLAN, "--scenarios", "simple", "--prompt-config", path),
        ):
            status, sentence = said(*words)
            assert (status, path in sentence) == (1, True), words


@pytest.mark.parametrize("words", [("run", "/nope", *ASKED), ("bench", "/nope", *PLAN)])
def test_a_model_that_is_not_there_is_1_in_a_run_and_in_a_benchmark(words: tuple[str, ...]) -> None:
    status, sentence = said(*words)
    assert (status, "There is nothing at /nope" in sentence) == (1, True)


@pytest.mark.parametrize("words", [("run", "demo", "--prompt", " "), ("bench", "demo", "-n", "0")])
def test_wrong_usage_is_2_in_a_run_and_in_a_benchmark(words: tuple[str, ...]) -> None:
    assert said(*words, "--headless")[0] == 2


@pytest.mark.parametrize(
    ("word", "command"), [("benc", "bench"), ("replya", "replay"), ("Doctor", "doctor")]
)
def test_a_mistyped_command_is_asked_about(word: str, command: str) -> None:
    status, sentence = said("run", word, *ASKED)
    assert status == 1
    assert f"There is nothing at {word}" in sentence
    assert sentence.endswith(f"Did you mean the command {command}?\n")


@pytest.mark.parametrize("word", ["models", "nowhere", "./benc", "llama"])
def test_a_word_that_is_like_no_command_is_none(word: str) -> None:
    assert meant(word) == ""
    assert "Did you mean" not in said("run", word, *ASKED)[1]


def test_every_function_of_a_command_has_its_entry() -> None:
    places = set(COMMANDS.values())
    for module in {import_module(place.partition(":")[0]) for place in places}:
        own = {
            f"{module.__name__}:{name}"
            for name, found in vars(module).items()
            if isfunction(found) and found.__module__ == module.__name__ and name[0] != "_"
        }
        assert own <= places

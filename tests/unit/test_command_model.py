"""Which model a command line names, and a prompt that is standard input."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlxtop.commands.app import build
from mlxtop.launch import bench, run
from mlxtop.launch.request import RunRequest

app = build()

BOTH = "mlxtop: MODEL and --model both name a model: use one of them.\n"


@pytest.mark.parametrize("words", ["acme/model", "--model acme/model"])
@pytest.mark.parametrize("command", ["run", "bench -n 1"])
def test_a_model_is_named_with_or_without_its_option(
    monkeypatch: pytest.MonkeyPatch, command: str, words: str
) -> None:
    asked: list[RunRequest] = []

    def launched(request: RunRequest) -> int:
        asked.append(request)
        return 0

    monkeypatch.setattr(run, "launch", launched)
    monkeypatch.setattr(bench, "benchmark", lambda plan, request, *_, **__: launched(request))
    found = CliRunner().invoke(app, [*command.split(), *words.split()])
    assert found.exit_code == 0, found.output
    assert [request.model for request in asked] == ["acme/model"]


@pytest.mark.parametrize("command", ["run", "bench"])
def test_a_model_that_is_named_twice_is_wrong_usage(command: str) -> None:
    found = CliRunner().invoke(app, [command, "demo", "--model", "demo"])
    assert (found.exit_code, found.output) == (2, BOTH)


@pytest.mark.slow
def test_a_prompt_of_a_dash_is_read_from_a_pipe_beside_a_prompt_config(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"system_model_identity": "On <|DATE|>.", "max_tokens": 4}))
    words = f"run demo --json --no-record --prompt - --prompt-config {config}".split()
    done = subprocess.run(
        [sys.executable, "-m", "mlxtop", *words],
        input=b"which keys are there?\xff",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["generation_tokens"], said["finish_reason"]) == (4, "length")
    assert said["prompt_tokens"] > 10, "the system prompt and the question"


def test_a_dash_without_input_is_no_prompt() -> None:
    found = CliRunner().invoke(app, ["run", "demo", "--no-record", "--prompt", "-"], input=" \n")
    assert found.exit_code == 2
    assert "There is no prompt" in found.output


def test_more_than_a_prompt_can_be_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlxtop.launch.run.MOST_BYTES", 2**20)
    piped = b"y\n" * 2**20
    found = CliRunner().invoke(app, ["run", "demo", "--no-record", "--prompt", "-"], input=piped)
    assert found.exit_code == 2
    assert found.output == (
        "mlxtop: The standard input is larger than 1 MiB and is not read as a prompt.\n"
    )

"""What docs/benchmarks.md shows can be done, and what it names is what there is."""

import re
import shlex
import tomllib
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from mlxtop.bench import Plan, Result, make, session
from mlxtop.bench.result import FIGURES
from mlxtop.bench.stress import Stress
from mlxtop.commands import app
from mlxtop.presets import KEYS, read_preset

DOCUMENT = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, language
    return found


@pytest.mark.parametrize("text", blocks("toml"))
def test_a_plan_of_the_document_is_one(text: str) -> None:
    assert isinstance(make(tomllib.loads(text)), Plan)


@pytest.mark.parametrize("text", blocks("json"))
def test_a_prompt_config_of_the_document_is_one(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(text, "utf-8")
    preset = read_preset(path)
    assert preset.warnings == ()
    assert preset.system
    assert preset.examples
    assert preset.sampling


@pytest.mark.slow
def test_the_python_of_the_document_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "SETTLE_SECONDS", 0.02)
    (text,) = blocks("python")
    exec(compile(text, "docs/benchmarks.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["1", "2", "3"]
    assert float(lines[-1].split()[0]) > 0


def test_every_option_of_its_commands_is_known() -> None:
    known = CliRunner().invoke(app, ["bench", "--help"], terminal_width=200).output
    commands = re.findall(r"^(?:    )?\$? ?mlxtop bench (.*)$", DOCUMENT, re.MULTILINE)
    assert len(commands) > 8
    options = {
        word.partition("=")[0]
        for command in commands
        for word in shlex.split(command, comments=True)
        if word.startswith("-")
    }
    assert {option for option in options if option not in known} == set()


@pytest.mark.parametrize(
    "names",
    [Plan.__struct_fields__, FIGURES, Result.__struct_fields__, Stress.__struct_fields__, KEYS],
)
def test_every_field_is_explained(names: tuple[str, ...]) -> None:
    assert [name for name in names if f"`{name}`" not in DOCUMENT] == []


def test_it_says_which_values_are_usual() -> None:
    usual = msgspec.structs.asdict(Plan())
    for name in ("prompt_tokens", "generation_tokens", "trials", "prefill_step", "most_repeats"):
        assert re.search(rf"^\| `{name}` .*\b{usual[name]}\b", DOCUMENT, re.MULTILINE), name

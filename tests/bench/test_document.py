"""What docs/benchmarks.md shows can be done, and what it names is what there is."""

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from mlxtop.bench import Breakdown, Plan, document, make, session
from mlxtop.bench.formats import COLUMNS
from mlxtop.bench.point import Skipped
from mlxtop.bench.result import FIGURES
from mlxtop.bench.stress import Stress
from mlxtop.commands.app import build
from mlxtop.events import Sampling
from mlxtop.presets import KEYS, read_preset
from tests.bench.desk import Desk

app = build()

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
@pytest.mark.usefixtures("alone")
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


def fields_below(heading: str) -> set[str]:
    """Return the fields in the first column of the table below a heading."""
    table = DOCUMENT.split(f"\n#### {heading}\n")[1].split("\n#")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_each_field_of_the_json_is_explained_and_no_other(desk: Callable[..., Desk]) -> None:
    it = desk(make({"trials": 1}))
    it.run()
    held = json.loads(document(it.runner.result))
    one = held["points"][0]
    figure = next(iter(one["figures"].values()))
    for heading, found in (
        ("the document", held),
        ("`conditions`", held["conditions"]),
        ("`loads`", held["loads"][0]),
        ("`points`", one),
        ("`point`", one["point"]),
        ("`figures`", figure),
        ("`breakdowns`", Breakdown.__struct_fields__),
        ("`stress`", Stress.__struct_fields__),
        ("`skipped`", Skipped.__struct_fields__),
    ):
        assert fields_below(heading) == set(found), heading
    assert fields_below("`trials`") == set(one["trials"][0]) - set(FIGURES)
    assert set(one["point"]["wanted"]) == set(re.findall(r"`(\w+)`", row_of("wanted")))
    assert set(held["plan"]) == set(Plan.__struct_fields__)


def row_of(field: str) -> str:
    found = re.search(rf"^\| `{field}` \| (.*) \|$", DOCUMENT, re.MULTILINE)
    assert found
    return found[1]


def test_the_columns_of_the_csv_are_those_it_tells_of() -> None:
    part = DOCUMENT.split("\n### CSV\n")[1].split("\n#")[0]
    of_point = re.findall(r"`(\w+)`", part.split("; each sampling")[0])
    left_out = {"disturbed", "unchecked", "failed", "dropped"}
    of_trial = (fields_below("`trials`") | set(FIGURES)) - left_out
    figures, ends = part.split("; last, the figures")[1].split(", each with ")
    spreads = {
        f"{figure}{end}"
        for figure in re.findall(r"`(\w+)`", figures)
        for end in re.findall(r"`(_\w+)`", ends)
    }
    assert set(COLUMNS) == {*of_point, *Sampling.__struct_fields__, *of_trial, *spreads}
    assert left_out <= set(re.findall(r"`(\w+)`", part))


@pytest.mark.parametrize("names", [Plan.__struct_fields__, FIGURES, KEYS])
def test_every_field_is_explained(names: tuple[str, ...]) -> None:
    assert [name for name in names if f"`{name}`" not in DOCUMENT] == []


def test_it_says_which_values_are_usual() -> None:
    usual = msgspec.structs.asdict(Plan())
    for name in ("prompt_tokens", "generation_tokens", "trials", "prefill_step", "most_repeats"):
        assert re.search(rf"^\| `{name}` .*\b{usual[name]}\b", DOCUMENT, re.MULTILINE), name

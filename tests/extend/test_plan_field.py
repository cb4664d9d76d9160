"""A field of a plan is one description: TOML, form, flag, recording and comparison use it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mlxtop

ROOT = Path(__file__).resolve().parents[2]
FIELD = """
    power_seconds: Annotated[
        float,
        Field(
            range=Range("time before", 0, 60, unit="s"),
            shared=False,
            flag=Flag(names=("--power",), help="With --prefill: seconds before."),
            row=Row(label="power", explanation="Seconds before.", hint="up to 60", unit="seconds"),
        ),
    ] = 0.5
"""
SCRIPT = """
import json, sys
from msgspec.structs import replace
from typer.testing import CliRunner
from mlxtop.bench.baseline import differences
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.tokens import Tokens
from mlxtop.bench.plan_fields import make
from mlxtop.bench.plan import Plan, PlanError
from mlxtop.commands.app import build
from mlxtop.recording.redact import anonymized
from mlxtop.tui.bench.form import Draft
from mlxtop.tui.bench.form import asked, plan_of
from mlxtop.bench.plan_toml import to_toml
from tests.bench.desk import Desk

class Prefill(Tokens):
    name, words = "prefill", "with a field of its own"
    form = ("power_seconds", *Tokens.form)

KINDS["prefill"] = Prefill()

def refused(make_it):
    try:
        make_it()
    except PlanError as error:
        return str(error)

def command(*words):
    done = CliRunner().invoke(build(), ["bench", *words], prog_name="mlxtop")
    return " ".join(done.output.split())

plan = Plan(kind="prefill", power_seconds=2.0)
draft = Draft()
draft.take(plan)
desk = Desk(plan)
desk.run(lambda: desk.live.timeline.benchmarks)
(benchmark,) = desk.live.timeline.benchmarks.values()
result = desk.runner.result
print(json.dumps({
    "toml": to_toml(plan),
    "range": refused(lambda: make({"kind": "prefill", "power_seconds": 61.0})),
    "type": refused(lambda: make({"kind": "prefill", "power_seconds": "x"})),
    "other kind": refused(lambda: make({"power_seconds": 1.0})),
    "rows": [field.name for field in asked()],
    "typed": plan_of("prefill", {"power_seconds": "1,5"}).power_seconds,
    "usual": plan_of("prefill", {}).power_seconds,
    "not typed": refused(lambda: plan_of("prefill", {"power_seconds": "x"})),
    "taken": draft.texts["power_seconds"],
    "help": command("--help"),
    "flag": command("demo", "--power", "3"),
    "recorded": anonymized(benchmark.start).settings,
    "compared": differences(result, replace(result, plan=Plan(kind="prefill"))),
}))
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Return results of a copy of mlxtop whose only edit is the description of a field."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        Path(mlxtop.__file__).parent,
        folder / "mlxtop",
        copy_function=os.symlink,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    path = folder / "mlxtop" / "bench" / "plan.py"
    text, end = path.read_text("utf-8"), "\n\ndef _described("
    assert text.count(end) == 1
    path.unlink()
    path.write_text(text.replace(end, FIELD + end), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_toml_checks_its_type_its_range_and_its_kind(facts: dict[str, object]) -> None:
    assert facts["toml"] == 'kind = "prefill"\npower_seconds = 2.0\n'
    assert facts["range"] == "The time before must be between 0 and 60 s, not 61."
    assert facts["type"] == "power_seconds must be a number, not x."
    assert facts["other kind"] == (
        "A plan of the kind tokens has no power_seconds: leave it out, "
        "or make it a plan of the kind prefill."
    )


def test_the_form_has_a_row_for_it(facts: dict[str, object]) -> None:
    rows = facts["rows"]
    assert isinstance(rows, list)
    assert rows[rows.index("power_seconds") + 1] == "prompt_tokens"
    assert (facts["typed"], facts["usual"], facts["taken"]) == (1.5, 0.5, "2")
    assert facts["not typed"] == "The field “power” needs a number of seconds, not 'x'."


def test_the_command_line_has_its_flag(facts: dict[str, object]) -> None:
    assert "--power <float> With --prefill: seconds before." in str(facts["help"])
    assert "or make it a plan of the kind prefill." in str(facts["flag"])


def test_recording_and_comparison_include_it(facts: dict[str, object]) -> None:
    assert facts["recorded"] == {"power_seconds": 2.0}
    assert facts["compared"] == ["power seconds 2, there 0.5"]

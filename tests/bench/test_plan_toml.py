"""A plan that is written out is the same plan when it is read."""

from pathlib import Path

import pytest

from mlxtop.bench.plan import Plan
from mlxtop.bench.plan_fields import make, read_plan
from mlxtop.bench.plan_toml import to_toml

PLANS = [
    Plan(),
    Plan(prompt_tokens=64, cool_seconds=0.5, breakdown=True, sampling={"kv_bits": 4, "top_p": 0.9}),
    Plan(kind="sweep", sweep={"kv_bits": (None, 4), "batch": (1, 2)}, grid=True),
    Plan(kind="dataset", dataset='a "b"\\c\x7f\t☃.jsonl', limit=3, system="Say\nlittle."),
    Plan(kind="models", models=("some/where", "else")),
    Plan(kind="stress", minutes=1e-05),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.kind)
def test_it_is_read_as_it_was(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(to_toml(plan), "utf-8")
    assert make(read_plan(path)) == plan

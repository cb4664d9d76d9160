"""A plan in a line: what was measured, not what its kind is for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlxtop.bench.plan_fields import make
from mlxtop.bench.report import plan_words
from mlxtop.sources.options import ModelSpec
from tests.bench.desk import DEMO, Desk

Start = Callable[..., Desk]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"kind": "sweep", "sweep": {"kv_bits": ["off", 4], "draft": ["off", "demo"]}},
            "sweep: kv bits (off, 4) and draft (off, demo), 512 random prompt tokens",
        ),
        (
            {"kind": "sweep", "grid": True, "sweep": {"seed": list(range(1, 9))}},
            "every combination of seed (1, 2, 3, 4, 5, 6 and 2 more)",
        ),
        ({"kind": "scenarios", "scenarios": ["simple"]}, "scenarios: simple, at most 128"),
        ({"kind": "batch", "batch": [1, 2]}, "batch: 1, 2 requests of random tokens at once"),
        ({"batch": [2]}, "tokens: 2 requests of random tokens at once, 512"),
        ({"breakdown": True}, "5 trials of each, a breakdown of each"),
        ({"kind": "models", "models": ["owner/other"]}, "models: demo, other, in turns, 512"),
    ],
)
def test_the_plan_names_what_is_measured(
    desk: Start, fields: dict[str, object], words: str
) -> None:
    others = [ModelSpec(name) for name in fields.get("models", ())]  # type: ignore[attr-defined]
    result = desk(make(fields), wanted=[DEMO, *others]).runner.result
    assert words in plan_words(result)


def test_a_single_prompt_is_named(desk: Start, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('"What is wired memory?"\n"x"\n')
    fields = {"kind": "dataset", "dataset": str(path), "limit": 1}
    words = plan_words(desk(make(fields)).runner.result)
    assert words.startswith("dataset: q 1: What is wired memory? (of q.jsonl), at most")

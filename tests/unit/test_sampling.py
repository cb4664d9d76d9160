"""One table of limits: what one place takes, every other takes too."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop import config
from mlxtop.events import Sampling
from mlxtop.launch import run
from mlxtop.launch.request import USAGE, RunRequest
from mlxtop.sampling import LIMITS, check, problems
from mlxtop.tui.dialogs.fields import FIELDS

EDGES: dict[str, tuple[list[Any], list[Any]]] = {
    "temperature": ([0.0, 1, 10.0], [-0.1, 10.1, math.nan, math.inf, None, "1", True]),
    "top_p": ([0.01, 1.0], [0.0, 1.1, math.nan]),
    "min_p": ([0.0, 1.0], [-0.1, 1.1]),
    "top_k": ([0, 40], [-1, 2.0, 2**31]),
    "repetition_penalty": ([None, 0.05, 10.0], [0.0, -1.0, 10.5, math.nan]),
    "repetition_context": ([1], [0]),
    "xtc_probability": ([0.0, 1.0], [1.5]),
    "xtc_threshold": ([0.0, 0.5], [0.6]),
    "seed": ([None, 0, 2**63 - 1], [-1, 2**63, 1.0]),
    "max_tokens": ([1, 1_000_000], [0, -1, 2**31, None]),
    "max_kv_size": ([None, 16], [15, 5, 0]),
    "kv_bits": ([None, 2, 3, 4, 5, 6, 8], [0, 1, 7, 9, 4.0]),
    "prefill_step": ([None, 1], [0]),
    "draft_tokens": ([1, 64], [0, 65]),
}
CASES = [(name, value) for name, both in EDGES.items() for values in both for value in values]


def test_every_setting_has_a_limit() -> None:
    assert tuple(LIMITS) == tuple(EDGES) == Sampling.__struct_fields__
    assert problems(Sampling()) == []


@pytest.mark.parametrize("name", EDGES)
def test_the_edges(name: str) -> None:
    good, bad = EDGES[name]
    assert [value for value in good if check(name, value)] == []
    for value in bad:
        sentence = check(name, value)
        assert sentence, value
        assert sentence.lower().startswith(f"{LIMITS[name].label.lower()} must be ")
        assert sentence.endswith(".")


def _configured(folder: Path, name: str, value: object) -> bool:
    path = folder / "config.toml"
    path.write_text(f"[sampling]\n{name} = {str(value).lower()}\n")
    return not config.load(path)[1]


@pytest.mark.parametrize(
    ("name", "value"), [case for case in CASES if not isinstance(case[1], str | bool | None)]
)
def test_the_config_takes_what_the_table_takes(tmp_path: Path, name: str, value: object) -> None:
    assert _configured(tmp_path, name, value) == (check(name, value) is None)


@pytest.mark.parametrize(
    ("name", "value"), [case for case in CASES if not isinstance(case[1], str | bool)]
)
def test_the_dialog_takes_what_the_table_takes(name: str, value: object) -> None:
    field = next(field for field in FIELDS if field.name == name)
    read = field.read("" if value is None else str(value))
    assert isinstance(read, str) == (check(name, value) is not None)


@pytest.mark.parametrize(("name", "value"), CASES)
def test_the_command_line_takes_what_the_table_takes(
    name: str,
    value: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLXTOP_CONFIG_DIR", str(tmp_path))
    monkeypatch.setattr(run, "_headless", lambda *_: 0)
    request = RunRequest(prompt="hello", sampling={name: value})
    sentence = check(name, value)
    assert run.launch(request) == (0 if sentence is None else USAGE)
    assert capsys.readouterr().err == ("" if sentence is None else f"mlxtop: {sentence}\n")


@given(st.sampled_from(sorted(LIMITS)), st.one_of(st.integers(), st.floats(), st.none()))
def test_what_holds_is_finite(name: str, value: float | None) -> None:
    if check(name, value) is None and value is not None:
        assert math.isfinite(value)
        assert LIMITS[name].low <= value <= LIMITS[name].high

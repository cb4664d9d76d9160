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
from mlxtop.launch.request import RunRequest
from mlxtop.sampling_settings import LIMITS, check, problems
from mlxtop.streams import USAGE
from mlxtop.tui.dialogs.settings import FIELDS, read_all

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


def test_kv_bits_and_a_max_kv_size_are_refused_together_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sentence,) = problems(Sampling(kv_bits=4, max_kv_size=64))
    assert sentence.startswith("KV bits and a max KV size cannot be combined: ")
    path = tmp_path / "config.toml"
    path.write_text("[sampling]\nmax_kv_size = 64\nkv_bits = 4\n")
    found, (said,) = config.load(path)
    assert "line 3" in said
    assert said.endswith("cannot be quantized; kv_bits is ignored")
    assert found.sampling == Sampling(max_kv_size=64)
    texts = {field.name: field.show(getattr(Sampling(), field.name)) for field in FIELDS}
    read, wrong = read_all({**texts, "max_kv_size": "64", "kv_bits": "4"})
    assert read is None
    assert wrong == {"max_kv_size": sentence, "kv_bits": sentence}
    request = RunRequest(model="demo", prompt="hi", sampling={"kv_bits": 4, "max_kv_size": 64})
    assert run.launch(request) == USAGE
    assert sentence in capsys.readouterr().err


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

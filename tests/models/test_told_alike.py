"""One model's figures on the first screen, in a benchmark's refusal and as the engine loads it."""

from pathlib import Path

import pytest

from mlxtop.format import count, count_short
from mlxtop.launch import bench
from mlxtop.models.catalogue import inspect
from mlxtop.models.fits import MemoryLimit
from mlxtop.tui.home.entries import model_entry
from tests.engine.conftest import engine as engine
from tests.engine.driver import Driver
from tests.engine.models import LLAMA, write_model
from tests.models.fakes import model_dir

SMALL = MemoryLimit(1000, "a test")


def test_the_first_screen_tells_what_the_engine_says(engine: Driver, tmp_path: Path) -> None:
    scaling = {
        "rope_type": "llama3",
        "factor": 32.0,
        "original_max_position_embeddings": 512,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
    }
    path = write_model(tmp_path / "model", {**LLAMA, "rope_scaling": scaling})
    entry, facts = model_entry(inspect(path), SMALL), engine.load(path)
    assert facts.error == ""
    assert entry.detail == facts.quantization == "float32"
    assert entry.parameters == count_short(facts.parameters)
    assert f"context of {count(facts.context_tokens)} tokens" in entry.about
    assert facts.context_tokens == LLAMA["max_position_embeddings"]


def test_a_benchmark_is_refused_with_the_first_screens_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = inspect(model_dir(tmp_path))
    monkeypatch.setattr(bench, "memory_limit", lambda *_: SMALL)
    refusal = bench._too_large([found])
    verdict = "does not fit (needs about 1.05 MB of 1.00 kB)"
    assert verdict in refusal
    assert verdict in model_entry(found, SMALL).about

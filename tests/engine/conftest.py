import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlxtop.engine import run
from tests.engine import models
from tests.engine.driver import Driver

DEMO = Path(__file__).parents[2] / "mlxtop" / "demo"

THINK = ("<think>", "</think>")
SLIDING = {
    **models.LLAMA,
    "layer_types": ["sliding_attention", "full_attention"],
    "sliding_window": 32,
}
ODD_HEADS = {**models.QWEN3, "head_dim": 48}
SMALL = {**models.QWEN3, "num_hidden_layers": 1}

SLOW_CODE = """
import time
from mlx_lm.models.qwen3 import Model as Base, ModelArgs

class Model(Base):
    def __call__(self, inputs, *args, **kwargs):
        time.sleep(0.02)
        return super().__call__(inputs, *args, **kwargs)
"""


def _slow(path: Path) -> None:
    """A qwen3 with code of its own: every step takes at least 20 ms."""
    models.write_model(path, models.QWEN3)
    config = (path / "config.json").read_text("utf-8")
    (path / "slow.py").write_text(SLOW_CODE, "utf-8")
    (path / "config.json").write_text(config.replace("{", '{"model_file": "slow.py", ', 1))


MAKERS: dict[str, Callable[[Path], object]] = {
    "llama": lambda path: models.write_model(path),
    "qwen3": lambda path: models.write_model(path, models.QWEN3),
    "other": lambda path: models.write_model(path, models.QWEN3, seed=7),
    "draft": lambda path: models.write_model(path, SMALL, seed=0),
    "sliding": lambda path: models.write_model(path, SLIDING),
    "odd": lambda path: models.write_model(path, ODD_HEADS),
    "broad": lambda path: models.write_model(path, {**models.QWEN3, "head_dim": 128}),
    "mamba": lambda path: models.write_model(path, models.MAMBA),
    "plain": lambda path: models.write_model(path, template=None),
    "wide": lambda path: models.write_model(path, models.QWEN3, extra=THINK),
    "slow": _slow,
}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function from a name in `MAKERS` to that model's directory, made when asked."""
    root = tmp_path_factory.mktemp("models")

    def make(name: str) -> Path:
        path = root / name
        if not path.exists():
            MAKERS[name](path)
        return path

    return make


@pytest.fixture
def copy_of(model: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that copies a model to where a test may break it."""

    def copied(name: str) -> Path:
        return Path(shutil.copytree(model(name), tmp_path / "broken"))

    return copied


@pytest.fixture(scope="session")
def demo() -> Path:
    """The built-in model's directory."""
    if not (DEMO / "config.json").exists():
        pytest.skip("the demo model is not there")
    return DEMO


@pytest.fixture(scope="session")
def engine() -> Iterator[Driver]:
    """One engine for the whole run; a test loads what it needs."""
    driver = Driver()
    driver.process.start()
    yield driver
    driver.process.close()


@pytest.fixture
def own_engine() -> Iterator[Driver]:
    """An engine that a test may kill."""
    driver = Driver()
    driver.process.start()
    yield driver
    driver.process.close()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Driver]:
    """Return a function that starts a script in the place of the engine."""

    def start(script: str) -> Driver:
        monkeypatch.setattr(run, "command", lambda: [sys.executable, "-c", script])
        driver = Driver()
        assert driver.process.start()
        return driver

    return start

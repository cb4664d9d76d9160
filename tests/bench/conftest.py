import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlxtop.bench import session
from mlxtop.bench.plan import Plan
from mlxtop.bench.plan_fields import make
from mlxtop.bench.result import Result
from mlxtop.paths import demo_model_dir
from mlxtop.sources.live import Live
from tests.bench.desk import CONTEXT, SHORT, Desk, real_live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One engine for all plans of a module; without sensors there is nothing to wait for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "SETTLE_SECONDS", 0.02)
        live = real_live(tmp_path_factory.mktemp("recordings"))
        yield live
        live.close()


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in model under another name, with a context of 256 tokens."""
    path = Path(shutil.copytree(demo_model_dir(), tmp_path_factory.mktemp("models") / "other"))
    config = path / "config.json"
    config.write_text(config.read_text("utf-8").replace(str(CONTEXT), str(SHORT)))
    return path


@pytest.fixture
def desk() -> Callable[..., Desk]:
    """Return a function from a plan to a run on a clock of its own."""

    def start(plan: Plan, **options: object) -> Desk:
        return Desk(plan, **options)  # type: ignore[arg-type]

    return start


@pytest.fixture
def sweep(desk: Callable[..., Desk]) -> Result:
    swept = {"prompt_tokens": [8, 16], "top_p": [0.5]}
    it = desk(make({"kind": "sweep", "sweep": swept, "trials": 5, "generation_tokens": 10}))
    it.run()
    return it.runner.result

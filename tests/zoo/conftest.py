from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.driver import Driver


@pytest.fixture(scope="session")
def engine() -> Iterator[Driver]:
    """One engine for all models of the zoo."""
    driver = Driver()
    driver.process.start()
    yield driver
    driver.process.close()


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that models of the zoo are written to when they are asked for."""
    return tmp_path_factory.mktemp("zoo")

"""Fixtures of the sensors' tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sensors.fake_mac import FakeMac, compile_fake
from tests.sensors.ticking import Ticking


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture(scope="session")
def fake_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_fake(tmp_path_factory.mktemp("fake") / "macos.so")


@pytest.fixture
def mac(fake_library: Path, tmp_path: Path) -> Iterator[FakeMac]:
    """A Mac of this test's own; what it was lent must have come back at the end."""
    # The same file would be the same library, with what the last test left in it.
    copy = shutil.copy(fake_library, tmp_path / "macos.so")
    fake = FakeMac(Path(copy))
    yield fake
    fake.assert_clean()

"""Desks to start mlxtop at: one of a test's own, or one that the tests of a module share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A home directory of the test's own; what was started there ends with the test."""
    made = Desk(tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def new_desk(tmp_path: Path) -> Iterator[Desk]:
    """A home directory in which mlxtop never ran."""
    made = Desk(tmp_path, first_run=True)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A home directory that the tests of a module share."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    try:
        yield made
    finally:
        made.close()

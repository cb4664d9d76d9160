import gc
from collections.abc import Iterator

import pytest

from mlxtop.garbage import put_off, start_is_over


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_a_start_made_is_not_looked_at_again() -> None:
    gc.unfreeze()
    put_off()
    made = [[number] for number in range(1000)]
    start_is_over()
    assert gc.get_freeze_count() > len(made)
    assert gc.get_threshold() == (700, 10, 10)


def test_where_nothing_was_put_off_nothing_changes() -> None:
    gc.set_threshold(12_345, 6, 7)
    gc.unfreeze()
    start_is_over()
    assert gc.get_threshold() == (12_345, 6, 7)
    assert gc.get_freeze_count() == 0

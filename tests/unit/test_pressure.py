"""What a derived level rests on."""

import pytest

from mlxtop.folds.pressure import available_share, pressure_source


@pytest.mark.parametrize(
    ("values", "source"),
    [
        ({"pressure.raw_level": 1.0, "memory.available_bytes": 1.0}, "macOS"),
        ({"pressure.some_avg10_percent": 0.0, "memory.limit_left_bytes": 1.0}, "PSI"),
        ({"memory.limit_left_bytes": 1.0, "memory.available_bytes": 9.0}, "cgroup"),
        ({"memory.available_bytes": 9.0, "memory.limit_left_bytes": None}, "meminfo"),
        ({}, ""),
    ],
)
def test_where_the_level_comes_from(values: dict[str, float | None], source: str) -> None:
    assert pressure_source(values) == source


def test_the_smaller_share_counts_of_machine_and_group() -> None:
    machine = {"memory.available_bytes": 60.0, "memory.total_bytes": 100.0}
    assert available_share(machine) == 0.6
    group = {"memory.limit_bytes": 10.0, "memory.limit_left_bytes": 2.0}
    assert available_share({**machine, **group}) == 0.2
    assert available_share({**machine, **group, "memory.limit_left_bytes": 9.0}) == 0.6
    assert available_share(group) == 0.2
    assert available_share({"memory.total_bytes": 100.0}) is None

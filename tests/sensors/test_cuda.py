"""Which GPUs CUDA shows, by the words of its environment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.sensors.linux.nvidia_gpus import ORDER, VISIBLE, Known, places

GPUS = (Known("GPU-aa11-1", 10.0), Known("GPU-aa22-2", 30.0), Known("GPU-bb33-3", 30.0))
"""In the order of their addresses; CUDA's own is 1, 2, 0."""


@pytest.mark.parametrize(
    ("visible", "by_speed", "by_address"),
    [
        (None, [1, 2, 0], [0, 1, 2]),
        ("1", [2], [1]),
        (" 2 , 0", [0, 1], [2, 0]),
        ("GPU-bb33-3", [2], [2]),
        ("gpu-bb", [2], [2]),
        ("GPU-aa22,0", [1], [1, 0]),  # by speed the second is the first again
        ("GPU-aa", [], []),  # of two
        ("GPU-", [], []),
        ("1,-1,0", [2], [1]),
        ("1,7,0", [2], [1]),
        ("0,x", [1], [0]),
        ("", [], []),
        ("-1", [], []),
        ("NoDevFiles", [], []),
        ("MIG-1234", [0], [0]),
        ("MIG-9999", [], []),
        ("MIG-1234,1", [0], [0]),
    ],
)
def test_which_are_seen(visible: str | None, by_speed: list[int], by_address: list[int]) -> None:
    environment = {} if visible is None else {VISIBLE: visible}

    def parent(mig: str) -> str:
        return "GPU-aa11-1" if mig == "MIG-1234" else ""

    for order, expected in (("", by_speed), ("PCI_BUS_ID", by_address)):
        found = places(GPUS, {**environment, ORDER: order}, parent)
        assert found.visible == expected
        assert found.hidden == [place for place in range(3) if place not in expected]


def test_where_a_speed_is_not_known_addresses_decide() -> None:
    assert places((GPUS[0], Known(), GPUS[2]), {}).visible == [0, 1, 2]


@given(st.text(max_size=40))
def test_no_text_raises_or_shows_a_gpu_twice(visible: str) -> None:
    found = places(GPUS, {VISIBLE: visible})
    assert sorted((*found.visible, *found.hidden)) == [0, 1, 2]

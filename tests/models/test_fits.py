import pytest

from mlxtop.models.cache_rules import Layer
from mlxtop.models.fits import CacheLayout, MemoryLimit, judge

GB = 10**9
NOTHING = CacheLayout(())


@pytest.mark.parametrize(
    ("weights", "limit", "word"),
    [
        (2 * GB, 16 * GB, "fits"),
        (13 * GB, 16 * GB, "tight"),
        (15 * GB, 16 * GB, "does not fit"),
        (2 * GB, None, "unknown"),
        (0, 16 * GB, "unknown"),
    ],
)
def test_the_word(weights: int, limit: int | None, word: str) -> None:
    assert judge(weights, NOTHING, MemoryLimit(limit)).word == word


def test_the_sentence_has_both_figures() -> None:
    verdict = judge(37 * GB, NOTHING, MemoryLimit(36 * GB))
    assert verdict.sentence() == "does not fit (needs about 40.7 GB of 36.0 GB)"


def test_an_estimate_refuses_nothing_that_may_fit() -> None:
    limit = MemoryLimit(103 * GB, "estimate", most_bytes=137 * GB)
    verdict = judge(100 * GB, NOTHING, limit)
    assert verdict.sentence() == "tight (needs about 110 GB of an estimated 103 GB)"
    assert judge(80 * GB, NOTHING, limit).word == "tight"
    assert judge(70 * GB, NOTHING, limit).word == "fits"
    assert judge(130 * GB, NOTHING, limit).word == "does not fit"


def test_the_conversation_counts() -> None:
    layers = CacheLayout((Layer(numbers=500_000),))
    assert judge(GB, layers, MemoryLimit(4 * GB)).word == "does not fit"
    window = CacheLayout((Layer(numbers=500_000, window=128),))
    assert judge(GB, window, MemoryLimit(4 * GB)).word == "fits"


def test_a_cache_that_is_not_known_is_left_out_and_that_is_said() -> None:
    verdict = judge(GB, None, MemoryLimit(4 * GB))
    assert verdict.sentence() == "fits (needs about 1.10 GB of 4.00 GB, its KV cache not counted)"


def test_without_a_limit_the_need_is_said() -> None:
    assert judge(2 * GB, NOTHING, MemoryLimit(None)).sentence() == "needs about 2.20 GB"

import pytest

from mlxtop.models.fits import MemoryLimit, judge

GB = 10**9


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
    assert judge(weights, 0, MemoryLimit(limit)).word == word


def test_the_sentence_has_both_figures() -> None:
    verdict = judge(37 * GB, 0, MemoryLimit(36 * GB))
    assert verdict.sentence() == "does not fit (needs about 40.7 GB of 36.0 GB)"


def test_the_conversation_counts() -> None:
    assert judge(GB, 1_000_000, MemoryLimit(4 * GB)).word == "does not fit"
    assert judge(GB, None, MemoryLimit(4 * GB)).word == "fits"


def test_without_a_limit_the_need_is_said() -> None:
    assert judge(2 * GB, 0, MemoryLimit(None)).sentence() == "needs about 2.20 GB"

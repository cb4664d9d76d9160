"""Scales of the charts of a benchmark's result: round numbers where they stand."""

import pytest

from mlxtop import format as fmt
from mlxtop.tui.bench.figures import clock_ticks, scale_words, token_ticks, top_of


@pytest.mark.parametrize("high", [0.3, 0.47, 1.1, 4.6, 5.9, 17.0, 23.0, 250.0, 1480.0])
def test_quarters_of_a_speed_are_told_exactly(high: float) -> None:
    top = top_of([high])
    words = scale_words(top)
    for part in range(5):
        assert float(words(top * part / 4).replace(",", "")) == pytest.approx(top * part / 4)


@pytest.mark.parametrize(("low", "high"), [(0.0, 5.0), (17.0, 133.0), (513.0, 2100.0), (3.0, 3.0)])
def test_tokens_stand_at_whole_round_numbers(low: float, high: float) -> None:
    ticks = token_ticks(low, high, 120)
    assert len(ticks) <= 8
    assert all(low <= x <= high and fmt.count(x) == words and x % 1 == 0 for x, words in ticks)
    assert len({words for _, words in ticks}) == len(ticks)


@pytest.mark.parametrize("span", [0.4, 9.0, 61.0, 100.0, 4000.0, 1e6])
def test_times_stand_at_whole_seconds(span: float) -> None:
    ticks = clock_ticks(span, 120)
    assert 1 <= len(ticks) <= 7
    assert all(x <= span and fmt.clock(x) == words and x % 1 == 0 for x, words in ticks)
    assert len({words for _, words in ticks}) == len(ticks)

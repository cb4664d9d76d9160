import math
from typing import get_args

import pytest

from mlxtop import events
from mlxtop import format as fmt
from mlxtop.recording.figures import TurnFigures
from mlxtop.tui.library.preview import _turn
from mlxtop.tui.widgets.rows import text as row_text

NOTHING = [None, math.nan, math.inf]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (999.6, "1.00 kB"),
        (18_400_000_000, "18.4 GB"),
        (137_438_953_472, "137 GB"),
        (999_600_000, "1.00 GB"),
        (85_200_000, "85.2 MB"),
        (10**30, "1000000000000 EB"),
    ],
)
def test_size(value: float, text: str) -> None:
    assert fmt.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 ms"),
        (0.00085, "0.85 ms"),
        (0.0074, "7.4 ms"),
        (0.212, "212 ms"),
        (0.9996, "1.00 s"),
        (12.34, "12.3 s"),
        (83.2, "1:23"),
        (3723, "1:02:03"),
    ],
)
def test_seconds(value: float, text: str) -> None:
    assert fmt.seconds(value) == text


def test_clock_cuts_the_fraction_off() -> None:
    assert [fmt.clock(value) for value in (0, 59.99, 60, -1.5, -0.5)] == [
        "0:00",
        "0:59",
        "1:00",
        "-0:01",
        "0:00",
    ]


def test_words_in_a_sentence() -> None:
    lists: tuple[list[str], ...] = ([], ["a"], ["a", "b"], ["a", "b", "c"])
    assert [fmt.listed(words) for words in lists] == ["", "a", "a and b", "a, b and c"]
    assert fmt.listed(iter("abc"), "or") == "a, b or c"


def test_rates_counts_and_shares() -> None:
    assert fmt.rate(134.52) == "134.5 tok/s"
    assert fmt.rate(1021.4) == "1,021 tok/s"
    assert fmt.traffic(1_200_000) == "1.20 MB/s"
    assert fmt.count(4096) == "4,096"
    assert fmt.count_short(1_020_000) == "1.02 M"
    assert fmt.count_short(640) == "640"
    assert [fmt.percent(value) for value in (0, 0.04, 4.5, 9.96, 97.2)] == [
        "0 %",
        "0.0 %",
        "4.5 %",
        "10 %",
        "97 %",
    ]


def test_spans_and_ages() -> None:
    assert [fmt.span(value) for value in (15, 60, 300, 7200)] == ["15 s", "1 min", "5 min", "2 h"]
    assert [fmt.age(value) for value in (-1, 12.9, 200, 7300)] == [
        "0 s old",
        "12 s old",
        "3 min old",
        "2 h old",
    ]


@pytest.mark.parametrize("value", NOTHING)
def test_unknown_is_a_dash_and_never_zero(value: float | None) -> None:
    for function in (
        fmt.size,
        fmt.traffic,
        fmt.seconds,
        fmt.milliseconds,
        fmt.clock,
        fmt.number,
        fmt.rate,
        fmt.percent,
        fmt.count,
        fmt.count_short,
        fmt.date,
    ):
        assert function(value) == "—"


def test_date_of_nonsense_is_unknown() -> None:
    assert fmt.date(1e300) == "—"


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (math.nan, 1), (1, 1), (1.1, 2), (134, 200), (201, 500), (501, 1000), (0.03, 0.05)],
)
def test_nice_tops(value: float, top: float) -> None:
    assert fmt.nice(value) == pytest.approx(top)


@pytest.mark.parametrize(
    ("value", "text"),
    [(128 * 2**30, "128 GiB"), (25_276_502_016, "23.5 GiB"), (None, "—"), (8 * 2**30 - 1, "8 GiB")],
)
def test_installed_memory_is_told_as_it_is_sold(value: float | None, text: str) -> None:
    assert fmt.installed(value) == text


@pytest.mark.parametrize("power", [10.0**k for k in range(-4, 9)])
@pytest.mark.parametrize("step", [1, 1.2, 1.25, 1.5, 2, 2.5, 3, 5, 6, 8])
def test_a_scale_says_of_each_value_what_it_is(step: float, power: float) -> None:
    words = fmt.on_scale(step * power)
    for place in range(5):
        value = step * power * place
        assert float(words(value).replace(",", "")) == pytest.approx(value)


def test_a_scale_has_no_digits_that_say_nothing() -> None:
    quarters = [fmt.on_scale(2.5)(value) for value in (0, 2.5, 5, 7.5, 10)]
    assert quarters == ["0", "2.5", "5", "7.5", "10"]
    assert [fmt.on_scale(250)(value) for value in (0, 1000)] == ["0", "1,000"]
    assert [fmt.on_scale(1 / 3, 0.01)(value) for value in (1 / 3, 2 / 3)] == ["0.33", "0.67"]
    assert fmt.on_scale(1.0)(None) == fmt.on_scale(1.0)(math.nan) == "—"


def test_how_a_reply_ended_is_said_in_one_set_of_words() -> None:
    reasons = get_args(events.FinishReason)
    assert [fmt.ended(reason) for reason in reasons] == [
        *("complete", "cut at max tokens", "stopped by you", "failed", "engine died"),
    ]
    assert fmt.ended("") == "not ended"
    assert fmt.ended("of a later version") == "of a later version"
    short = [fmt.ended(reason, short=True) for reason in reasons]
    assert all(len(word.split()) == 1 for word in short)
    column = [
        row_text(_turn(TurnFigures(number=1, finish_reason=reason))).split()[4]
        for reason in reasons
    ]
    assert column == short

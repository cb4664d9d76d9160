"""Which options of `mlxtop watch` go together."""

from typing import Any

import pytest

from mlxtop.exports import Family, asked, built_in
from mlxtop.watch.options import WatchRequest, problem


def request(**options: Any) -> WatchRequest:
    """Return a request by the options of the formats and the other fields."""
    families: tuple[Family, ...] = ("reading", "readings")
    formats = {one.name: options.pop(one.name, None) for one in built_in(*families)}
    return WatchRequest(exports=asked(*families, **formats), **options)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (request(csv=True, jsonl=True), "--csv and --jsonl"),
        (request(once=True, csv=True), "--once"),
        (request(json=True), "--json goes with --once"),
        (request(csv=True, json=True), "--json goes with --once"),
        (request(csv=True, hz=0), "--hz is 0"),
        (request(csv=True, hz=-1), "--hz is -1"),
        (request(csv=True, hz=20.5), "--hz is 20.5"),
        (request(csv=True, hz=float("nan")), "--hz is nan"),
        (request(once=True, hz=5), "--hz"),
        (request(once=True, count=3), "--count"),
        (request(seconds=3), "--seconds"),
        (request(csv=True, count=0), "--count is 0"),
        (request(csv=True, seconds=0), "--seconds is 0"),
        (request(csv=True, seconds=float("inf")), "--seconds is inf"),
        (request(csv=True, record=True), "--record"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(request_: WatchRequest, says: str) -> None:
    sentence = problem(request_, terminal=True)

    assert says in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "request_",
    [
        request(),
        request(hz=20, record=True),
        request(once=True),
        request(once=True, json=True),
        request(csv=True, hz=0.1, count=1),
        request(jsonl=True, seconds=0.5),
    ],
)
def test_what_goes_together_is_taken(request_: WatchRequest) -> None:
    assert problem(request_, terminal=True) == ""


def test_without_a_terminal_the_screen_names_the_other_ways() -> None:
    sentence = problem(request(), terminal=False)

    assert all(option in sentence for option in ("--once", "--csv", "--jsonl"))
    assert problem(request(once=True), terminal=False) == ""

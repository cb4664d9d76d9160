"""Which options of `mlxtop watch` go together."""

import pytest

from mlxtop.watch.options import WatchRequest, problem


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (WatchRequest(csv=True, jsonl=True), "--csv and --jsonl"),
        (WatchRequest(once=True, csv=True), "--once"),
        (WatchRequest(json=True), "--json goes with --once"),
        (WatchRequest(csv=True, json=True), "--json goes with --once"),
        (WatchRequest(csv=True, hz=0), "--hz 0"),
        (WatchRequest(csv=True, hz=-1), "--hz -1"),
        (WatchRequest(csv=True, hz=20.5), "--hz 20.5"),
        (WatchRequest(csv=True, hz=float("nan")), "--hz nan"),
        (WatchRequest(once=True, hz=5), "--hz"),
        (WatchRequest(once=True, count=3), "--count"),
        (WatchRequest(seconds=3), "--seconds"),
        (WatchRequest(csv=True, count=0), "--count 0"),
        (WatchRequest(csv=True, seconds=0), "--seconds 0"),
        (WatchRequest(csv=True, seconds=float("inf")), "--seconds inf"),
        (WatchRequest(csv=True, record=True), "--record"),
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
        WatchRequest(),
        WatchRequest(hz=20, record=True),
        WatchRequest(once=True),
        WatchRequest(once=True, json=True),
        WatchRequest(csv=True, hz=0.1, count=1),
        WatchRequest(jsonl=True, seconds=0.5),
    ],
)
def test_what_goes_together_is_taken(request_: WatchRequest) -> None:
    assert problem(request_, terminal=True) == ""


def test_without_a_terminal_the_screen_names_the_other_ways() -> None:
    sentence = problem(WatchRequest(), terminal=False)

    assert all(option in sentence for option in ("--once", "--csv", "--jsonl"))
    assert problem(WatchRequest(once=True), terminal=False) == ""

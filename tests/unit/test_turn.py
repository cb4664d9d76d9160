"""The figures of a reply, as of any moment."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlxtop.events import Channel, Tokens, TurnEnd, TurnStart
from mlxtop.folds.steps import percentile
from mlxtop.folds.turn import Turn


def turn(times: list[float], text: list[str] | None = None, **batch: object) -> Turn:
    made = Turn(TurnStart(t=10.0, turn=1, index=1))
    if times:
        made.add(Tokens(t=times[-1], turn=1, times=times, text=text, **batch))  # type: ignore[arg-type]
    return made


def test_decode_speed_counts_intervals() -> None:
    t = turn([11.0, 11.5, 12.0])
    assert t.decode_rate(11.0) is None
    assert t.decode_rate(11.5) == 2.0
    assert t.decode_rate(99.0) == 2.0
    assert t.ttft(11.0) == 1.0
    assert t.ttft(10.9) is None


def test_the_share_of_a_draft_model_is_of_all_tokens() -> None:
    assert turn([11.0, 11.5]).draft_share is None
    assert turn([11.0, 11.5], draft=[False, True]).draft_share == 0.5
    without = Turn(TurnStart(t=10.0, turn=1, index=1, draft="small"))
    assert without.draft_share is None, "there is no token yet"
    without.add(Tokens(t=11.0, turn=1, times=[11.0], draft=[False]))
    assert without.draft_share == 0.0
    without.add(Tokens(t=12.0, turn=1, times=[11.5, 11.5, 12.0], draft=[True, True, True]))
    assert without.draft_share == 0.75


def test_speed_now_looks_at_the_last_second() -> None:
    slow_then_fast = [11.0 + i for i in range(3)] + [13.1 + i / 10 for i in range(20)]
    assert turn(slow_then_fast).rate(15.0) == pytest.approx(10.0)


def test_a_slow_model_is_read_over_its_last_interval() -> None:
    assert turn([11.0, 14.0]).rate(14.0) == pytest.approx(1 / 3)


def test_a_stall_shows_in_the_speed_now() -> None:
    times = [11.0 + i / 10 for i in range(11)]
    assert turn(times).rate(12.0) == pytest.approx(10.0)
    stalled = turn(times).rate(20.0)
    assert stalled is not None
    assert stalled < 0.2


def test_there_is_no_speed_after_the_end() -> None:
    t = turn([11.0, 11.1])
    t.finish(TurnEnd(t=12.0, turn=1, finish_reason="stop"))
    assert t.rate(11.5) is not None
    assert t.rate(12.0) is None


def test_text_stands_as_it_stood_at_that_token() -> None:
    t = turn([11.0, 12.0, 13.0], ["Hel", "", "lo"])
    assert [t.text(x).reply for x in (10.0, 11.0, 12.5, 13.0)] == ["", "Hel", "Hel", "Hello"]
    t.finish(TurnEnd(t=14.0, turn=1, finish_reason="stop", tail_text="!"))
    assert t.text(13.9).reply == "Hello"
    assert t.text(14.0).reply == "Hello!"


def test_thinking_stands_apart() -> None:
    t = Turn(TurnStart(t=10.0, turn=1, index=1))
    t.add(Tokens(t=11.0, turn=1, times=[11.0], text=["hmm"], channel="thinking"))
    t.add(Tokens(t=12.0, turn=1, times=[12.0], text=["yes"]))
    assert t.text(11.5) == t.text(11.0)
    assert (t.text(12.0).thinking, t.text(12.0).reply) == ("hmm", "yes")
    assert t.thinking_tokens(12.0) == 1


batches = st.lists(
    st.tuples(
        st.sampled_from(["reply", "thinking"]),
        st.lists(
            st.tuples(st.sampled_from(["", "a", "bc", "…"]), st.booleans()), min_size=1, max_size=4
        ),
        st.booleans(),
    ),
    max_size=12,
)


@given(batches)
def test_a_reply_is_what_its_tokens_say_at_every_token(
    given: list[tuple[Channel, list[tuple[str, bool]], bool]],
) -> None:
    made = Turn(TurnStart(t=10.0, turn=1, index=1))
    said: list[tuple[float, Channel, str, bool]] = []
    for channel, pieces, with_draft in given:
        first = 11.0 + len(said)
        times = [first + place for place in range(len(pieces))]
        text, draft = [piece for piece, _ in pieces], [proposed for _, proposed in pieces]
        made.add(
            Tokens(
                t=times[-1], turn=1, times=times, text=text, channel=channel,
                draft=draft if with_draft else None,
            )
        )  # fmt: skip
        drafted = draft if with_draft else [False] * len(pieces)
        said += zip(times, [channel] * len(pieces), text, drafted, strict=True)
        # Asked in between, as a live run is: what was joined must go on growing.
        assert made.text(99.0).reply == "".join(one[2] for one in said if one[1] == "reply")
    for t in range(10, 12 + len(said)):
        there = [one for one in said if one[0] <= t]
        shown = made.text(t)
        assert shown.reply == "".join(piece for _, channel, piece, _ in there if channel == "reply")
        assert shown.thinking == "".join(one[2] for one in there if one[1] == "thinking")
        assert made.thinking_tokens(t) == sum(one[1] == "thinking" for one in there)
        steps = [at for at, _, _, proposed in there if not proposed]
        assert list(made.intervals(t)) == sorted(b - a for a, b in pairwise(steps))


def test_no_text_kept_is_not_an_empty_reply() -> None:
    t = turn([11.0, 12.0])
    assert t.text(12.0).reply is None
    assert t.tokens(12.0) == 2


def test_with_a_draft_model_latency_is_per_step() -> None:
    times = [11.0, 11.01, 11.02, 12.0, 12.01, 13.0]
    t = turn(times, draft=[True, True, False, True, False, False])
    assert t.with_draft
    latency = t.latency(99.0)
    assert latency is not None
    assert latency.count == 2
    assert latency.highest == pytest.approx(0.99)


STEPS = [
    *(11.0, 11.0, 11.0, 11.0),
    *(11.5, 11.5, 11.5, 11.5),
    *(12.0, 12.0),
    *(12.5, 12.5, 12.5),
]
PROPOSED = [
    *(True, True, True, False),
    *(True, True, True, False),
    *(True, False),
    *(True, True, True),
]
"""Two steps of four tokens, one of two, and one that the end of the reply cut off."""


def test_with_a_draft_model_the_first_step_does_not_count_as_decode() -> None:
    t = turn(STEPS, draft=PROPOSED)
    assert t.decode_rate(11.2) is None, "its four tokens took the prefill's time, not no time"
    assert t.rate(11.2) is None
    assert t.decode_rate(11.5) == pytest.approx(4 / 0.5)
    assert t.decode_rate(12.0) == pytest.approx(6 / 1.0)
    assert t.decode_rate(99.0) == pytest.approx(6 / 1.0), "a step that was cut off counts neither"
    assert t.rate(12.0) == pytest.approx(6 / 1.0)


def test_a_step_that_goes_on_does_not_count_yet() -> None:
    t = turn([11.0, 11.01, 12.0, 12.01, 13.0, 13.01], draft=[True, False] * 3)
    assert t.decode_rate(12.0) is None
    assert t.decode_rate(13.0) == t.decode_rate(12.01) == pytest.approx(2.0)


def test_plain_tokens_before_the_first_proposal_are_steps_of_their_own() -> None:
    t = turn([11.0, 12.0])
    t.add(Tokens(t=13.0, turn=1, times=[13.0, 13.0, 14.0], draft=[True, False, False]))
    assert t.decode_rate(99.0) == pytest.approx(4 / 3)
    assert t.draft_share == pytest.approx(1 / 5)


def test_in_a_batch_a_step_is_what_came_at_one_time() -> None:
    t = Turn(TurnStart(t=10.0, turn=1, index=1, batch=3))
    for times in ([11.0, 11.0], [11.0, 12.0, 12.0, 12.0], [13.0]):
        t.add(Tokens(t=times[-1], turn=1, times=times))
    assert t.decode_rate(99.0) == pytest.approx(4 / 2)
    assert list(t.intervals(99.0)) == [1.0, 1.0]


def test_the_tokens_of_a_step_share_its_time() -> None:
    even = turn(STEPS, draft=PROPOSED).steps.even(11.0, 99.0)
    assert even.place == 3, "the first step's last token is where it begins"
    assert list(even.times) == pytest.approx([11.0, 11.125, 11.25, 11.375, 11.5, 11.75, 12.0])
    late = turn(STEPS, draft=PROPOSED).steps.even(11.2, 12.0)
    assert late.place == 7
    assert list(late.times) == pytest.approx([11.5, 11.75, 12.0])
    assert turn(STEPS[:3], draft=PROPOSED[:3]).steps.even(11.0, 99.0).times == ()
    plain = turn([11.0, 12.0, 13.0]).steps.even(12.0, 99.0)
    assert (plain.place, list(plain.times)) == (1, [12.0, 13.0])


@given(st.lists(st.floats(0.001, 2.0), min_size=1, max_size=150), st.data())
def test_percentiles_are_those_of_a_fresh_count(gaps: list[float], data: st.DataObject) -> None:
    times = [11.0]
    for gap in gaps:
        times.append(times[-1] + gap)
    t = turn(times)
    for place in data.draw(st.lists(st.integers(1, len(gaps)), max_size=6)):
        latency = t.latency(times[place])
        fresh = sorted(b - a for a, b in pairwise(times[: place + 1]))
        assert latency is not None
        assert latency.count == place
        assert latency.p50 == percentile(fresh, 0.5)
        assert latency.p99 == percentile(fresh, 0.99)
        assert latency.highest == fresh[-1]


def test_a_reply_shorter_than_a_column_shows_in_it() -> None:
    t = turn([11.0 + i / 100 for i in range(11)])
    t.finish(TurnEnd(t=11.11, turn=1, finish_reason="stop"))
    assert t.last_rate(10.9, 11.5) == pytest.approx(100.0)
    assert t.last_rate(11.2, 11.5) is None, "it was over before"
    assert t.last_rate(10.9, 11.05) is None, "it goes on"

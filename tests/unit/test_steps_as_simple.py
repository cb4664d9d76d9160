"""The speed of a reply by whole steps: what a plain list of its tokens gives."""

import math
from array import array
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mlxtop.events import Tokens
from mlxtop.folds.steps import Decode, Steps

Token = tuple[float, bool]
"""When it came, and whether a draft model had proposed it."""

replies = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from([0.0, 0.001, 0.1]), st.booleans()), min_size=1, max_size=5
        ),
        st.booleans(),
    ),
    max_size=8,
)
"""Events of a reply: seconds since the token before, proposed or not; whether it has a draft."""


def events_of(reply: list[tuple[list[tuple[float, bool]], bool]]) -> list[Tokens]:
    t, made = 11.0, []
    for pieces, with_draft in reply:
        times = [t := t + gap for gap, _ in pieces]
        draft = [proposed for _, proposed in pieces] if with_draft else None
        made.append(Tokens(t=t, turn=1, times=times, draft=draft))
    return made


def simple_steps(tokens: list[Token], batch: bool) -> list[list[Token]]:
    """Return the whole steps, each with its tokens."""
    steps: list[list[Token]] = [[]]
    for place, token in enumerate(tokens):
        steps[-1].append(token)
        is_last = place + 1 == len(tokens) or tokens[place + 1][0] != token[0]
        if is_last if batch else not token[1]:
            steps.append([])
    return steps[:-1]


def simple_rate(steps: list[list[Token]]) -> float | None:
    seconds = steps[-1][-1][0] - steps[0][-1][0] if steps else 0.0
    return sum(map(len, steps[1:])) / seconds if seconds > 0 else None


@given(replies, st.booleans())
def test_they_are_those_of_a_list_of_tokens(
    reply: list[tuple[list[tuple[float, bool]], bool]], batch: bool
) -> None:
    times: array[float] = array("d")
    held, passing = Steps(times, batch=batch), Decode(batch=batch)
    tokens: list[Token] = []
    stepped, took = 0, 0.0
    for event in events_of(reply):
        held.add(event)
        times.extend(event.times)
        more = passing.add(event)
        stepped, took = stepped + more[0], took + more[1]
        tokens += zip(event.times, event.draft or [False] * len(event.times), strict=True)
        steps = simple_steps(tokens, batch)
        assert list(held.ends) == [step[-1][0] for step in steps]
        counts = [len(step) for step in steps]
        assert [held.tokens(place) for place in range(len(held))] == [
            sum(counts[: place + 1]) for place in range(len(counts))
        ]
        assert passing.rate == simple_rate(steps)
        assert (held.rate(0, len(held) - 1) if steps else None) == passing.rate
        assert passing.decoded == stepped == sum(counts[1:])
        seconds = [later[-1][0] - earlier[-1][0] for earlier, later in pairwise(steps)]
        assert math.isclose(took, sum(seconds), abs_tol=1e-9)
        assert list(held.intervals(math.inf)) == sorted(seconds)
    assert passing.tokens == len(tokens)
    assert passing.first_token == (tokens[0][0] if tokens else None)

"""Slow tokens of a reply: which they are, and where they stand on the screen."""

import math
from collections.abc import Sequence

import pytest

from mlxtop import events
from mlxtop.events import Channel, Sampling
from mlxtop.folds.turn import Turn
from mlxtop.timeline import Timeline
from mlxtop.tui.chat.document import Document
from mlxtop.tui.chat.latency import Slow, slow_tokens
from mlxtop.tui.chat.lines import StyledLine
from tests.tui.chat_app import ChatApp


def turn(pieces: Sequence[str], gaps: Sequence[float], channel: Channel = "reply") -> Turn:
    start = events.TurnStart(t=100.0, turn=1, index=1, sampling=Sampling())
    made = Turn(start)
    times = [101.0]
    for gap in gaps:
        times.append(times[-1] + gap)
    made.add(events.Tokens(t=times[-1], turn=1, times=times, text=list(pieces), channel=channel))
    return made


def inked(lines: Sequence[StyledLine]) -> list[tuple[str, str]]:
    """Return the texts in the inks of slow tokens."""
    return [
        (line.content.plain[span.start : span.end], str(span.style))
        for line in lines
        for span in line.content.spans
        if span.style in ("slow", "slowest")
    ]


GAPS = [0.01] * 197 + [0.05, 0.02, 0.03]
PIECES = [f"w{place} " for place in range(201)]


def test_tokens_above_p95_and_p99_are_slow() -> None:
    # p99 of 200 is the 198th, so that two are above it; all others are as fast as p95 or faster.
    reply = turn(PIECES, [0.01] * 189 + [0.02] * 8 + [0.05, 0.03, 0.02])
    assert reply.latency(math.inf).p99 == pytest.approx(0.02)  # type: ignore[union-attr]
    found = slow_tokens(reply, math.inf)
    text = "".join(PIECES)
    assert [text[slow.start : slow.end] for slow in found if slow.ink == "slowest"] == [
        "w198 ",
        "w199 ",
    ]
    assert not slow_tokens(reply, reply.times[190]), "tokens that have not come are not there"


def test_few_tokens_are_not_told_apart() -> None:
    assert slow_tokens(turn(["a", "b", "c"], [0.01, 9.0]), math.inf) == []


def test_thinking_has_no_place_in_the_reply() -> None:
    reply = turn(PIECES, GAPS, "thinking")
    assert slow_tokens(reply, math.inf) == []


def test_the_slowest_first() -> None:
    assert turn(["a", "b", "c", "d"], [0.02, 0.05, 0.01]).slowest() == [2, 1, 3]


@pytest.mark.parametrize("width", [80, 20, 4])
@pytest.mark.parametrize(
    ("source", "token", "shown"),
    [
        ("a plain **bold** word and more", "more", "more"),
        ("a plain **bold** word and more", "**bold", "bold"),
        ("# Heading\n\nAnd then\n\nthe last", "the last", "the last"),
        ("- one\n- two\n- three", "three", "three"),
        ("| a | b |\n|---|---|\n| c | dd |\n\nend", "dd", "dd"),
        ("see [a link](http://example.com/x) here", "here", "here"),
        ("```python\nx = 12\n```", "12", "12"),
    ],
)
def test_markup_is_passed_over(source: str, token: str, shown: str, width: int) -> None:
    document = Document()
    document.set(source)
    start = source.index(token)
    slow = [Slow(start, start + len(token), "slow")]
    plain, found = document.lines(width), document.lines(width, slow=slow)
    assert [line.text for line in found] == [line.text for line in plain]
    words = "".join(text for text, _ in inked(found))
    assert words.replace(" ", "") == shown.replace(" ", "")
    assert inked(document.lines(width)) == [], "nothing is kept of the colours"


async def test_slow_tokens_are_drawn_while_one_steps() -> None:
    timeline = Timeline()
    timeline.add(events.Message(t=100.0, index=0, role="user", text="Hello"))
    timeline.add(events.TurnStart(t=100.0, turn=1, index=1, sampling=Sampling()))
    made = turn(PIECES, [0.01] * 199 + [0.05])
    timeline.add(
        events.Tokens(t=200.0, turn=1, times=list(made.times), text=PIECES, channel="reply")
    )
    app = ChatApp(timeline, 200.0)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()

        def underlined() -> str:
            strips = map(app.transcript.render_line, range(app.transcript.size.height))
            return "".join(
                text for strip in strips for text, style, _ in strip if style and style.underline
            )

        assert underlined() == ""
        app.transcript.show(timeline, 200.0, by_latency=True)
        assert underlined() == "w200"
        app.transcript.show(timeline, 200.0)
        assert underlined() == ""

"""Finding what was said, and the moment at which it had been said."""

import math

from mlxtop.events import Conversation, Message, Tokens, TurnEnd
from mlxtop.sources import find as finding
from mlxtop.sources.find import find, keeps_text
from mlxtop.timeline import Timeline
from tests.sources.talk import turn_start


def talk(*pieces: str, question: str = "What is a Token?", text: bool = True) -> Timeline:
    """Return a question at 10 and a reply to it, a piece each second from 20 on."""
    timeline = Timeline()
    timeline.add(Message(t=10.0, role="user", index=0, text=question if text else None))
    timeline.add(turn_start(1, 10.5))
    times = [20.0 + place for place in range(len(pieces))]
    said = list(pieces) if text else None
    timeline.add(Tokens(t=times[-1], turn=1, times=times, text=said))
    timeline.add(TurnEnd(t=90.0, turn=1, finish_reason="stop", generation_tokens=len(pieces)))
    return timeline


def test_text_is_found_where_its_last_piece_came_in_any_case() -> None:
    timeline = talk("A to", "ken is ", "a piece. TOK", "", "EN again")
    hits = find(timeline, "token").hits
    assert [(hit.t, hit.role, hit.text) for hit in hits] == [
        (10.0, "user", "Token"),
        (21.0, "assistant", "token"),
        (24.0, "assistant", "TOKEN"),
    ]
    assert (hits[1].before, hits[1].after) == ("A ", " is a piece. TOKEN again")
    turn = timeline.turns[1]
    for hit in hits[1:]:
        assert (turn.text(hit.t).reply or "").endswith(("token is ", "TOKEN again"))
        assert not (turn.text(math.nextafter(hit.t, 0)).reply or "").lower().endswith("token")


def test_what_no_longer_stands_was_said_all_the_same() -> None:
    timeline = talk("secret")
    timeline.add(Conversation(t=95.0, id=2))
    assert [hit.t for hit in find(timeline, "secret").hits] == [20.0]


def test_thinking_and_a_tail_are_found() -> None:
    timeline = Timeline()
    timeline.add(turn_start(1, 1.0, index=0))
    timeline.add(Tokens(t=2.0, turn=1, times=[2.0], text=["hm, apples"], channel="thinking"))
    timeline.add(Tokens(t=3.0, turn=1, times=[3.0], text=["pe"]))
    end = TurnEnd(t=4.0, turn=1, finish_reason="stop", generation_tokens=2, tail_text="ars")
    timeline.add(end)
    assert [hit.t for hit in find(timeline, "apples").hits] == [2.0]
    assert [hit.t for hit in find(timeline, "pears").hits] == [4.0]


def test_what_is_typed_is_no_pattern_and_what_is_shown_no_command() -> None:
    timeline = talk("costs $5 (or \x1b[31m more)\n\nthan that")
    assert [hit.text for hit in find(timeline, "$5 (").hits] == ["$5 ("]
    assert not find(timeline, ".*").hits
    hit = find(timeline, "more").hits[0]
    assert hit.before.endswith("(or ␛[31m ")
    assert hit.after == ") than that"


def test_excerpts_are_without_the_signs_of_markdown() -> None:
    timeline = talk("## Memory\n", "The **memory ", "pane** shows `a**b` of [it](https://a.b).")
    first, second = find(timeline, "memory").hits
    assert (first.before, first.after) == ("", " The memory pane shows a**b of it.")
    assert (second.before, second.text) == ("Memory The ", "memory")
    assert second.after == " pane shows a**b of it."
    assert find(timeline, "**memory").hits[0].text == "**memory", "what is typed is found as it is"


def test_blanks_find_nothing_and_a_flood_is_cut() -> None:
    timeline = talk("x " * 40)
    assert not find(timeline, "  ").hits
    assert len(find(timeline, "x").hits) == 40
    many = talk("x " * (finding.MOST_HITS + 1), question="")
    found = find(many, "x")
    assert (len(found.hits), found.more) == (finding.MOST_HITS, True)


def test_a_run_without_text_says_so() -> None:
    assert keeps_text(talk("a"))
    assert not keeps_text(talk("a", text=False))
    assert not keeps_text(Timeline())
    assert not find(talk("a", text=False), "a").hits

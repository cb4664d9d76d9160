"""A conversation with a model that answers in channels, as gpt-oss does."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from mlxtop.events import Sampling
from mlxtop.headless import summarize
from mlxtop.sources.live import Live, open_live
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.tui.chat.export import to_markdown
from tests.engine.models import write_talk
from tests.engine.test_template import ANALYSIS, FINAL, HARMONY, HEADERS

PATIENCE_SECONDS = 60.0


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    path = write_talk(
        tmp_path / "gpt-oss",
        (*ANALYSIS, *FINAL),
        cue=("<|start|>", *"assistant"),
        user="<|call|>",
        end="<|return|>",
        extra=HEADERS,
        template=HARMONY,
    )
    live = open_live(LiveOptions(recordings=tmp_path, record=False))
    live.start()
    live.load(ModelSpec(str(path), trust_remote_code=True))
    yield live
    live.close()


def answered(live: Live) -> tuple[str, str | None, str]:
    """Wait for the reply; return what was thought, what was said, and the error."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while live.loading or live.answering:
        live.poll()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    turn = live.timeline.turns[live.turn]
    assert turn.end is not None
    said = turn.text(math.inf)
    return said.thinking, said.reply, turn.end.error


def test_whatever_is_done_in_a_conversation_no_mark_is_shown_or_sent_back(live: Live) -> None:
    whole = ("They ask.", "Hi you!", "")
    live.send("Hello")
    assert answered(live) == whole
    live.send("And now?")
    assert answered(live) == whole
    assert live.regenerate()
    assert answered(live) == whole
    live.edit(2, "Something else")
    assert answered(live) == whole
    live.sampling = Sampling(max_tokens=5)
    live.send("Cut short in its analysis")
    assert answered(live) == ("They ask.", "", "")
    live.sampling = Sampling()
    live.send("Go on")
    assert answered(live) == whole
    assert {message.text for message in live.conversation.messages if message.role != "user"} == {
        "Hi you!",
        "",
    }
    summary = summarize(live.timeline, live.timeline.turns[live.turn], None)
    assert (summary.reply, summary.thinking) == ("Hi you!", "They ask.")
    assert summary.generation_tokens == len(ANALYSIS) + len(FINAL) + 1
    # The header of the first message belongs to no channel yet, that of the last to the thinking.
    assert summary.thinking_tokens == len(ANALYSIS) + len(FINAL) - 2 - 3
    assert structs.asdict(summary)["decode_tokens_per_second"]
    written = to_markdown(live.timeline.transcript.at(math.inf), model="m", date="d")
    assert "<|" not in written
    assert written.count("Hi you!") == 3

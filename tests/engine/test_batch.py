import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlx_lm import batch_generate
from mlx_lm import load as plain_load

from mlxtop.engine import protocol
from mlxtop.engine.child import load as loading
from mlxtop.engine.child.batch import Batch
from mlxtop.engine.child.cache import CachePlan
from mlxtop.engine.child.facts import MemoryMeter
from mlxtop.engine.child.pipes import Writer
from mlxtop.engine.child.prompt import random_prompts
from mlxtop.engine.child.turn_end import TurnCounts
from mlxtop.events import (
    AnyEvent,
    Header,
    MlxMemory,
    Prefill,
    Sampling,
    Tokens,
    TurnEnd,
    TurnStart,
)
from mlxtop.folds.turn import Turn
from mlxtop.recording.totals import Totals as Figures
from mlxtop.recording.validate import OrderCheck
from mlxtop.timeline import Timeline
from tests.engine.driver import Driver, Reply
from tests.engine.models import QWEN3, write_model

Models = Callable[[str], Path]
FOREVER = 1e9


def _turn(events: list[AnyEvent]) -> Turn:
    timeline = Timeline()
    for event in events:
        timeline.add(event)
    return next(iter(timeline.turns.values()))


def _told(reply: Reply) -> list[tuple[int, int]]:
    return [(event.done_tokens, event.step_tokens) for event in reply.of(Prefill)]


def test_a_batch_is_one_turn_with_the_tokens_of_all(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    reply = engine.reply(engine.trial(100, batch=3, max_tokens=20, prefill_step=40))
    start, end = reply.events[0], reply.end
    assert isinstance(start, TurnStart)
    assert start.batch == 3
    assert (end.finish_reason, end.error) == ("length", "")
    assert (end.prompt_tokens, end.cached_tokens, end.generation_tokens) == (300, 0, 60)
    assert _told(reply) == [(0, 0), (120, 120), (240, 120), (297, 57), (300, 3)]
    assert {event.total_tokens for event in reply.of(Prefill)} == {300}
    assert len(reply.times) == 60
    assert {reply.times.count(t) for t in reply.times} == {3}
    assert all(batch.text is None for batch in reply.of(Tokens))
    assert end.ttft_seconds == pytest.approx(reply.times[0] - start.t)
    assert end.prompt_tokens_per_second
    assert end.generation_tokens_per_second
    assert reply.of(MlxMemory)
    assert list(_problems(reply.events)) == []


def _problems(events: list[AnyEvent]) -> list[str]:
    order = OrderCheck()
    return [wrong.text for event in events for wrong in order.take(event)]


def test_the_tokens_are_those_of_mlx_lms_own_batch(model: Models) -> None:
    path = model("qwen3")
    request = protocol.Load(model=str(path))
    place, draft = loading.find(request)
    said: list[AnyEvent] = []
    loaded = loading.load(
        request,
        place,
        draft,
        emit=said.append,
        memory=MemoryMeter(said.append),
        cancelled=lambda: False,
    )
    tally, (reader, pipe) = TurnCounts(arrived=0.0), os.pipe()
    writer = Writer(pipe)
    asked = protocol.Chat(
        turn=1,
        index=1,
        messages=[],
        sampling=Sampling(max_tokens=12, seed=5, prefill_step=16),
        random_tokens=50,
        batch=2,
    )
    batch = Batch(
        loaded,
        asked,
        tally,
        writer=writer,
        memory=MemoryMeter(said.append),
        cancelled=lambda: False,
    )
    assert batch.run(CachePlan()) == "length"
    writer.close()
    os.close(pipe)
    os.close(reader)
    plain, tokenizer = plain_load(str(path))
    prompts = random_prompts(50, loaded.shape.vocabulary, 5, 2)
    assert prompts[:1] == random_prompts(50, loaded.shape.vocabulary, 5)
    assert prompts[0] != prompts[1]
    expected = batch_generate(plain, tokenizer, prompts, max_tokens=12, return_token_ids=True)
    assert [tally.generated[0::2], tally.generated[1::2]] == expected.token_ids


def test_more_requests_than_are_prefilled_at_once(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    reply = engine.reply(engine.trial(10, batch=11, max_tokens=5, prefill_step=9))
    assert _told(reply) == [(0, 0), (72, 72), (80, 8), (107, 27), (110, 3)]
    steps = [reply.times.count(t) for t in dict.fromkeys(reply.times)]
    assert sum(steps) == 55
    assert (steps[0], max(steps), steps[-1]) == (8, 11, 3)
    assert list(_problems(reply.events)) == []


@pytest.mark.parametrize("name", ["llama", "mamba", "sliding"])
def test_models_of_other_caches_answer_batches(engine: Driver, model: Models, name: str) -> None:
    engine.load(model(name))
    reply = engine.reply(engine.trial(40, batch=2, max_tokens=6))
    assert (reply.end.finish_reason, len(reply.times)) == ("length", 12)


def test_settings_hold_in_a_batch(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    settings: dict[str, Any] = {"max_kv_size": 16, "repetition_penalty": 1.2, "top_k": 5}
    reply = engine.reply(engine.trial(40, batch=2, max_tokens=6, **settings))
    assert (reply.end.error, len(reply.times)) == ("", 12)


def test_a_cancel_ends_a_batch_within_a_step(engine: Driver, model: Models) -> None:
    engine.load(model("slow"), trust_remote_code=True)
    turn = engine.trial(8, batch=3, max_tokens=2000)
    engine.wait(lambda event: isinstance(event, Tokens) and event.turn == turn)
    engine.cancel()
    reply = engine.reply(turn)
    assert reply.end.finish_reason == "cancelled"
    assert reply.end.generation_tokens == len(reply.times)
    assert reply.after_cancel[1] <= 3
    turn = engine.trial(2000, batch=3, max_tokens=40, prefill_step=4)
    engine.wait(
        lambda event: isinstance(event, Prefill) and event.turn == turn and event.step_tokens > 0
    )
    engine.cancel()
    reply = engine.reply(turn)
    assert (reply.end.finish_reason, len(reply.times)) == ("cancelled", 0)
    assert reply.after_cancel[0] <= 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"tokens": 10, "batch": 0}, "between 1 and 1024"),
        ({"tokens": 10, "batch": 1025}, "between 1 and 1024"),
        ({"tokens": 10, "batch": 2, "breakdown": True}, "one request"),
        ({"tokens": 10, "batch": 2, "kv_bits": 8}, "the KV cache of a batch"),
        ({"tokens": None, "batch": 2}, "random tokens"),
        ({"tokens": 2000, "batch": 2, "max_tokens": 100}, "2,048"),
        ({"tokens": 0, "batch": 2, "max_tokens": 9}, "at least one token"),
    ],
)
def test_what_no_batch_can_be_is_refused_in_words(
    engine: Driver, model: Models, asked: dict[str, Any], words: str
) -> None:
    engine.load(model("broad"))
    reply = engine.reply(engine.trial(**asked))
    assert reply.end.finish_reason == "error"
    assert words in reply.end.error
    assert reply.times == []


def test_a_draft_model_answers_no_batch(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"), draft=str(model("draft")))
    error = engine.reply(engine.trial(10, batch=2)).end.error
    assert "without a draft model" in error
    assert "qwen3" in error


UNMERGED = """
from mlx_lm.models.cache import ConcatenateKVCache
from mlx_lm.models.qwen3 import Model as Base, ModelArgs

class Model(Base):
    def make_cache(self):
        return [ConcatenateKVCache() for _ in self.layers]
"""


def test_a_cache_that_mlx_lm_cannot_batch_is_named(engine: Driver, tmp_path: Path) -> None:
    path = write_model(tmp_path / "lonely", QWEN3)
    config = (path / "config.json").read_text("utf-8")
    (path / "own.py").write_text(UNMERGED, "utf-8")
    (path / "config.json").write_text(config.replace("{", '{"model_file": "own.py", ', 1))
    assert not engine.load(path, trust_remote_code=True).error
    assert "ConcatenateKVCache" in engine.reply(engine.trial(10, batch=2)).end.error
    assert engine.reply(engine.trial(10, max_tokens=3)).end.finish_reason == "length"


def _recorded() -> list[AnyEvent]:
    """Three steps of a batch of two, 1 s and then 2 s apart; the second is told in two lines."""
    return [
        TurnStart(t=9.0, turn=1, index=1, batch=2),
        Tokens(t=11.0, turn=1, times=[10.0, 10.0, 11.0]),
        Tokens(t=13.0, turn=1, times=[11.0, 13.0, 13.0]),
        TurnEnd(t=13.0, turn=1, finish_reason="length", generation_tokens=6),
    ]


def test_latency_in_a_batch_is_of_steps_and_speed_of_all_tokens() -> None:
    turn = _turn(_recorded())
    assert list(turn.intervals(FOREVER)) == [1.0, 2.0]
    assert turn.tokens(11.5) == 4
    # The first step's tokens began the time that is measured: none of them was made in it.
    assert turn.decode_rate(FOREVER) == pytest.approx(4 / 3)
    assert turn.decode_rate(11.0) == pytest.approx(2.0)
    assert turn.decode_rate(10.0) is None
    assert turn.rate(10.0) is None
    assert turn.rate(11.0) == pytest.approx(2.0)
    assert turn.rate(12.9) == pytest.approx(2 / 2.9)
    assert turn.last_rate(12.0, 14.0) == pytest.approx(1.0)


def test_a_batchs_speed_is_the_same_in_the_list_of_recordings() -> None:
    figures = Figures(Header(t=9.0, schema=1, wall=0.0, clock="", mlxtop=""))
    for event in _recorded():
        figures.add(event)
    assert figures.figures().tokens_per_second == pytest.approx(4 / 3)


def test_an_architecture_that_takes_one_request_at_a_time_is_refused_in_words(
    engine: Driver, tmp_path: Path
) -> None:
    config = {
        "model_type": "gpt_bigcode",
        "n_embd": 32,
        "n_layer": 1,
        "n_inner": 64,
        "n_head": 2,
        "n_positions": 256,
        "layer_norm_epsilon": 1e-5,
        "hidden_size": 32,
        "tie_word_embeddings": False,
    }
    engine.load(write_model(tmp_path / "bigcode", config))
    error = engine.reply(engine.trial(8, batch=2, max_tokens=4)).end.error
    assert "bigcode in a batch: its gpt_bigcode takes one request at a time." in error
    assert engine.reply(engine.trial(8, max_tokens=4)).end.finish_reason == "length"


def test_with_a_maximum_kv_size_steps_are_mlx_lms_own(engine: Driver, model: Models) -> None:
    assert not engine.load(model("qwen3")).error
    reply = engine.reply(engine.trial(700, batch=2, max_tokens=4, max_kv_size=64))
    assert reply.end.error == ""
    # All at once, but for the last token, and then that.
    assert [step for _, step in _told(reply) if step] == [2 * 699, 2]

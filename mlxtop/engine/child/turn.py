"""One reply: tokenize the prompt, fit the cache, prefill in our steps, decode by mlx-lm."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import mlx.core as mx
from mlx_lm import stream_generate
from mlx_lm.generate import generation_stream, wired_limit

from mlxtop import clock
from mlxtop.engine import protocol
from mlxtop.engine.child.batch import Batch
from mlxtop.engine.child.cache import CachePlan, Kept, build, reuse, settle
from mlxtop.engine.child.channel import Channels, Piece
from mlxtop.engine.child.facts import MemoryMeter
from mlxtop.engine.child.load import Loaded
from mlxtop.engine.child.pipes import Writer
from mlxtop.engine.child.prefill import pace_of, prefill
from mlxtop.engine.child.prompt import Prompt, endless, random_prompts, render
from mlxtop.engine.child.refusal import Cancelled, Refused
from mlxtop.engine.child.settings import (
    Generation,
    check_cache,
    check_values,
    generation,
    reply_limit,
)
from mlxtop.engine.child.stepwise import check_stepwise, stepwise
from mlxtop.engine.child.turn_end import TurnCounts
from mlxtop.events import Channel, FinishReason, Notice, Prefill
from mlxtop.text import scrub


class ReplyTurn:
    """Generates one reply; `kept` is the cache before and after it."""

    def __init__(
        self,
        loaded: Loaded,
        kept: Kept | None,
        request: protocol.Chat,
        counts: TurnCounts,
        *,
        writer: Writer,
        memory: MemoryMeter,
        cancelled: Callable[[], bool],
    ) -> None:
        self.kept = kept
        self._loaded = loaded
        self._request = request
        self._sampling = request.sampling
        self._counts = counts
        self._writer = writer
        self._memory = memory
        self._cancelled = cancelled

    def run(self) -> FinishReason:
        """Generate the reply and return why it ended.

        Raises Refused before anything is processed; after any other error no cache is kept.
        """
        loaded, sampling = self._loaded, self._sampling
        check_values(sampling, loaded.shape.vocabulary)
        plan = check_cache(
            sampling, loaded.name, loaded.shape, loaded.facts.draft, loaded.draft_shape
        )
        trial = self._request.random_tokens
        if self._request.fresh or trial is not None:
            self.kept = None
        if self._request.batch != 1:
            return self._batch(plan)
        if self._request.breakdown:
            check_stepwise(loaded)
        if trial is None:
            messages = self._request.messages
            prompt = render(loaded.tokenizer, messages, loaded.template, loaded.markup)
        else:
            prompt = Prompt(random_prompts(trial, loaded.shape.vocabulary, sampling.seed)[0])
        counts = self._counts
        counts.prompt_tokens = len(prompt.tokens)
        counts.template_seconds = prompt.template_seconds
        counts.tokenize_seconds = prompt.tokenize_seconds
        if max(prompt.tokens) >= loaded.shape.vocabulary:
            raise Refused(
                f"The tokenizer of {loaded.name} has tokens that the model does not have: its "
                "files do not match; download the model again."
            )
        limit = reply_limit(
            loaded, len(prompt.tokens), sampling.max_tokens, whole=trial is not None
        )
        settings = generation(sampling, plan, loaded.tokenizer, prompt.tokens)
        kept = self._fitted(prompt.tokens, plan)
        self.kept = None  # until it is known what was processed
        try:
            with wired_limit(loaded.model, [generation_stream]):
                began = time.perf_counter()
                with counts.timed("prefill"):
                    self._prefill(kept, prompt.tokens)
                with nullcontext() if trial is None else endless(loaded.tokenizer):
                    reason = self._decode(kept, prompt, settings, limit, began)
        except Cancelled:
            self.kept = kept
            return "cancelled"
        if reason == "length" and limit < sampling.max_tokens:
            self._notice(
                f"The reply stopped at the end of the context of {loaded.name}, at "
                f"{loaded.facts.context_tokens} tokens."
            )
        return reason

    def _batch(self, plan: CachePlan) -> FinishReason:
        batch = Batch(
            self._loaded,
            self._request,
            self._counts,
            writer=self._writer,
            memory=self._memory,
            cancelled=self._cancelled,
        )
        return batch.run(plan)

    def _fitted(self, prompt: list[int], plan: CachePlan) -> Kept:
        """Return the kept cache if it can be used, else an empty one."""
        loaded = self._loaded
        if self.kept is not None:
            reason = reuse(self.kept, prompt, plan)
            if reason is None:
                self._counts.cached_tokens = len(self.kept.tokens)
                loaded.rebuilt = ""
                return self.kept
            if reason and (reason != loaded.rebuilt or self.kept.plan != plan):
                self._notice(
                    f"The KV cache was rebuilt and all {len(prompt)} tokens are processed again: "
                    f"{reason}."
                )
                # If thinking leaves the prompt, this happens in each turn: one notice is enough.
                loaded.rebuilt = reason
            self.kept = None
        return build(loaded.model, loaded.shape, loaded.draft, loaded.draft_shape, plan)

    def _prefill(self, kept: Kept, prompt: list[int]) -> None:
        pace = pace_of(self._sampling, kept.plan, self._loaded.prefill_step)

        def progress(done: int, step: int) -> None:
            self._prefilled(done, step, clock.now())
            self._memory.sample()

        self._prefilled(self._counts.cached_tokens, 0, clock.now())
        loaded = self._loaded
        prefill(
            loaded.model,
            loaded.draft,
            kept,
            prompt,
            pace,
            cancelled=self._cancelled,
            progress=progress,
        )
        if pace.fixed is None:
            loaded.prefill_step = pace.size
        if self._cancelled():
            raise Cancelled

    def _prefilled(self, done: int, step: int, t: float) -> None:
        self._writer.emit(
            Prefill(
                t=t,
                turn=self._request.turn,
                done_tokens=done,
                total_tokens=self._counts.prompt_tokens,
                cached_tokens=self._counts.cached_tokens,
                step_tokens=step,
            )
        )

    def _decode(
        self, kept: Kept, prompt: Prompt, settings: Generation, limit: int, began: float
    ) -> FinishReason:
        counts, loaded = self._counts, self._loaded
        channels = Channels(loaded.markup, prompt.cue)
        responses = self._responses(kept, prompt.tokens[-1], settings, limit)
        reason: FinishReason = "cancelled"
        for response in responses:
            t = clock.now()
            if counts.first_token is None:
                counts.first_token = t
                fed = counts.prompt_tokens - counts.cached_tokens
                counts.prompt_rate = fed / max(time.perf_counter() - began, 1e-9)
                self._prefilled(counts.prompt_tokens, 1, t)
            reason = self._received(response, t, channels) or reason
            if self._cancelled() and reason == "cancelled":
                break
            self._memory.sample()
        responses.close()  # speculative decoding rewinds its caches here
        if counts.tail_text is None:
            self._end_text(channels.channel, channels.rest())
        whole = settle(
            kept,
            prompt.tokens,
            # Stepwise the last token is not fed.
            counts.generated[: -1 if self._request.breakdown else None],
            counts.from_draft,
            self._sampling.draft_tokens,
            limit,
        )
        if whole:
            self.kept = kept
        else:
            self._notice("The KV cache was dropped: it does not match the processed tokens.")
        return reason

    def _responses(self, kept: Kept, last: int, settings: Generation, limit: int) -> Any:
        loaded = self._loaded
        if self._request.breakdown:
            return stepwise(loaded, last, kept.entries, settings, limit, self._counts)
        return stream_generate(
            loaded.model,
            loaded.tokenizer,
            mx.array([last], mx.uint32),
            max_tokens=limit,
            draft_model=loaded.draft,
            num_draft_tokens=self._sampling.draft_tokens,
            sampler=settings.sampler,
            logits_processors=settings.processors or None,
            prompt_cache=kept.entries,
        )

    def _received(self, response: Any, t: float, channels: Channels) -> FinishReason | None:
        """Pass on one token; return why the reply ends with it, None if it continues."""
        counts, drafted = self._counts, self._loaded.draft is not None
        counts.generated.append(int(response.token))
        counts.from_draft.append(bool(response.from_draft))
        if len(counts.generated) > 1:
            counts.generation_rate = float(response.generation_tps)
        token, ended = int(response.token), response.finish_reason is not None
        if response.finish_reason == "stop":
            channel, text = channels.channel, ""
            rest = channels.rest(response.text)
        else:
            channel, text = channels.feed(token, response.text)
            rest = channels.rest() if ended else []
        if ended and not text and len(rest) > 1:
            channel, text = rest.pop(0)
        if ended:
            self._end_text(channels.channel, rest)
        self._writer.token(
            self._request.turn, t, text, channel, bool(response.from_draft) if drafted else None
        )
        if response.finish_reason is None:
            return None
        return "stop" if response.finish_reason == "stop" else "length"

    def _end_text(self, channel: Channel, rest: list[Piece]) -> None:
        """Note the text after the last token, for the turn's end."""
        if rest:
            channel, text = rest[-1]
            self._counts.tail_text = scrub(text) or None
        self._counts.tail_channel = channel

    def _notice(self, text: str) -> None:
        self._writer.emit(Notice(t=clock.now(), origin="engine", text=text))

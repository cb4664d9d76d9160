"""Requests answered at once by mlx-lm's batch generation, as in `mlx_lm.benchmark -b`."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from mlx_lm.generate import BatchGenerator

from mlxtop import clock
from mlxtop.engine import protocol
from mlxtop.engine.child.cache import CachePlan, fresh_cache
from mlxtop.engine.child.cache_shape import flat
from mlxtop.engine.child.facts import MemoryMeter
from mlxtop.engine.child.load import Loaded
from mlxtop.engine.child.pipes import Writer
from mlxtop.engine.child.prefill import LARGEST_STEP, Pace, pace_of
from mlxtop.engine.child.prompt import random_prompts
from mlxtop.engine.child.refusal import Refused
from mlxtop.engine.child.settings import generation, reply_limit
from mlxtop.engine.child.turn_end import TurnCounts
from mlxtop.events import FinishReason, Prefill

MOST_REQUESTS = 1024


def check_batch(request: protocol.Chat, loaded: Loaded, plan: CachePlan) -> None:
    """Raise Refused if mlx-lm cannot answer such requests at once."""
    if not 1 <= request.batch <= MOST_REQUESTS:
        raise Refused(f"A batch has between 1 and {MOST_REQUESTS} requests, not {request.batch}.")
    if request.random_tokens is None:
        raise Refused("A batch is a trial of random tokens: messages are answered one by one.")
    if request.breakdown:
        raise Refused("A breakdown covers one request: leave it out, or use a batch of 1.")
    if loaded.draft is not None:
        raise Refused(
            f"mlx-lm answers batches without a draft model: load {loaded.name} without one."
        )
    if plan.kv_bits is not None:
        raise Refused("mlx-lm cannot quantize the KV cache of a batch: leave KV bits out.")
    kinds = {type(entry) for entry in flat(fresh_cache(loaded.model, plan.max_kv_size))}
    if odd := sorted(kind.__name__ for kind in kinds if not hasattr(kind, "merge")):
        raise Refused(
            f"mlx-lm cannot answer with {loaded.name} in a batch: it cannot batch "
            f"{', '.join(odd)}, the cache of this model."
        )


class Batch:
    """Answers a trial's requests at once and reports all of them as one turn."""

    def __init__(
        self,
        loaded: Loaded,
        request: protocol.Chat,
        counts: TurnCounts,
        *,
        writer: Writer,
        memory: MemoryMeter,
        cancelled: Callable[[], bool],
    ) -> None:
        self._loaded = loaded
        self._request = request
        self._counts = counts
        self._writer = writer
        self._memory = memory
        self._cancelled = cancelled
        self._pace = Pace()
        self._fed: dict[int, int] = {}
        """Processed prompt tokens of each request, by mlx-lm's number."""

    def run(self, plan: CachePlan) -> FinishReason:
        """Generate all replies to their full length; raise Refused if that is not possible."""
        loaded, sampling, each = self._loaded, self._request.sampling, self._request.random_tokens
        check_batch(self._request, loaded, plan)
        assert each is not None
        reply_limit(loaded, each, sampling.max_tokens, whole=True)
        self._pace = pace_of(sampling, plan, loaded.prefill_step)
        prompts = random_prompts(each, loaded.shape.vocabulary, sampling.seed, self._request.batch)
        self._counts.prompt_tokens = each * len(prompts)
        # Here mlx-lm passes the whole prompt to a processor: nothing has to be added.
        settings = generation(sampling, plan, loaded.tokenizer, ())
        generator = BatchGenerator(
            loaded.model,
            sampler=settings.sampler,
            logits_processors=settings.processors,
            prefill_step_size=self._pace.fixed or LARGEST_STEP,
            max_kv_size=plan.max_kv_size,
        )
        with closing(generator):
            numbers = generator.insert(prompts, [sampling.max_tokens] * len(prompts))
            self._fed = dict.fromkeys(numbers, 0)
            self._prefilled(0, clock.now())
            with generator.stats() as stats:
                reason = self._generate_or_refuse(generator)
        # mlx-lm processes the last token of each prompt in the first step, and does not count it.
        self._counts.prompt_rate = stats.prompt_tps or None
        self._counts.generation_rate = stats.generation_tps or None
        return reason

    def _generate_or_refuse(self, generator: Any) -> FinishReason:
        try:
            return self._generate(generator)
        except ValueError as error:
            if "only length-1 arrays" not in str(error).lower():
                raise
            # Its code in mlx-lm expects one cache offset; a batch has one for each request.
            raise Refused(
                f"mlx-lm cannot answer with {self._loaded.name} in a batch: its "
                f"{self._loaded.facts.architecture} takes one request at a time."
            ) from error

    def _generate(self, generator: Any) -> FinishReason:
        pace = self._pace
        together = min(len(self._fed), generator.prefill_batch_size)
        while not self._cancelled():
            if pace.fixed is None:
                generator.prefill_step_size = -(-pace.size // together)
            began = time.perf_counter()
            fed, generated = generator.next()
            seconds = time.perf_counter() - began
            if not fed and not generated:
                return "length"
            t = clock.now()
            if generated:
                self._received(generated, t)
            self._processed(fed, t, 0.0 if generated else seconds)
            self._memory.sample()
        return "cancelled"

    def _received(self, responses: list[Any], t: float) -> None:
        """Pass on the token of each request that has one in this step."""
        counts, each = self._counts, self._request.random_tokens
        assert each is not None
        if counts.first_token is None:
            counts.first_token = t
        counts.generated += [int(response.token) for response in responses]
        self._writer.tokens(self._request.turn, t, len(responses))
        begun = [response.uid for response in responses if self._fed[response.uid] < each]
        if begun:
            # The first token of a reply follows the last token of its prompt.
            self._fed |= dict.fromkeys(begun, each)
            self._prefilled(len(begun), t)

    def _processed(self, responses: list[Any], t: float, seconds: float) -> None:
        """Report the tokens of a prefill step; adapt to its time if it only prefilled."""
        before = sum(self._fed.values())
        for response in responses:
            if not response.end_of_prompt:
                self._fed[response.uid] = response.progress[0]
        step = sum(self._fed.values()) - before
        if not step:
            return
        self._prefilled(step, t)
        if seconds:
            self._pace.measured(step, seconds)
            if self._pace.fixed is None:
                self._loaded.prefill_step = self._pace.size

    def _prefilled(self, step: int, t: float) -> None:
        self._writer.emit(
            Prefill(
                t=t,
                turn=self._request.turn,
                done_tokens=sum(self._fed.values()),
                total_tokens=self._counts.prompt_tokens,
                step_tokens=step,
            )
        )

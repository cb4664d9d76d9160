"""How long a plan will take, from the speed of the replies of the loaded model so far."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import Plan
from mlxtop.bench.point import Point
from mlxtop.bench.session import SETTLE_SECONDS
from mlxtop.timeline import Timeline

_MOST_TURNS = 50
"""The last replies, whose speed is used."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Tokens/s of a model."""

    prompt: float
    generation: float


def speeds_of(timeline: Timeline) -> Speeds | None:
    """Return the speed of the replies since the last load, over all their tokens; None without any.

    Long prompts and replies weigh more: short ones mostly measure their overhead.
    """
    loaded = max(timeline.loading.times, default=-math.inf)
    read = reading = written = writing = 0.0
    for turn in timeline.turn_log.values[-_MOST_TURNS:]:
        end, rate = turn.end, turn.decode_rate(math.inf)
        if turn.start.t < loaded or end is None or not rate:
            continue
        written += len(turn.times)
        writing += len(turn.times) / rate
        if end.prompt_tokens and end.prompt_tokens_per_second:
            read += end.prompt_tokens
            reading += end.prompt_tokens / end.prompt_tokens_per_second
    if not writing or not reading:
        return None
    return Speeds(read / reading, written / writing)


def seconds(plan: Plan, points: Sequence[Point], speeds: Speeds | None) -> float | None:
    """Return about how long the measured points of a plan take; None if nothing is known.

    Repeats, waits for a quiet machine and loads are not included. A reply with an end of its own
    counts with its maximum.
    """
    kind = KINDS[plan.kind]
    if (fixed := [point.seconds for point in points if point.seconds is not None]) and points:
        return sum(fixed)
    if speeds is None:
        return None
    trials = kind.trials(plan) or 1
    each = trials + (1 if kind.warms_up else 0) + (1 if plan.breakdown else 0)
    pauses = trials * plan.cool_seconds
    return sum(each * (_reply(point, speeds) + SETTLE_SECONDS) + pauses for point in points)


def _reply(point: Point, speeds: Speeds) -> float:
    """Return the time of one reply."""
    read = point.prompt_tokens
    if read is None:
        # About four letters to a token.
        read = sum(len(message.text) for message in point.messages) // 4
    generated = point.sampling.max_tokens * point.batch
    return read * point.batch / speeds.prompt + generated / speeds.generation

"""The figures of the part of a run that is compared."""

import math
import statistics
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from mlxtop.compare.part import Part, Reply
from mlxtop.events import LoadEnd, Sampling
from mlxtop.pressure import LEVEL_WORDS
from mlxtop.timeline.steps import percentile

PEAK_SECONDS = 0.5
"""How long after a reply's end what MLX tells of its peak may come."""


class Measured:
    """Figures of the replies that are compared, and of the machine while they were given."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.header = part.run.header
        self.replies = part.replies
        self.intervals = [reply.intervals for reply in part.replies]
        """Seconds that each token took, reply by reply, but for those of its first step."""

    @property
    def tokens(self) -> int:
        """Tokens that are compared."""
        return sum(len(reply.times) for reply in self.replies)

    @property
    def rate(self) -> float | None:
        """Tokens/s of all replies together, each from the end of its first step to its last."""
        seconds = math.fsum(map(math.fsum, self.intervals))
        return sum(map(len, self.intervals)) / seconds if seconds > 0 else None

    @cached_property
    def _ordered(self) -> list[float]:
        return sorted(seconds for reply in self.replies for seconds in reply.step_seconds)

    @property
    def several_at_once(self) -> bool:
        """Whether a step of any reply may give more than one token: drafts, batches."""
        return any(reply.several_at_once for reply in self.replies)

    def latency(self, share: float) -> float | None:
        """Return the seconds between tokens below which a share (0–1) of them lies.

        With a draft model and in a batch between steps, for a step's tokens come at once.
        """
        return percentile(self._ordered, share) if self._ordered else None

    @property
    def ttft(self) -> float | None:
        """Seconds to the first token, the median over the replies that are compared whole."""
        found = [
            reply.end.ttft_seconds
            if reply.end is not None and reply.end.ttft_seconds is not None
            else reply.times[0] - reply.start.t
            for reply in self.replies
            if not reply.before
        ]
        return statistics.median(found) if found else None

    @property
    def prompt_rate(self) -> float | None:
        """Prompt tokens/s as mlx-lm counts them, the median over the replies compared whole."""
        found = [
            reply.end.prompt_tokens_per_second
            for reply in self.replies
            if not reply.before and reply.end and reply.end.prompt_tokens_per_second is not None
        ]
        return statistics.median(found) if found else None

    @property
    def prompt_tokens(self) -> list[int | None]:
        """Tokens of each reply's prompt."""
        return [reply.prompt_tokens for reply in self.replies]

    @property
    def samplings(self) -> list[Sampling]:
        """The different settings of the replies."""
        found: list[Sampling] = []
        for reply in self.replies:
            if reply.start.sampling not in found:
                found.append(reply.start.sampling)
        return found

    @property
    def models(self) -> list[LoadEnd]:
        """The models that gave the replies, each once; none where the recording does not tell."""
        found: dict[str, LoadEnd] = {}
        for reply in self.replies:
            loaded = self.part.run.timeline.model.at(reply.start.t)
            if loaded is not None:
                found[loaded.model] = loaded
        return list(found.values())

    # -- the machine ---------------------------------------------------------------------------

    def readings(self, name: str) -> list[float]:
        """Return a figure's known readings while the replies were given, with what held before."""
        return [value for value in self._readings(name) if math.isfinite(value)]

    def _readings(self, name: str) -> Iterator[float]:
        series = self.part.run.timeline.series.get(name)
        if series is None:
            return
        for start, end in self.part.spans:
            # A reading at a low rate still holds where a reply is shorter than its interval.
            standing = series.at(start)
            if standing is not None:
                yield standing
            yield from (value for _, value in series.between(start, end))

    def peak(self, name: str) -> float | None:
        """Return the highest reading of a figure while the replies were given."""
        return max(self.readings(name), default=None)

    @property
    def mlx_peak(self) -> float | None:
        """The most bytes MLX had allocated, as it tells at the latest just after each reply."""
        series = self.part.run.timeline.series.get("mlx.peak_bytes")
        found: list[float] = []
        for reply, (start, _) in zip(self.replies, self.part.spans, strict=True):
            if series is None:
                break
            told = [value for _, value in series.between(start, self._until(reply))]
            # It may have been reset for the reply: what stood before it counts for want of others.
            standing = None if told else series.at(start)
            found += told if standing is None else [standing]
        return max(filter(math.isfinite, found), default=None)

    def _until(self, reply: Reply) -> float:
        """Return up to when MLX's peak is the reply's: to the next turn at most."""
        last = reply.times[-1]
        if last < max(reply.turn.times):
            return last  # the part ends in the middle of the reply
        begun = self.part.run.timeline.turn_log.times
        after = bisect_right(begun, reply.start.t)
        end = last if reply.end is None else reply.end.t
        return min(end + PEAK_SECONDS, begun[after] if after < len(begun) else math.inf)

    def mean(self, name: str) -> float | None:
        """Return the mean reading of a figure while the replies were given."""
        found = self.readings(name)
        return statistics.fmean(found) if found else None

    @property
    def pressure(self) -> str:
        """The worst pressure level while the replies were given, in a word; empty if unknown."""
        worst = self.peak("pressure.level")
        return "" if worst is None else LEVEL_WORDS.get(int(worst), "")

    @property
    def others_cpu(self) -> float | None:
        """What other programs took of the machine's CPU time, 0–100; None where not known."""
        user, system = self.mean("cpu.user_percent"), self.mean("cpu.system_percent")
        engine, own = self.mean("engine.cpu_percent"), self.mean("app.cpu_percent")
        cores = self.header.cpu_cores
        if user is None or system is None or engine is None or not cores:
            return None
        return max(0.0, user + system - (engine + (own or 0.0)) / cores)

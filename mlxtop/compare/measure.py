"""The figures of the part of a run that is compared."""

import math
import statistics
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

from mlxtop.compare.part import Part, Reply
from mlxtop.events import LoadEnd, Sampling
from mlxtop.figures import CATALOGUE, PRESSURE_LEVELS
from mlxtop.folds.steps import percentile
from mlxtop.medians import median_of_known

PEAK_SECONDS = 0.5
"""How long after a reply MLX may report its peak."""


class Measured:
    """Figures of the compared replies, and of the machine during them."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.header = part.run.header
        self.replies = part.replies
        self.intervals = [reply.intervals for reply in part.replies]
        """Seconds of each token by reply, without those of the first step."""

    @property
    def tokens(self) -> int:
        """Number of tokens that are compared."""
        return sum(len(reply.times) for reply in self.replies)

    @property
    def rate(self) -> float | None:
        """Tokens/s of all replies together; for a benchmark the median over its trials."""
        if self.part.of_benchmark:
            return median_of_known([reply.rate for reply in self.replies])
        seconds = math.fsum(map(math.fsum, self.intervals))
        return sum(map(len, self.intervals)) / seconds if seconds > 0 else None

    @property
    def tpot(self) -> float | None:
        """Mean seconds between tokens of a request; for a benchmark the median over its trials."""
        if self.part.of_benchmark:
            return median_of_known(
                [reply.start.batch / reply.rate if reply.rate else None for reply in self.replies]
            )
        tokens = sum(map(len, self.intervals))
        seconds = math.fsum(
            reply.start.batch * math.fsum(reply.intervals) for reply in self.replies
        )
        return seconds / tokens if tokens and seconds > 0 else None

    @cached_property
    def _ordered(self) -> list[list[float]]:
        """Seconds between steps, ascending: by trial, or for all replies of a chat together."""
        each = [reply.step_seconds for reply in self.replies]
        found = each if self.part.of_benchmark else [list(chain.from_iterable(each))]
        return [sorted(seconds) for seconds in found]

    @property
    def several_at_once(self) -> bool:
        """Whether a step of any reply may produce several tokens: draft models, batches."""
        return any(reply.several_at_once for reply in self.replies)

    def latency(self, share: float) -> float | None:
        """Return the quantile (0–1) of the seconds between tokens.

        With a draft model and in a batch between steps, because the tokens of a step come at once.
        For a benchmark the median over its trials.
        """
        return median_of_known([percentile(seconds, share) for seconds in self._ordered if seconds])

    @property
    def ttft(self) -> float | None:
        """Seconds to the first token, the median over the replies that are compared whole."""
        return median_of_known([r.times[0] - r.start.t for r in self.replies if not r.before])

    @property
    def prompt_rate(self) -> float | None:
        """Prompt tokens/s as mlx-lm counts them, the median over the replies compared whole."""
        whole = [reply for reply in self.replies if not reply.before]
        return median_of_known([r.end.prompt_tokens_per_second for r in whole if r.end is not None])

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
        """The models of the replies, each once; empty if the recording does not have them."""
        found: dict[str, LoadEnd] = {}
        for reply in self.replies:
            loaded = self.part.run.timeline.model.at(reply.start.t)
            if loaded is not None:
                found[loaded.model] = loaded
        return list(found.values())

    # -- the machine ---------------------------------------------------------------------------

    def readings(self, name: str) -> list[float]:
        """Return a figure's known readings during the replies, and the last value before."""
        return list(chain.from_iterable(self._readings(name)))

    def _readings(self, name: str) -> Iterator[list[float]]:
        """Yield the known readings of a figure, reply by reply."""
        series = self.part.run.timeline.series.get(name)
        for start, end in self.part.spans if series is not None else ():
            assert series is not None
            # At a low rate the last reading still applies to a reply shorter than the interval.
            standing = series.at(start)
            found = [] if standing is None else [standing]
            found += [value for _, value in series.between(start, end)]
            yield list(filter(math.isfinite, found))

    def peak(self, name: str) -> float | None:
        """Return the highest reading of a figure during the replies.

        Raises ValueError for a bit mask, which has none.
        """
        CATALOGUE.check_peak(name)
        return max(self.readings(name), default=None)

    @property
    def wired_peak(self) -> float | None:
        """The most wired memory; for a benchmark the median over the peaks of its trials."""
        return self._peak([max(r, default=None) for r in self._readings("memory.wired_bytes")])

    @property
    def mlx_peak(self) -> float | None:
        """MLX's highest allocation; for a benchmark the median over its trials."""
        spans = zip(self.replies, self.part.spans, strict=True)
        return self._peak([self._mlx_peak(reply, start) for reply, (start, _) in spans])

    def _peak(self, peaks: Sequence[float | None]) -> float | None:
        """Return the peak over all replies; for a benchmark the median over its trials."""
        if self.part.of_benchmark:
            return median_of_known(peaks)
        return max((peak for peak in peaks if peak is not None), default=None)

    def _mlx_peak(self, reply: Reply, start: float) -> float | None:
        """Return the highest peak that MLX reports for a reply, during it or just after."""
        series = self.part.run.timeline.series.get("mlx.peak_bytes")
        if series is None:
            return None
        told = [value for _, value in series.between(start, self._until(reply))]
        # It may have been reset for the reply: the value before it counts only without others.
        standing = None if told else series.at(start)
        found = told if standing is None else [standing]
        return max(filter(math.isfinite, found), default=None)

    def _until(self, reply: Reply) -> float:
        """Return the time until which MLX's peak belongs to the reply: at most the next turn."""
        last = reply.times[-1]
        if last < max(reply.turn.times):
            return last  # the part ends in the middle of the reply
        begun = self.part.run.timeline.turn_log.times
        after = bisect_right(begun, reply.start.t)
        end = last if reply.end is None else reply.end.t
        return min(end + PEAK_SECONDS, begun[after] if after < len(begun) else math.inf)

    def mean(self, name: str) -> float | None:
        """Return the mean reading of a figure during the replies.

        Raises ValueError for a code, which has none.
        """
        CATALOGUE.check_mean(name)
        found = self.readings(name)
        return statistics.fmean(found) if found else None

    @property
    def pressure(self) -> str:
        """The worst pressure level during the replies, in a word; empty if unknown."""
        worst = self.peak("pressure.level")
        return "" if worst is None else PRESSURE_LEVELS.word(worst)

    @property
    def others_cpu(self) -> float | None:
        """Share of other programs in the machine's CPU time, 0–100; None if unknown."""
        user, system = self.mean("cpu.user_percent"), self.mean("cpu.system_percent")
        engine, own = self.mean("engine.cpu_percent"), self.mean("app.cpu_percent")
        cores = self.header.cpu_cores
        if user is None or system is None or engine is None or not cores:
            return None
        return max(0.0, user + system - (engine + (own or 0.0)) / cores)

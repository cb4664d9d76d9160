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
"""How long after a reply's end what MLX reports of its peak may come."""


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
        """Tokens/s of all replies together; of a benchmark the median over its trials."""
        if self.part.of_benchmark:
            return median_of_known([reply.rate for reply in self.replies])
        seconds = math.fsum(map(math.fsum, self.intervals))
        return sum(map(len, self.intervals)) / seconds if seconds > 0 else None

    @property
    def tpot(self) -> float | None:
        """Mean seconds between tokens of one request; of a benchmark the median over its trials."""
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
        """Seconds between steps, ascending: of each trial, or of all replies of a chat together."""
        each = [reply.step_seconds for reply in self.replies]
        found = each if self.part.of_benchmark else [list(chain.from_iterable(each))]
        return [sorted(seconds) for seconds in found]

    @property
    def several_at_once(self) -> bool:
        """Whether a step of any reply may give more than one token: drafts, batches."""
        return any(reply.several_at_once for reply in self.replies)

    def latency(self, share: float) -> float | None:
        """Return the seconds between tokens below which a share (0–1) of them lies.

        With a draft model and in a batch between steps, for a step's tokens come at once. Of a
        benchmark the median over its trials.
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
        return list(chain.from_iterable(self._readings(name)))

    def _readings(self, name: str) -> Iterator[list[float]]:
        """Yield the known readings of a figure, reply by reply."""
        series = self.part.run.timeline.series.get(name)
        for start, end in self.part.spans if series is not None else ():
            assert series is not None
            # A reading at a low rate still holds where a reply is shorter than its interval.
            standing = series.at(start)
            found = [] if standing is None else [standing]
            found += [value for _, value in series.between(start, end)]
            yield list(filter(math.isfinite, found))

    def peak(self, name: str) -> float | None:
        """Return the highest reading of a figure while the replies were given.

        Raises ValueError for a bit mask, which has none.
        """
        CATALOGUE.check_peak(name)
        return max(self.readings(name), default=None)

    @property
    def wired_peak(self) -> float | None:
        """The most wired memory; of a benchmark the median over the peaks of its trials."""
        return self._peak([max(r, default=None) for r in self._readings("memory.wired_bytes")])

    @property
    def mlx_peak(self) -> float | None:
        """The most bytes MLX had allocated; of a benchmark the median over its trials' peaks."""
        spans = zip(self.replies, self.part.spans, strict=True)
        return self._peak([self._mlx_peak(reply, start) for reply, (start, _) in spans])

    def _peak(self, peaks: Sequence[float | None]) -> float | None:
        """Return what the peaks of all replies come to."""
        if self.part.of_benchmark:
            return median_of_known(peaks)
        return max((peak for peak in peaks if peak is not None), default=None)

    def _mlx_peak(self, reply: Reply, start: float) -> float | None:
        """Return the highest peak that MLX reports for a reply, at the latest just after it."""
        series = self.part.run.timeline.series.get("mlx.peak_bytes")
        if series is None:
            return None
        told = [value for _, value in series.between(start, self._until(reply))]
        # It may have been reset for the reply: what stood before it counts for lack of others.
        standing = None if told else series.at(start)
        found = told if standing is None else [standing]
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
        """Return the mean reading of a figure while the replies were given.

        Raises ValueError for a code, which has none.
        """
        CATALOGUE.check_mean(name)
        found = self.readings(name)
        return statistics.fmean(found) if found else None

    @property
    def pressure(self) -> str:
        """The worst pressure level while the replies were given, in a word; empty if unknown."""
        worst = self.peak("pressure.level")
        return "" if worst is None else PRESSURE_LEVELS.word(worst)

    @property
    def others_cpu(self) -> float | None:
        """What other programs took of the machine's CPU time, 0–100; None where not known."""
        user, system = self.mean("cpu.user_percent"), self.mean("cpu.system_percent")
        engine, own = self.mean("engine.cpu_percent"), self.mean("app.cpu_percent")
        cores = self.header.cpu_cores
        if user is None or system is None or engine is None or not cores:
            return None
        return max(0.0, user + system - (engine + (own or 0.0)) / cores)

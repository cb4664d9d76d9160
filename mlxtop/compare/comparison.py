"""Two parts of runs, and the difference that the data show."""

from dataclasses import dataclass
from functools import cached_property

from mlxtop import format as fmt
from mlxtop.compare.interval import FEWEST_TOKENS, Common, Ratio, common, joined, ratio
from mlxtop.compare.measure import Measured
from mlxtop.compare.part import Choice, find_mark, part
from mlxtop.compare.reasons import reasons
from mlxtop.compare.run import Run


@dataclass(frozen=True)
class Comparison:
    """Two parts of runs: A, and B, which is compared with it."""

    first: Measured
    second: Measured
    points: tuple["ComparedPoint", ...] = ()
    """For two benchmarks: a comparison of each point that both have."""

    @cached_property
    def common(self) -> Common:
        """The tokens that are compared; for benchmarks point by point."""
        if self.points:
            return joined([point.result.common for point in self.points])
        return common(self.first.replies, self.second.replies)

    @cached_property
    def ratio(self) -> Ratio | None:
        """Tokens/s of B divided by those of A, at equal places; None for too few tokens."""
        return ratio(self.common.first, self.common.second)

    @cached_property
    def same(self) -> bool:
        """Whether A and B are the same run: a copy, also packed or redacted, has the same times."""
        one, other = (
            [list(reply.times) for reply in side.replies] for side in (self.first, self.second)
        )
        return one == other

    @cached_property
    def reasons(self) -> list[str]:
        """Why the two may not be comparable, a sentence each; empty if nothing was found."""
        return [] if self.same else reasons(self.first, self.second, self.common)

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, `inconclusive`, `same` or `too few tokens`."""
        if self.same:
            return "same"
        return self.ratio.verdict if self.ratio is not None else "too few tokens"

    @property
    def verdict_words(self) -> str:
        """The verdict as it is shown."""
        return "not told apart" if self.verdict == "inconclusive" else self.verdict

    @property
    def sentence(self) -> str:
        """The verdict, in a sentence or two."""
        if self.same:
            return "A and B are the same tokens of the same run: no difference, B / A is 1."
        if self.ratio is None:
            return (
                f"Too few tokens to compare: A and B share {len(self.common.first)} intervals "
                f"between tokens, and {FEWEST_TOKENS} are needed."
            )
        band = f"B / A {self.ratio.value:.3f} [{self.ratio.low:.3f}, {self.ratio.high:.3f}]"
        if self.ratio.verdict == "inconclusive":
            return f"A and B are not told apart: {band}. {self._hidden(self.ratio)}"
        value = self.ratio.value
        if value >= 2:
            return f"B is faster than A, {value:.3g} times as fast{self._where}: {band}."
        than = f"B is {self.ratio.verdict} than A by {abs(value - 1) * 100:.1f} %"
        return f"{than}{self._where}: {band}."

    @cached_property
    def is_partial(self) -> bool:
        """Whether one side has more tokens than are compared."""
        whole = [sum(map(len, side.intervals)) for side in (self.first, self.second)]
        return max(whole) > len(self.common.first)

    @property
    def _where(self) -> str:
        """Return which tokens are compared, if one side has more."""
        count = fmt.count(len(self.common.first))
        return f" over the {count} tokens that both have" if self.is_partial else ""

    def _hidden(self, found: Ratio) -> str:
        """Return the smallest difference that would be visible."""
        if found.reach < 1:
            return (
                f"A difference of less than {found.reach * 100:.2g} % would not be visible in "
                "runs as uneven as these."
            )
        return (
            f"In runs as uneven as these only a B that is more than {1 + found.reach:.2g} times as "
            "fast would show."
        )


@dataclass(frozen=True)
class ComparedPoint:
    """A point of two benchmarks: its label, and the comparison of its trials that count."""

    label: str
    result: Comparison


def compare(first: Run, second: Run, choice: Choice, other: Choice | None = None) -> Comparison:
    """Return the comparison of two runs; raises NothingToCompare.

    `choice` is the part of A, and of B too unless `other` is given.
    """
    choices = choice, choice if other is None else other
    shared = [label for label in first.trials if label in second.trials]
    if not all(one.is_all for one in choices):
        shared = []
    points = tuple(
        ComparedPoint(label, compare(first, second, Choice(point=label))) for label in shared
    )
    one, two = (
        Measured(part(run, wanted, shared or _all_points(first, second, run)))
        for run, wanted in zip((first, second), choices, strict=True)
    )
    return Comparison(one, two, points)


def _all_points(first: Run, second: Run, run: Run) -> list[str]:
    """Return the points of a run that have trials in both, so that they are compared together."""
    return list(run.trials) if first.trials and second.trials else []


def at_mark(first: Run, second: Run, words: str) -> tuple[Choice, Choice]:
    """Return the parts that begin at a mark of either run; raises NothingToCompare."""
    one, other = (Choice(mark=find_mark(run, words)) for run in (first, second))
    return one, other

"""The figures of trials that have a chart of their own, and what is known of them."""

from collections.abc import Callable
from dataclasses import dataclass

from mlxtop import format as fmt
from mlxtop.bench.result import PointResult
from mlxtop.bench.statistics import Spread
from mlxtop.tui.bench.scales import scale_words


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of trials that has a chart of its own."""

    name: str
    """Field of `Trial`."""
    title: str
    words: Callable[[float | None], str]
    ink: str

    def scale(self, top: float) -> Callable[[float], str]:
        """Return how values of a scale that ends at `top` are written."""
        return self.words if self.name == "ttft_seconds" else scale_words(top)


FIGURES = {
    "speed": Figure("generation_tokens_per_second", "generation, tok/s", fmt.rate_number, "speed"),
    "prefill": Figure("prompt_tokens_per_second", "prompt, tok/s", fmt.rate_number, "prefill"),
    "TTFT": Figure("ttft_seconds", "TTFT", fmt.seconds, "decode"),
}


def known(one: PointResult, figure: Figure) -> Spread | None:
    """Return a figure over the trials of a point; None where no trial that counts knows it."""
    spread = one.figures.get(figure.name)
    return spread if spread is not None and fmt.known(spread.median) else None


def around(spread: Spread) -> tuple[float, float, bool]:
    """Return the ends of the interval, or of all trials where there is none (True)."""
    low, high = spread.low, spread.high
    if low is None or high is None or not (fmt.known(low) and fmt.known(high)):
        low, high = spread.lowest, spread.highest
        if not (fmt.known(low) and fmt.known(high)):
            return spread.median, spread.median, True
        return low, high, True
    return low, high, False


def meaning(rough: bool) -> str:
    """Return what the strokes around medians are; `rough`: of one of them there is no interval."""
    return "from the lowest to the highest trial" if rough else "their 95 % intervals"

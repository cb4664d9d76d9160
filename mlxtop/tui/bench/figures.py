"""The figures of trials that have a chart: their values and scales."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlxtop import format as fmt
from mlxtop.bench.result import PointResult, Result
from mlxtop.bench.statistics import Spread
from mlxtop.timeline import Timeline

_QUARTERS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def top_of(values: Sequence[float]) -> float:
    """Return the end of a scale from 0 that contains the values, with round quarters."""
    high = 1.02 * max((value for value in values if math.isfinite(value)), default=0.0)
    if high <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(high / 4))
    return 4 * power * next(step for step in _QUARTERS if step * power >= high / 4 or step == 10)


def scale_words(top: float) -> Callable[[float | None], str]:
    """Return how to write the quarters of a scale of tok/s."""
    return fmt.on_scale(top / 4)


def token_ticks(low: float, high: float, width: int) -> list[tuple[float, str]]:
    """Return round numbers of tokens, as many as fit."""
    step = max(1.0, fmt.nice((high - low) / _parts(width)))
    places = range(math.ceil(low / step), math.floor(high / step) + 1)
    return [(step * place, fmt.count(step * place)) for place in places]


def clock_ticks(span: float, width: int) -> list[tuple[float, str]]:
    """Return round times from 0 to `span` seconds, as many as fit."""
    parts = _parts(width)
    days = 86400 * math.ceil(span / parts / 86400)
    step = next((step for step in fmt.CLOCK_STEPS if span / step <= parts), days)
    return [(float(step * place), fmt.clock(step * place)) for place in range(int(span / step) + 1)]


def _parts(width: int) -> int:
    return max(1, min(6, width // 16))


@dataclass(frozen=True, slots=True)
class ChartFigure:
    """A figure of trials that has a chart of its own."""

    name: str
    """Field of `Trial`."""
    title: str
    words: Callable[[float | None], str]
    ink: str

    def scale(self, top: float) -> Callable[[float], str]:
        """Return how to write values of a scale that ends at `top`."""
        return self.words if self.name == "ttft_seconds" else scale_words(top)


FIGURES = {
    "speed": ChartFigure(
        "generation_tokens_per_second", "generation, tok/s", fmt.rate_number, "speed"
    ),
    "prefill": ChartFigure("prompt_tokens_per_second", "prompt, tok/s", fmt.rate_number, "prefill"),
    "TTFT": ChartFigure("ttft_seconds", "TTFT", fmt.seconds, "decode"),
}


def known(one: PointResult, figure: ChartFigure) -> Spread | None:
    """Return a figure over the trials of a point; None if no trial that counts has it."""
    spread = one.figures.get(figure.name)
    return spread if spread is not None and fmt.known(spread.median) else None


def around(spread: Spread) -> tuple[float, float, bool]:
    """Return the interval, or the range of all trials if there is none (True)."""
    low, high = spread.low, spread.high
    if low is None or high is None or not (fmt.known(low) and fmt.known(high)):
        low, high = spread.lowest, spread.highest
        if not (fmt.known(low) and fmt.known(high)):
            return spread.median, spread.median, True
        return low, high, True
    return low, high, False


def meaning(rough: bool) -> str:
    """Return the meaning of the strokes around medians; `rough`: one of them has no interval."""
    return "from the lowest to the highest trial" if rough else "their 95 % intervals"


@dataclass(frozen=True, slots=True)
class Shown:
    """A result, its timeline, and the cells for a chart."""

    result: Result
    timeline: Timeline
    first: int
    """Index of the first point that is drawn, or of the only one."""
    width: int
    height: int

    def points(self, count: int) -> Sequence[PointResult]:
        """Return so many points from the first one on."""
        return self.result.points[self.first : self.first + count]

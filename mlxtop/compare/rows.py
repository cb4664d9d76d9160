"""The rows of a comparison: conditions, then figures."""

from collections.abc import Callable
from dataclasses import dataclass

from mlxtop import format as fmt
from mlxtop.compare.comparison import Comparison
from mlxtop.compare.curves import watts
from mlxtop.compare.measure import Measured
from mlxtop.compare.reasons import different_settings
from mlxtop.events import Sampling
from mlxtop.sampling import LIMITS
from mlxtop.sensors.words import thermal_word
from mlxtop.text import one_line

DIFFERS = "differs"
_Words = Callable[[float | None], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A name, what holds for A and for B, and a word or a figure on the difference."""

    name: str
    first: str
    second: str
    change: str = ""


def conditions(result: Comparison) -> list[Row]:
    """Return under what conditions either run answered; those that differ say so."""
    sides = [_conditions(one) for one in (result.first, result.second)]
    rows = []
    for (name, one), (_, other) in zip(*sides, strict=True):
        told = name in ("began", "tokens")  # of course they differ
        rows.append(Row(name, one, other, "" if one == other or told else DIFFERS))
    place = 1 + next(i for i, row in enumerate(rows) if row.name == "weights")
    return rows[:place] + _settings(result) + rows[place:]


def _conditions(one: Measured) -> list[tuple[str, str]]:
    head, models = one.header, one.models
    prompts = [fmt.count(tokens) for tokens in one.prompt_tokens]
    left_out = f" ({one.part.left_out} left out)" if one.part.left_out else ""
    return [
        ("began", fmt.date(head.wall)),
        ("model", _text(", ".join(model.model for model in models))),
        ("weights", _text(", ".join(model.quantization for model in models))),
        ("replies", f"{len(one.replies)}{left_out}"),
        ("tokens", fmt.count(one.tokens)),
        ("prompt tokens", ", ".join(prompts[:4]) + (" …" if prompts[4:] else "")),
        ("machine", _text(head.chip)),
        ("GPU", _text(head.gpu)),
        ("memory", fmt.installed(head.memory_bytes)),
        ("system", _text(head.os)),
        ("mlx", _text(head.mlx)),
        ("mlx-lm", _text(head.mlx_lm)),
        ("mlxtop", _text(head.mlxtop)),
        ("worst pressure", one.pressure or fmt.UNKNOWN),
        ("peak swap used", fmt.size(one.peak("swap.used_bytes"))),
        ("worst thermal level", thermal_word(one.peak("thermal.level"))),
    ]


def _text(words: str) -> str:
    return one_line(words, 60) or fmt.UNKNOWN


def _settings(result: Comparison) -> list[Row]:
    """Return a row for each setting that is not at its default in one of the two."""
    usual, differ = Sampling(), different_settings(result.first, result.second)
    rows = []
    for name, limit in LIMITS.items():
        values = [
            [getattr(sampling, name) for sampling in one.samplings]
            for one in (result.first, result.second)
        ]
        if any(value != getattr(usual, name) for side in values for value in side):
            first, second = (_values(side) for side in values)
            rows.append(Row(limit.label, first, second, DIFFERS if name in differ else ""))
    return rows


def _values(values: list[float | int | None]) -> str:
    different = dict.fromkeys("none" if value is None else f"{value:g}" for value in values)
    return ", ".join(different)


def figures(result: Comparison, *, band: bool = True) -> list[Row]:
    """Return the figures of either run with B / A, that of the speed with its band if wanted."""
    rows = []
    sides = [_figures(one) for one in (result.first, result.second)]
    several = result.first.several_at_once or result.second.several_at_once
    for (name, first, words), (_, second, _) in zip(*sides, strict=True):
        # A step's tokens come at once: between them there is no time to tell.
        shown = name.replace("TPOT, p", "between steps, p") if several else name
        rows.append(_plain(shown, first, second, words))
    if result.ratio is not None:
        rows.insert(0, _compared(result, band))
    return rows


def points(result: Comparison, *, band: bool = True) -> list[Row]:
    """Return for each point that two benchmarks share its speed, verdict and time to first token.

    None where they share a single one: then the figures are its own.
    """
    found: list[Row] = []
    for point in result.points if len(result.points) > 1 else ():
        it, label = point.result, one_line(point.label, 40)
        speed = _plain(label, it.first.rate, it.second.rate, fmt.rate_number)
        if it.ratio is not None:
            speed = _compared(it, band)
        change = f"{speed.change}, {it.verdict}" if band else speed.change
        found.append(Row(f"{label}: tok/s", speed.first, speed.second, change))
        if not band:
            found.append(Row(f"  {it.verdict}", "", ""))  # there is no room beside the figures
        found.append(_plain("  TTFT, median", it.first.ttft, it.second.ttft, fmt.seconds))
        rates = it.first.prompt_rate, it.second.prompt_rate
        found.append(_plain("  prompt tok/s, med.", *rates, fmt.rate_number))
    return found


def _plain(name: str, first: float | None, second: float | None, words: _Words) -> Row:
    change = f"{second / first:.3f}" if first and second is not None else fmt.UNKNOWN
    return Row(name, words(first), words(second), change)


def _compared(result: Comparison, band: bool) -> Row:
    """Return the speeds that the verdict rests on: of tokens at equal places."""
    found = result.ratio
    assert found is not None
    sides = result.common.first, result.common.second
    rates = [fmt.rate_number(len(one) / sum(one)) for one in sides]
    change = f"{found.value:.3f}" + (f" [{found.low:.3f}, {found.high:.3f}]" if band else "")
    return Row("tok/s, same place", rates[0], rates[1], change)


def values(one: Measured) -> dict[str, float | None]:
    """Return the figures of a run by name; times in seconds, sizes in bytes.

    With a draft model and in a batch the percentiles named TPOT are of the time between steps.
    """
    return {name: value for name, value, _ in _figures(one)}


def _figures(one: Measured) -> list[tuple[str, float | None, _Words]]:
    return [
        ("tok/s, (n−1)/Δt", one.rate, fmt.rate_number),
        ("TPOT, mean", 1 / one.rate if one.rate else None, fmt.seconds),
        ("TPOT, p50", one.latency(0.5), fmt.seconds),
        ("TPOT, p95", one.latency(0.95), fmt.seconds),
        ("TPOT, p99", one.latency(0.99), fmt.seconds),
        ("TTFT, median", one.ttft, fmt.seconds),
        ("prompt tok/s, med.", one.prompt_rate, fmt.rate_number),
        ("peak MLX memory", one.mlx_peak, fmt.size),
        ("peak wired", one.peak("memory.wired_bytes"), fmt.size),
        ("GPU busy, mean", one.mean("gpu.busy_percent"), fmt.percent),
        ("GPU power, mean", one.mean("gpu.power_watts"), watts),
        ("CPU of others", one.others_cpu, fmt.percent),
    ]

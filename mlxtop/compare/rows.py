"""The rows of a comparison: conditions, then figures."""

from collections.abc import Callable
from dataclasses import dataclass

from mlxtop import format as fmt
from mlxtop.compare.comparison import Comparison
from mlxtop.compare.measure import Measured
from mlxtop.compare.reasons import different_settings
from mlxtop.events import Sampling
from mlxtop.figures import CATALOGUE, THERMAL_LEVELS
from mlxtop.recording.library import unevictable
from mlxtop.sampling_settings import LIMITS
from mlxtop.text import one_line

DIFFERS = "differs"
SPEED, SAME_PLACE, WIRED = "tok/s, (n−1)/Δt", "tok/s, same place", "peak wired"
_Words = Callable[[float | None], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A name, the values of A and B, and their difference or ratio."""

    name: str
    first: str
    second: str
    change: str = ""


def conditions(result: Comparison) -> list[Row]:
    """Return the conditions of both runs; differences are marked."""
    sides = [_conditions(one) for one in (result.first, result.second)]
    rows = []
    for (name, one), (_, other) in zip(*sides, strict=True):
        expected = name in ("began", "tokens")  # these always differ
        rows.append(Row(name, one, other, "" if one == other or expected else DIFFERS))
    place = 1 + next(i for i, row in enumerate(rows) if row.name == "weights")
    return rows[:place] + _settings(result) + rows[place:]


def _conditions(one: Measured) -> list[tuple[str, str]]:
    head, models = one.header, one.models
    prompts = [fmt.count(tokens) for tokens in one.prompt_tokens]
    part = one.part
    left_out = (
        f" ({part.left_out} left out)" if part.not_counted else ""
    )  # `reasons` has the causes
    if part.left_out and not left_out:
        left_out = f" (left out: {part.left_out_words})"
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
        ("mlx", _text(f"{head.mlx} ({head.mlx_build})" if head.mlx_build else head.mlx)),
        ("mlx-lm", _text(head.mlx_lm)),
        ("mlxtop", _text(head.mlxtop)),
        ("worst pressure", one.pressure or fmt.UNKNOWN),
        ("peak swap used", fmt.size(one.peak("swap.used_bytes"))),
        ("worst thermal level", THERMAL_LEVELS.word(one.peak("thermal.level"))),
    ]


def _text(words: str) -> str:
    return one_line(words, 60) or fmt.UNKNOWN


def _settings(result: Comparison) -> list[Row]:
    """Return a row for each setting that differs from its default in A or B."""
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
    """Return the figures of both runs with B / A; the basis of the verdict comes first.

    `band`: with the 95 % interval of that ratio.
    """
    sides = [_figures(one) for one in (result.first, result.second)]
    found = _judged("verdict", result, band) if result.ratio is not None else []
    found += [
        _plain(_shown(name, result, band), first, second, words)
        for (name, first, words), (_, second, _) in zip(*sides, strict=True)
    ]
    return found


def _shown(name: str, result: Comparison, long: bool) -> str:
    """Return the name of a figure for these two; `long`: there is room for the full name."""
    both = result.first, result.second
    if name == SPEED and all(one.part.of_benchmark for one in both):
        return "tok/s, median"
    if name == WIRED and all(unevictable(one.header) for one in both):
        return f"{name} (Unevictable)" if long else "wired (Unevictable)"
    # The tokens of a step come at once, so there is no time between them.
    several = any(one.several_at_once for one in both)
    return name.replace("TPOT, p", "between steps, p") if several else name


def notes(result: Comparison) -> list[str]:
    """Return sentences on the basis of the speeds and of the verdict."""
    found = []
    if result.ratio is not None and not result.same:
        where = (
            "with the same number before them in both"
            if result.common.in_context
            else "at the same place of a reply"
        )
        found.append(
            f'The verdict is based on "{SAME_PLACE}": {fmt.count(len(result.common.first))} tokens '
            f"of each, pooled, {where}."
        )
    of_benchmark = [one.part.of_benchmark for one in (result.first, result.second)]
    if any(of_benchmark):
        found.append(
            "The other speeds, times and peaks of a benchmark are medians over its trials that "
            "count, as in its report."
        )
    if not all(of_benchmark):
        more = ""
        if result.is_partial:
            more = ", also of those that only A or B has: its ratio may differ in direction"
        found.append(f'"{SPEED}" of a chat is over all its tokens, pooled{more}.')
    if result.ratio is not None and not result.same:
        found.append(
            "Brackets: 95 % interval of B / A, from how uneven these runs are. If it contains 1, "
            "they cannot be distinguished."
        )
    return found


def points(result: Comparison, *, band: bool = True) -> list[Row]:
    """Return verdict, speeds and time to first token for each common point of two benchmarks.

    Empty for a single common point, which the figures already show.
    """
    found: list[Row] = []
    for point in result.points if len(result.points) > 1 else ():
        it = point.result
        found += _judged(one_line(point.label, 40), it, band)
        found.append(_plain("  tok/s, median", it.first.rate, it.second.rate, fmt.rate_number))
        found.append(_plain("  TTFT, median", it.first.ttft, it.second.ttft, fmt.seconds))
        rates = it.first.prompt_rate, it.second.prompt_rate
        found.append(_plain("  prompt tok/s, med.", *rates, fmt.rate_number))
    return found


def _judged(name: str, result: Comparison, band: bool) -> list[Row]:
    """Return the verdict, and below it its basis: the speeds of tokens at equal places."""
    rows, found = [Row(name, "", "", result.verdict_words)], result.ratio
    if found is not None:
        sides = result.common.first, result.common.second
        rates = [fmt.rate_number(len(one) / sum(one)) for one in sides]
        change = f"{found.value:.3f}" + (f" [{found.low:.3f}, {found.high:.3f}]" if band else "")
        rows.append(Row(f"  {SAME_PLACE}", rates[0], rates[1], change))
    return rows


def _plain(name: str, first: float | None, second: float | None, words: _Words) -> Row:
    change = f"{second / first:.3f}" if first and second is not None else fmt.UNKNOWN
    return Row(name, words(first), words(second), change)


def values(one: Measured) -> dict[str, float | None]:
    """Return the figures of a run by name; times in seconds, sizes in bytes.

    For a benchmark medians over the trials that count. With a draft model and in a batch the TPOT
    percentiles are of the time between steps.
    """
    return {name: value for name, value, _ in _figures(one)}


def _figures(one: Measured) -> list[tuple[str, float | None, _Words]]:
    return [
        (SPEED, one.rate, fmt.rate_number),
        ("TPOT, mean", one.tpot, fmt.seconds),
        ("TPOT, p50", one.latency(0.5), fmt.seconds),
        ("TPOT, p95", one.latency(0.95), fmt.seconds),
        ("TPOT, p99", one.latency(0.99), fmt.seconds),
        ("TTFT, median", one.ttft, fmt.seconds),
        ("prompt tok/s, med.", one.prompt_rate, fmt.rate_number),
        ("peak MLX memory", one.mlx_peak, fmt.size),
        (WIRED, one.wired_peak, fmt.size),
        ("GPU busy, mean", one.mean("gpu.busy_percent"), CATALOGUE.of("gpu.busy_percent").words),
        ("GPU power, mean", one.mean("gpu.power_watts"), CATALOGUE.of("gpu.power_watts").words),
        ("CPU of others", one.others_cpu, fmt.percent),
    ]

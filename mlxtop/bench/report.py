"""A result as a table for people, as Markdown, and against a baseline."""

from collections.abc import Callable

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.runner import FIGURES, Result
from mlxtop.bench.statistics import Spread
from mlxtop.bench.trial import Trial
from mlxtop.text import one_line

Words = Callable[[float | None], str]

LABELS: dict[str, tuple[str, Words]] = {
    "prompt_tokens_per_second": ("prompt tok/s", fmt.rate_number),
    "generation_tokens_per_second": ("generation tok/s, (n−1)/Δt", fmt.rate_number),
    "mlx_lm_generation_tokens_per_second": ("generation tok/s, mlx-lm's", fmt.rate_number),
    "ttft_seconds": ("TTFT", fmt.seconds),
    "tpot_seconds": ("TPOT, mean", fmt.seconds),
    "p50_seconds": ("between tokens, p50", fmt.seconds),
    "p95_seconds": ("between tokens, p95", fmt.seconds),
    "p99_seconds": ("between tokens, p99", fmt.seconds),
    "longest_seconds": ("between tokens, longest", fmt.seconds),
    "total_seconds": ("end to end", fmt.seconds),
    "peak_mlx_bytes": ("peak MLX memory", fmt.size),
    "peak_wired_bytes": ("peak wired", fmt.size),
    "peak_engine_bytes": ("peak engine process", fmt.size),
    "energy_joules": ("energy, J", fmt.number),
}


def trial_line(number: int, trial: Trial) -> str:
    """Return a trial as a line, as it is printed when it has ended."""
    words = (
        f"trial {number:>2}  prompt {fmt.rate_number(trial.prompt_tokens_per_second)} tok/s  "
        f"generation {fmt.rate_number(trial.generation_tokens_per_second)} tok/s  "
        f"TTFT {fmt.seconds(trial.ttft_seconds)}  peak {fmt.size(trial.peak_mlx_bytes)}"
    )
    return words if trial.valid else f"{words}  NOT VALID: {', '.join(trial.disturbed)}"


def _cells(figure: Spread, words: Words) -> tuple[str, str, str]:
    interval = "—"
    if figure.low is not None and figure.high is not None:
        interval = f"{words(figure.low)} – {words(figure.high)}"
    return words(figure.median), f"{words(figure.lowest)} – {words(figure.highest)}", interval


def rows(result: Result) -> list[tuple[str, str, str, str]]:
    """Return name, median, range and interval of each figure that is known."""
    found = []
    for name in FIGURES:
        figure = result.figures[name]
        if figure is not None:
            label, words = LABELS[name]
            found.append((label, *_cells(figure, words)))
    return found


def head(result: Result) -> list[tuple[str, str]]:
    """Return what was measured, and on what."""
    plan = result.plan
    quantization = f" ({result.quantization})" if result.quantization else ""
    return [
        ("model", one_line(result.model, 80) + quantization),
        ("machine", f"{one_line(result.machine, 60)}, {fmt.installed(result.memory_bytes)}"),
        ("versions", f"mlx {result.mlx}, mlx-lm {result.mlx_lm}, mlxtop {result.mlxtop}"),
        ("device", result.device or "—"),
        (
            "plan",
            f"{plan.prompt_tokens} random prompt tokens, {plan.generation_tokens} generated, "
            f"{plan.trials} trials after a warm-up, prefill step {plan.prefill_step}",
        ),
        ("valid", f"{len(result.valid)} of {len(result.trials)} trials"),
        ("loaded in", fmt.seconds(result.load_seconds)),
        ("recording", result.recording or "none"),
    ]


_TITLES = ("", "median", "lowest – highest", "95 % interval")


def text(result: Result) -> str:
    """Return the result as a table."""
    said = [f"{name:<10} {value}" for name, value in head(result)]
    for number, trial in enumerate(result.trials, 1):
        if not trial.valid:
            said.append(f"{'left out':<10} trial {number}: {', '.join(trial.disturbed)}")
    if result.valid:
        table = [_TITLES, *rows(result)]
        widths = [max(len(row[column]) for row in table) for column in range(4)]
        said.append("")
        for name, *cells in table:
            right = "  ".join(
                cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)
            )
            said.append(f"{name:<{widths[0]}}  {right}".rstrip())
    if not result.enough:
        said += ["", TOO_FEW]
    return "\n".join(said) + "\n"


TOO_FEW = "Too few valid trials: the figures say little. Close what else runs and repeat."


def markdown(result: Result) -> str:
    """Return the result as Markdown."""
    said = ["## Benchmark", ""]
    said += [f"- {name}: {value}" for name, value in head(result)]
    said += ["", f"| {' | '.join(_TITLES)} |", "|---|---:|---:|---:|"]
    said += [f"| {' | '.join(row)} |" for row in rows(result)]
    if not result.enough:
        said += ["", f"**{TOO_FEW}**"]
    return "\n".join(said) + "\n"


def read_result(data: bytes) -> Result:
    """Return a result that was written with `--json`; raises msgspec.DecodeError."""
    return msgspec.json.decode(data, type=Result)


def against(result: Result, baseline: Result) -> tuple[float | None, str]:
    """Return generation tok/s over the baseline's (medians), and a sentence that says so."""
    name = "generation_tokens_per_second"
    now, then = result.figures.get(name), baseline.figures.get(name)
    if now is None or then is None or not then.median:
        return None, "There is no speed to hold against the baseline."
    ratio = now.median / then.median
    notes = [
        word
        for word, differs in (
            ("another model", result.model != baseline.model),
            ("another machine", result.machine != baseline.machine),
            ("another plan", result.plan != baseline.plan),
        )
        if differs
    ]
    note = f" ({', '.join(notes)})" if notes else ""
    return ratio, (
        f"{fmt.rate_number(now.median)} tok/s against {fmt.rate_number(then.median)} of the "
        f"baseline{note}: {ratio:.3f}."
    )

"""A result as tables for people: on a terminal, as Markdown, against a baseline."""

from collections.abc import Callable

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.plan import KINDS
from mlxtop.bench.result import FIGURES, PointResult, Result
from mlxtop.bench.statistics import Spread
from mlxtop.bench.trial import Trial
from mlxtop.text import one_line

Words = Callable[[float | None], str]
Table = list[tuple[str, ...]]

LABELS: dict[str, tuple[str, Words]] = {
    "load_seconds": ("load", fmt.seconds),
    "prompt_tokens_per_second": ("prompt tok/s", fmt.rate_number),
    "generation_tokens_per_second": ("generation tok/s, (n−1)/Δt", fmt.rate_number),
    "mlx_lm_generation_tokens_per_second": ("generation tok/s, mlx-lm's", fmt.rate_number),
    "request_tokens_per_second": ("tok/s of each request", fmt.rate_number),
    "template_seconds": ("chat template", fmt.seconds),
    "tokenize_seconds": ("tokenization", fmt.seconds),
    "ttft_seconds": ("TTFT", fmt.seconds),
    "tpot_seconds": ("TPOT, mean", fmt.seconds),
    "p50_seconds": ("between tokens, p50", fmt.seconds),
    "p95_seconds": ("between tokens, p95", fmt.seconds),
    "p99_seconds": ("between tokens, p99", fmt.seconds),
    "longest_seconds": ("between tokens, longest", fmt.seconds),
    "total_seconds": ("end to end", fmt.seconds),
    "peak_mlx_bytes": ("peak MLX memory", fmt.size),
    "mlx_growth_bytes": ("growth of MLX memory", fmt.size),
    "peak_wired_bytes": ("peak wired", fmt.size),
    "peak_engine_bytes": ("peak engine process", fmt.size),
    "energy_joules": ("energy, J", fmt.number),
    "tokens_per_joule": ("tok/s per watt", fmt.number),
}
TOO_FEW = "Too few valid trials: the figures say little. Close what else runs and repeat."
_TITLES = ("", "median", "lowest – highest", "95 % interval")
_COLUMNS = (
    ("load", "load_seconds"),
    ("prompt tok/s", "prompt_tokens_per_second"),
    ("gen. tok/s", "generation_tokens_per_second"),
    ("each", "request_tokens_per_second"),
    ("TTFT", "ttft_seconds"),
    ("TPOT", "tpot_seconds"),
    ("p99", "p99_seconds"),
    ("peak MLX", "peak_mlx_bytes"),
)
"""Of the table that has a row for each point; a column that nobody knows is left out."""


def trial_line(label: str, trial: Trial) -> str:
    """Return a trial as a line, as it is printed when it has ended."""
    where = f"{one_line(label, 60)}, " if label else ""
    head = f"{where}trial {trial.number}"
    if trial.failed:
        return f"{head}  FAILED: {one_line(trial.failed, 300)}"
    words = (
        f"{head}  prompt {fmt.rate_number(trial.prompt_tokens_per_second)} tok/s  "
        f"generation {fmt.rate_number(trial.generation_tokens_per_second)} tok/s  "
        f"TTFT {fmt.seconds(trial.ttft_seconds)}  peak {fmt.size(trial.peak_mlx_bytes)}"
    )
    return words if trial.valid else f"{words}  NOT VALID: {trial.reason}"


def head(result: Result) -> list[tuple[str, str]]:
    """Return what was measured, and on what."""
    made = result.conditions
    models = {load.model: load.quantization for load in result.loads if not load.error}
    named = (f"{one_line(name, 80)}{f' ({bits})' if bits else ''}" for name, bits in models.items())
    said = [
        ("model", ", ".join(named) or "—"),
        ("machine", f"{one_line(made.machine, 60)}, {fmt.installed(made.memory_bytes)}"),
        ("versions", f"mlx {made.mlx}, mlx-lm {made.mlx_lm}, mlxtop {made.mlxtop}"),
        ("device", made.device or "—"),
        ("plan", plan_words(result)),
        ("valid", f"{sum(trial.valid for trial in result.trials)} of {len(result.trials)} trials"),
        ("recording", result.recording or "none"),
    ]
    if made.on_battery:
        said.insert(4, ("power", "on battery, where machines save power"))
    if not result.complete:
        said.append(("stopped", "before its end: these are the trials so far"))
    return said


def plan_words(result: Result) -> str:
    """Return the plan in a line."""
    plan = result.plan
    words = [f"{plan.kind}: {KINDS[plan.kind]}"]
    if plan.kind in ("tokens", "batch", "models", "warm", "sweep"):
        words.append(
            f"{plan.prompt_tokens} random prompt tokens, {plan.generation_tokens} generated"
        )
    if plan.kind in ("scenarios", "dataset"):
        words.append(f"at most {plan.generation_tokens} tokens generated")
    if plan.kind != "stress":
        words.append(f"{plan.trials} trial{'' if plan.trials == 1 else 's'} of each")
    words.append(f"prefill step {plan.prefill_step}")
    return ", ".join(words)


def _figures(one: PointResult) -> Table:
    """Return name, median, range and interval of each figure that is known."""
    found: Table = [_TITLES]
    for name in FIGURES:
        if (figure := one.figures.get(name)) is not None:
            label, words = LABELS[name]
            found.append((label, *_cells(figure, words)))
    return found


def _cells(figure: Spread, words: Words) -> tuple[str, str, str]:
    interval = "—"
    if figure.low is not None and figure.high is not None:
        interval = f"{words(figure.low)} – {words(figure.high)}"
    return words(figure.median), f"{words(figure.lowest)} – {words(figure.highest)}", interval


def _points(result: Result) -> Table:
    """Return a row for each point: medians, and how many trials are behind them."""
    columns = [
        (title, name)
        for title, name in _COLUMNS
        if any(name in one.figures for one in result.points)
        # Of other plans only the trial that happens to come after the load has one.
        and (name != "load_seconds" or result.plan.kind in ("models", "warm"))
    ]
    table: Table = [("", *(title for title, _ in columns), "95 % of gen. tok/s", "valid")]
    for one in result.points:
        cells = [_median(one, name) for _, name in columns]
        speed = one.figures.get("generation_tokens_per_second")
        interval = "—" if speed is None else _cells(speed, fmt.rate_number)[2]
        valid = f"{len(one.valid)} of {len(one.trials)}"
        table.append((one_line(one.point.label, 60), *cells, interval, valid))
    return table


def _median(one: PointResult, name: str) -> str:
    figure = one.figures.get(name)
    return "—" if figure is None else LABELS[name][1](figure.median)


def _loads(result: Result) -> Table:
    table: Table = [("model", "loaded in", "weights", "MLX before", "peak", "after", "unloaded")]
    for load in result.loads:
        sizes = (
            load.weights_bytes,
            load.mlx_before_bytes,
            load.mlx_peak_bytes,
            load.mlx_after_bytes,
            load.mlx_unloaded_bytes,
        )
        cells = (fmt.seconds(load.seconds), *(fmt.size(size) for size in sizes))
        table.append((one_line(load.model, 60), *cells))
    return table


def _breakdowns(result: Result) -> Table:
    if not result.breakdowns:
        return []
    parts = list(dict.fromkeys(name for one in result.breakdowns for name in one.parts))
    table: Table = [("time with barriers", *parts, "in all")]
    for one in result.breakdowns:
        whole = sum(one.parts.values())
        cells = [_share(one.parts.get(name), whole) for name in parts]
        label = one_line(result.points[one.point].point.label, 60)
        table.append((label, *cells, fmt.seconds(whole)))
    return table


def _share(seconds: float | None, whole: float) -> str:
    if seconds is None or whole <= 0:
        return "—"
    return f"{fmt.seconds(seconds)} ({seconds / whole * 100:.0f} %)"


def tables(result: Result) -> list[Table]:
    """Return the tables of a result; of each the first row is its titles."""
    found: list[Table] = []
    if len(result.points) == 1 and result.plan.kind != "stress":
        found.append(_figures(result.points[0]))
    elif result.plan.kind == "stress":
        found += [_figures(result.points[0]), cycles(result.points[0])]
    else:
        found.append(_points(result))
    if result.plan.kind in ("models", "warm"):
        found.append(_loads(result))
    found.append(_breakdowns(result))
    return [table for table in found if len(table) > 1]


def cycles(one: PointResult) -> Table:
    """Return a row for each cycle of a stress plan: whether it slows down or grows."""
    table: Table = [("cycle", "began at", "tokens", "gen. tok/s", "p99", "peak MLX", "engine")]
    first = one.trials[0].began if one.trials else 0.0
    for trial in one.trials:
        table.append(
            (
                str(trial.number),
                fmt.clock(trial.began - first),
                fmt.count(trial.generation_tokens),
                fmt.rate_number(trial.generation_tokens_per_second),
                fmt.seconds(trial.p99_seconds),
                fmt.size(trial.peak_mlx_bytes),
                fmt.size(trial.peak_engine_bytes),
            )
        )
    return table


def remarks(result: Result) -> list[str]:
    """Return what is to be said of points and trials that do not count."""
    said = []
    for one in result.points:
        label = f"{one_line(one.point.label, 60)}: " if len(result.points) > 1 else ""
        if one.point.invalid:
            said.append(f"{label}not measured: {one_line(one.point.invalid, 300)}")
        said += [
            f"{label}trial {trial.number} left out: {one_line(trial.reason, 300)}"
            for trial in one.trials
            if not trial.valid and trial.failed != one.point.invalid
        ]
    return said


def text(result: Result) -> str:
    """Return the result as a page for a terminal."""
    said = [f"{name:<10} {value}" for name, value in head(result)]
    said += [f"{'left out':<10} {remark}" for remark in remarks(result)]
    for table in tables(result):
        widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
        said.append("")
        for name, *cells in table:
            right = "  ".join(
                cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)
            )
            said.append(f"{name:<{widths[0]}}  {right}".rstrip())
    if not result.enough:
        said += ["", TOO_FEW]
    return "\n".join(said) + "\n"


def markdown(result: Result) -> str:
    """Return the result as Markdown."""
    said = ["## Benchmark", ""]
    said += [f"- {name}: {_plain(value)}" for name, value in head(result)]
    said += [f"- left out: {_plain(remark)}" for remark in remarks(result)]
    for titles, *rows in tables(result):
        said += ["", f"| {' | '.join(map(_plain, titles))} |"]
        said.append(f"|---|{'---:|' * (len(titles) - 1)}")
        said += [f"| {' | '.join(map(_plain, row))} |" for row in rows]
    if not result.enough:
        said += ["", f"**{TOO_FEW}**"]
    return "\n".join(said) + "\n"


def _plain(text: str) -> str:
    """Return text that Markdown takes as it is, also in a table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def read_result(data: bytes) -> Result:
    """Return a result that was written with `--json`; raises msgspec.DecodeError."""
    return msgspec.json.decode(data, type=Result)


def against(result: Result, baseline: Result) -> tuple[float | None, list[str]]:
    """Return the lowest ratio of generation tok/s to the baseline's, and a sentence a point.

    Points are matched by their labels; None where no point is in both.
    """
    name = "generation_tokens_per_second"
    then = {one.point.label: one.figures[name] for one in baseline.points if name in one.figures}
    ratios, said = [], []
    for one in result.points:
        now = one.figures.get(name)
        before = then.get(one.point.label)
        if now is None or before is None or not before.median:
            continue
        ratios.append(now.median / before.median)
        label = f"{one_line(one.point.label, 60)}: " if len(result.points) > 1 else ""
        said.append(
            f"{label}{fmt.rate_number(now.median)} tok/s against "
            f"{fmt.rate_number(before.median)} of the baseline: {ratios[-1]:.3f}."
        )
    if not ratios:
        return None, ["There is no speed to hold against the baseline."]
    notes = [
        word
        for word, differs in (
            ("another model", _models(result) != _models(baseline)),
            ("another machine", result.conditions.machine != baseline.conditions.machine),
            ("another plan", result.plan != baseline.plan),
        )
        if differs
    ]
    if notes:
        said.append(f"The baseline is of {', '.join(notes)}.")
    return min(ratios), said


def _models(result: Result) -> set[str]:
    return {load.model for load in result.loads}

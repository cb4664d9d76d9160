"""The tables of a result: figures, points, loads, breakdowns."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from mlxtop import format as fmt
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.layout import Table, TableColumn
from mlxtop.bench.result import FIGURES, PointResult, Result
from mlxtop.bench.statistics import FEWEST_FOR_INTERVAL, FEWEST_IN_WORDS, Spread, coverage
from mlxtop.text import one_line

Words = Callable[[float | None], str]


def _percent(share: float | None) -> str:
    return fmt.percent(None if share is None else share * 100)


LABELS: dict[str, tuple[str, Words]] = {
    "load_seconds": ("load", fmt.seconds),
    "prompt_tokens": ("prompt tokens", fmt.count),
    "generation_tokens": ("generated tokens", fmt.count),
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
    "draft_share": ("proposed by the draft model", _percent),
    "total_seconds": ("end to end", fmt.seconds),
    "peak_mlx_bytes": ("peak MLX memory", fmt.size),
    "mlx_growth_bytes": ("growth of MLX memory", fmt.size),
    "peak_wired_bytes": ("peak wired", fmt.size),
    "peak_engine_bytes": ("peak engine process", fmt.size),
    "energy_joules": ("energy, J", fmt.number),
    "tokens_per_joule": ("tok/s per watt", fmt.number),
}
SPEED = "generation_tokens_per_second"
_COLUMNS = (
    ("load", "load_seconds", 3),
    ("prompt\ntokens", "prompt_tokens", 3),
    ("gen.\ntokens", "generation_tokens", 2),
    ("prompt\ntok/s", "prompt_tokens_per_second", 0),
    ("gen.\ntok/s", SPEED, 0),
    ("tok/s\neach", "request_tokens_per_second", 2),
    ("from\ndraft", "draft_share", 1),
    ("TTFT", "ttft_seconds", 0),
    ("TPOT", "tpot_seconds", 5),
    ("p99", "p99_seconds", 7),
    ("peak\nMLX", "peak_mlx_bytes", 1),
)
"""Columns of the table of points, with their ranks (`TableColumn.rank`)."""
_READ_NOW_AND_THEN = ("peak_wired_bytes", "peak_engine_bytes")
"""Figures of the machine: a short trial may have no reading of them."""
_UNREAD = f"{fmt.UNKNOWN}: not known, or the trials were shorter than the time between two readings"
_OF_PROMPTS = ("prompt_tokens", "generation_tokens")
"""Figures that differ only between points whose prompts have text."""


def tables(result: Result) -> list[Table]:
    """Return the tables of a result."""
    kind = KINDS[result.plan.kind]
    if len(result.points) == 1:
        found = [_figures(result.points[0])]
    else:
        found = [_points(result), _ranges(result)]
    if kind.measures_loads:
        found.append(_loads(result))
    found += kind.tables(result)
    told = [one for one in result.breakdowns if one.parts]
    if len(told) == 1:
        found.append(_parts(told[0].parts))
    elif told:
        found.append(_shares(result))
    return [table for table in found if table.columns[0].cells]


def _figures(one: PointResult) -> Table:
    """Return name, median, range and interval of each known figure.

    A figure that not all trials have says how many have it.
    """
    rows, unread = [], False
    between = "between steps" if one.several_at_once else "between tokens"
    for name in FIGURES:
        if (figure := one.figures.get(name)) is not None:
            label, words = LABELS[name]
            label = label.replace("between tokens", between)
            if figure.trials < len(one.counted):
                label += f" ({figure.trials} trial{'' if figure.trials == 1 else 's'})"
            row = (label, words(figure.median), _range(figure, words), _interval(figure, words))
            rows.append(row)
        elif name in _READ_NOW_AND_THEN and one.counted:
            rows.append((LABELS[name][0], fmt.UNKNOWN, fmt.UNKNOWN, fmt.UNKNOWN))
            unread = True
    table = Table.of(("", "median", "lowest – highest", "95 % interval"), rows)
    notes = [_UNREAD] if unread else []
    notes += [few([one])] if few([one]) else []
    return replace(table, note="; ".join(notes))


def few(points: Sequence[PointResult]) -> str:
    """Return what replaces the 95 % interval if a point has too few trials; else an empty text.

    For several such points: of the one with the fewest.
    """
    counts = [len(one.counted) for one in points if 1 < len(one.counted) < FEWEST_FOR_INTERVAL]
    if not counts:
        return ""
    share = fmt.percent(coverage(min(counts)) * 100)
    return (
        f"95 % interval: needs {FEWEST_IN_WORDS} trials; with {min(counts)}, lowest to highest has "
        f"{share} confidence"
    )


def _interval(figure: Spread | None, words: Words) -> str:
    if figure is None or figure.low is None or figure.high is None:
        return fmt.UNKNOWN
    return f"{words(figure.low)} – {words(figure.high)}"


def _points(result: Result) -> Table:
    """Return a row for each measured point: medians, and how many trials they are over."""
    points = [one for one in result.points if one.asked]
    points += _all_together(result)
    columns = [TableColumn("", tuple(one_line(one.point.title, 60) for one in points))]
    for title, name, rank in _COLUMNS:
        known = any(name in one.figures for one in points)
        if known and _has_column(name, result):
            cells = tuple(_median(one, name) for one in points)
            columns.append(TableColumn(title, cells, rank))
            if name == SPEED and KINDS[result.plan.kind].one_thing_changed:
                columns.append(TableColumn("×\nfirst", _ratios(points), 4))
    intervals = tuple(_interval(one.figures.get(SPEED), fmt.rate_number) for one in points)
    if any(cell != fmt.UNKNOWN for cell in intervals):
        columns.append(TableColumn("95 % of\ngen. tok/s", intervals, 6))
    valid = tuple(f"{len(one.valid)} of {len(one.asked)}" for one in points)
    columns.append(TableColumn("valid", valid))
    if any(trial.state == "unchecked" for trial in result.trials):
        unchecked = tuple(fmt.count(len(one.counted) - len(one.valid)) for one in points)
        columns.append(TableColumn("un-\nchecked", unchecked))
    note = ""
    if result.overall:
        counted = sum(trial.counts for trial in result.trials)
        note = f"all together: medians over the {counted} trials that count"
    return Table(tuple(columns), note)


def _has_column(name: str, result: Result) -> bool:
    """Return whether all points have a figure that is worth a column."""
    if name == "load_seconds":
        # In other plans only the first trial after the load has it.
        return KINDS[result.plan.kind].measures_loads
    return name not in _OF_PROMPTS or all(one.point.ends_by_itself for one in result.points)


_RANGED = (
    ("prompt tok/s", "prompt_tokens_per_second"),
    ("gen. tok/s", SPEED),
    ("TTFT", "ttft_seconds"),
    ("p99", "p99_seconds"),
)


def _ranges(result: Result) -> Table:
    """Return the ranges of the figures of each point; empty if each has one trial."""
    rows = []
    for one in (*(one for one in result.points if one.asked), *_all_together(result)):
        figures = [one.figures.get(name) for _, name in _RANGED]
        if any(figure is not None and figure.trials > 1 for figure in figures):
            cells = (
                _range(figure, LABELS[name][1])
                for figure, (_, name) in zip(figures, _RANGED, strict=True)
            )
            speed = _interval(one.figures.get(SPEED), fmt.rate_number)
            rows.append((one_line(one.point.title, 60), *cells, speed))
    titles = ("lowest – highest", *(title for title, _ in _RANGED), "95 % of\ngen. tok/s")
    ranks = (0, 2, 0, 1, 3, 4)
    made = Table.of(titles, rows).columns
    ranked = (replace(column, rank=rank) for column, rank in zip(made, ranks, strict=True))
    table = Table(tuple(ranked))
    return replace(table, note=few(result.points)) if rows else table


def _range(figure: Spread | None, words: Words) -> str:
    if figure is None:
        return fmt.UNKNOWN
    return f"{words(figure.lowest)} – {words(figure.highest)}"


def _all_together(result: Result) -> list[PointResult]:
    """Return a row for all prompts; empty for a plan of another kind."""
    if not result.overall:
        return []
    last = msgspec.structs.replace(result.points[0].point, label="all together", beginning="")
    return [PointResult(point=last, trials=result.trials, figures=result.overall)]


def _ratios(points: Sequence[PointResult]) -> tuple[str, ...]:
    """Return each point's speed relative to the first that has one."""
    speeds = [one.figures.get(SPEED) for one in points]
    first = next((speed.median for speed in speeds if speed is not None), 0.0)
    return tuple(
        fmt.UNKNOWN if speed is None or not first else f"{speed.median / first:.2f}"
        for speed in speeds
    )


def _median(one: PointResult, name: str) -> str:
    figure = one.figures.get(name)
    return fmt.UNKNOWN if figure is None else LABELS[name][1](figure.median)


def _loads(result: Result) -> Table:
    rows = []
    for load in result.loads:
        sizes = (
            load.weights_bytes,
            load.mlx_before_bytes,
            load.mlx_peak_bytes,
            load.mlx_after_bytes,
            load.mlx_unloaded_bytes,
        )
        cells = (fmt.seconds(load.seconds), *(fmt.size(size) for size in sizes))
        rows.append((one_line(load.model, 60), *cells))
    titles = ("model", "loaded\nin", "weights", "MLX\nbefore", "peak", "after", "unloaded")
    return Table.of(titles, rows)


def _parts(parts: dict[str, float]) -> Table:
    """Return a row for each part of a breakdown."""
    whole = sum(parts.values())
    rows = [(name, fmt.seconds(spent), _share(spent, whole)) for name, spent in parts.items()]
    return Table.of(
        ("time with barriers", "seconds", "share"), [*rows, ("in all", fmt.seconds(whole), "")]
    )


def _shares(result: Result) -> Table:
    """Return a row for each breakdown: the share of each part."""
    told = [one for one in result.breakdowns if one.parts]
    parts = list(dict.fromkeys(name for one in told for name in one.parts))
    rows = []
    for one in told:
        whole = sum(one.parts.values())
        shares = [_share(one.parts.get(name), whole) for name in parts]
        label = one_line(result.points[one.point].point.label, 60)
        rows.append((label, *shares, fmt.seconds(whole)))
    return Table.of(("time with barriers", *parts, "in all"), rows)


def _share(seconds: float | None, whole: float) -> str:
    return fmt.UNKNOWN if seconds is None or whole <= 0 else fmt.percent(seconds / whole * 100)

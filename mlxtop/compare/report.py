"""The comparison of two recordings as text and as JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import wrap

from mlxtop import format as fmt
from mlxtop.compare.interval import Ratio, ratio
from mlxtop.compare.measure import Measured, settings_words
from mlxtop.text import one_line

CHART_ROWS, GUTTER = 10, 9

CAVEAT = (
    "The interval covers the tokens of these two runs, not how one run differs from the next: for "
    "a claim of a few percent repeat both, in turns."
)

Line = tuple[str, str, str, str]
"""Name, A, B, difference."""


@dataclass(frozen=True)
class Comparison:
    """Two recordings and how much faster the second is."""

    first: Measured
    second: Measured
    ratio: Ratio | None
    """Tokens/s of the second over those of the first; None where there are too few tokens."""

    @property
    def verdict(self) -> str:
        """What the data show, in a sentence."""
        if self.ratio is None:
            return "Too few tokens to tell: each recording needs some 130 of complete replies."
        share = abs(self.ratio.value - 1)
        band = f"[{self.ratio.low:.3f}, {self.ratio.high:.3f}]"
        if self.ratio.verdict == "no difference":
            return f"No difference that these data show: B / A {self.ratio.value:.3f} {band}."
        word = self.ratio.verdict
        return f"B is {word} than A by {share * 100:.1f} %: B / A {self.ratio.value:.3f} {band}."


def compare(first: Measured, second: Measured) -> Comparison:
    """Return the comparison of the second recording with the first."""
    return Comparison(first, second, ratio(first.intervals, second.intervals))


def _conditions(one: Measured) -> list[tuple[str, str]]:
    head = one.header
    return [
        ("began", fmt.date(head.wall)),
        ("model", ", ".join(one.models) or "—"),
        ("weights", one.quantization or "—"),
        ("settings", settings_words(one.samplings)),
        ("machine", head.chip or "—"),
        ("memory", fmt.installed(head.memory_bytes)),
        ("system", head.os or "—"),
        ("mlx", head.mlx or "—"),
        ("mlx-lm", head.mlx_lm or "—"),
        ("mlxtop", head.mlxtop),
        ("replies", f"{one.turns}" + (f" (and {one.left_out} left out)" if one.left_out else "")),
        ("tokens", fmt.count(one.generated)),
        ("worst pressure", one.pressure or "—"),
        ("peak swap used", fmt.size(one.peaks.get("swap.used_bytes"))),
        ("worst thermal level", fmt.number(one.peaks.get("thermal.level"), 0)),
    ]


def _figures(one: Measured) -> list[tuple[str, float | None, Callable[[float | None], str]]]:
    return [
        ("tok/s, (n−1)/Δt", one.rate, fmt.rate_number),
        ("between tokens, mean", 1 / one.rate if one.rate else None, fmt.seconds),
        ("between tokens, p50", one.latency(0.5), fmt.seconds),
        ("between tokens, p95", one.latency(0.95), fmt.seconds),
        ("between tokens, p99", one.latency(0.99), fmt.seconds),
        ("TTFT, median", one.median_ttft, fmt.seconds),
        ("prompt tok/s, median", one.median_prompt_rate, fmt.rate_number),
        ("peak MLX memory", one.mlx_peak_bytes, fmt.size),
        ("peak wired", one.peaks.get("memory.wired_bytes"), fmt.size),
        ("peak GPU power, W", one.peaks.get("gpu.power_watts"), fmt.number),
    ]


def lines(result: Comparison) -> list[Line]:
    """Return the rows of the table: conditions first, then figures with their ratio B / A."""
    rows: list[Line] = []
    pairs = zip(_conditions(result.first), _conditions(result.second), strict=True)
    for (name, one), (_, other) in pairs:
        differs = "" if one == other or name in ("began", "replies", "tokens") else "differs"
        rows.append((name, one_line(one, 40), one_line(other, 40), differs))
    rows.append(("", "", "", ""))
    for (name, first, words), (_, second, _) in zip(
        _figures(result.first), _figures(result.second), strict=True
    ):
        change = f"{second / first:.3f}" if first and second is not None else "—"
        rows.append((name, words(first), words(second), change))
    return rows


def text(result: Comparison, names: tuple[str, str], width: int, chart: bool) -> str:
    """Return the whole comparison as text of at most `width` columns, with curves if wanted."""
    table = [("", "A", "B", "B / A"), *lines(result)]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    room = max(12, (width - widths[0] - widths[3] - 6) // 2)
    middle = [min(widths[column], room) for column in (1, 2)]
    said = [f"A  {one_line(names[0], 300)}", f"B  {one_line(names[1], 300)}", ""]
    for name, one, other, change in table:
        one, other = _cut(one, middle[0]), _cut(other, middle[1])
        row = f"{name:<{widths[0]}}  {one:>{middle[0]}}  {other:>{middle[1]}}  {change}"
        said.append(row.rstrip())
    if chart and result.first.curve and result.second.curve:
        said += ["", *_curves(result, width)]
    said += ["", *wrap(result.verdict, width)]
    if result.ratio is not None:
        said += wrap(CAVEAT, width)
    return "\n".join(said) + "\n"


def _cut(words: str, width: int) -> str:
    return words if len(words) <= width else words[: width - 1] + "…"


def _speeds(times: list[float], cells: int, seconds: float) -> list[float | None]:
    """Return tokens/s in each of `cells` equal parts of `seconds`; None after the last token."""
    counts: list[float] = [0.0] * cells
    for t in times[1:]:
        counts[min(cells - 1, int(t / seconds * cells))] += 1
    last = min(cells - 1, int(times[-1] / seconds * cells))
    # The last part is rarely a whole one.
    shown = max(1, last)
    return [
        count * cells / seconds if place < shown else None for place, count in enumerate(counts)
    ]


def _curves(result: Comparison, width: int) -> list[str]:
    """Return tokens/s since the first token of the first reply of each, one over the other.

    Where both fall on one cell it shows `*`.
    """
    curves = {"a": result.first.curve, "b": result.second.curve}
    seconds = max(times[-1] for times in curves.values())
    # Eight tokens a cell, so that what is seen is the speed and not the counting.
    fewest = min(len(times) / times[-1] for times in curves.values()) * seconds / 8
    cells = max(2, min(width - GUTTER, 80, int(fewest)))
    speeds = {name: _speeds(times, cells, seconds) for name, times in curves.items()}
    top = fmt.nice(max(value for one in speeds.values() for value in one if value is not None))
    grid = [[" "] * cells for _ in range(CHART_ROWS)]
    for name, values in speeds.items():
        for place, value in enumerate(values):
            if value is not None:
                row = grid[CHART_ROWS - 1 - min(CHART_ROWS - 1, int(value / top * CHART_ROWS))]
                row[place] = name if row[place] == " " else "*"
    labels = [f"{top:,.0f}", *[""] * (CHART_ROWS - 2), "0"]
    said = ["tok/s of the first reply, from its first token on (a, b; * is both)"]
    said += [
        f"{label:>{GUTTER - 2}} │{''.join(row).rstrip()}"
        for label, row in zip(labels, grid, strict=True)
    ]
    end = fmt.seconds(seconds)
    return [
        *said,
        f"{'':{GUTTER - 2}} └{'─' * cells}",
        f"{'':{GUTTER}}0 s{end:>{max(0, cells - 3)}}",
    ]


def as_json(result: Comparison, names: tuple[str, str]) -> dict[str, object]:
    """Return the comparison as plain values; times in seconds, sizes in bytes."""

    def described(one: Measured, name: str) -> dict[str, object]:
        figures = {key: value for key, value, _ in _figures(one)}
        return {"file": name, "conditions": dict(_conditions(one)), "figures": figures}

    return {
        "a": described(result.first, names[0]),
        "b": described(result.second, names[1]),
        "ratio": result.ratio,
        "verdict": result.verdict,
    }

"""Figures of a benchmark: medians over its trials that count, the same wherever they are told."""

import math
import statistics
from pathlib import Path

import msgspec
import pytest

from mlxtop import events
from mlxtop.bench.trial import Trial, measured
from mlxtop.compare import report, rows
from mlxtop.compare.curves import FIGURES, curve
from mlxtop.compare.measure import Measured
from mlxtop.compare.part import Choice, part
from mlxtop.compare.picture import BELOW, picture
from mlxtop.compare.run import Run, read_run
from mlxtop.recording.reader import Recording
from mlxtop.recording.totals import Totals
from mlxtop.tui.compare.details import details
from mlxtop.tui.widgets.rows import text as row_text
from tests.compare.runs import HEADER, Turn, compared, recording
from tests.recording.plans import Bench

SWEEP = Path(__file__).parents[2] / "recordings" / "sweep.jsonl"
NAMES = ("a", "b")


def made(path: Path, *rates: float, start: float = 20.0, counts: tuple[int, ...] = ()) -> Run:
    """A benchmark of one point, a trial of 201 tokens at each rate or of as many as are said."""
    bench = Bench(labels=("off",), t=start)
    for number, rate in enumerate(rates, 1):
        bench.trial(0, number, rate=rate, count=counts[number - 1] if counts else 201)
    return written(path, bench)


def written(path: Path, bench: Bench) -> Run:
    said = bench.end()
    lines = [events.Header(t=10.0, **HEADER), *said, events.End(t=said[-1].t)]
    path.write_bytes(b"".join(map(events.encode, lines)))
    return read_run(path)


def test_a_shipped_sweep_has_the_figures_of_the_benchmark_itself() -> None:
    run = read_run(SWEEP)
    with Recording(SWEEP) as recorded:
        totals = Totals(recorded.header)
        for event in recorded.events():
            totals.add(event)
    listed = {point.label: point for point in totals.figures().points}
    assert len(run.trials) > 1
    every: list[Trial] = []
    for label, turns in run.trials.items():
        trials = [
            measured(run.timeline, turn, point=0, number=1, load_seconds=None) for turn in turns
        ]
        every += trials
        found = rows.values(Measured(part(run, Choice(point=label))))

        def median(name: str, trials: list[Trial] = trials) -> float:
            return float(statistics.median(getattr(trial, name) for trial in trials))

        for shown, name in (
            ("tok/s, (n−1)/Δt", "generation_tokens_per_second"),
            ("TPOT, mean", "tpot_seconds"),
            ("TPOT, p50", "p50_seconds"),
            ("TPOT, p99", "p99_seconds"),
            ("TTFT, median", "ttft_seconds"),
            ("prompt tok/s, med.", "prompt_tokens_per_second"),
            ("peak MLX memory", "peak_mlx_bytes"),
        ):
            assert found[shown] == pytest.approx(median(name)), (label, shown)
        assert listed[label].tokens_per_second == pytest.approx(
            median("generation_tokens_per_second")
        )
        assert listed[label].ttft_seconds == pytest.approx(median("ttft_seconds"))
    rates = [trial.generation_tokens_per_second or math.nan for trial in every]
    assert totals.figures().tokens_per_second == pytest.approx(statistics.median(rates))


def test_an_uneven_trial_does_not_pull_the_median(tmp_path: Path) -> None:
    found = compared(made(tmp_path / "a", 10.0, 50.0, 60.0), made(tmp_path / "b", 50.0, start=400))
    assert found.first.rate == pytest.approx(50.0), "22.5 over all tokens"
    table = {row.name: row for row in rows.figures(found)}
    assert "tok/s, (n−1)/Δt" not in table, "that is of all tokens"
    assert table["tok/s, median"].change == "1.000"


def test_tpot_of_a_batch_is_of_one_request(tmp_path: Path) -> None:
    bench = Bench(labels=("batch 4",), plan="batch")
    bench.trial(0, 1, rate=10.0)
    bench.said = [
        msgspec.structs.replace(event, batch=4)
        if isinstance(event, events.TurnStart)
        else msgspec.structs.replace(event, times=sorted(event.times * 4), text=None)
        if isinstance(event, events.Tokens)
        else event
        for event in bench.said
    ]
    run = written(tmp_path / "a", bench)
    for choice in (Choice(), Choice(turn=1)):
        values = rows.values(Measured(part(run, choice)))
        assert values["tok/s, (n−1)/Δt"] == pytest.approx(40.0), "of all requests together"
        assert values["TPOT, mean"] == pytest.approx(0.1)
        assert values["TPOT, p50"] == pytest.approx(0.1)


def test_what_the_verdict_rests_on_stands_first_and_is_said(tmp_path: Path) -> None:
    one, other = made(tmp_path / "a", 10.0, 50.0, 60.0), made(tmp_path / "b", 30.0, start=400)
    result = compared(one, other)
    head, pooled, median = rows.figures(result)[:3]
    assert (head.name, head.change) == ("verdict", result.verdict)
    assert (pooled.name, median.name) == ("  tok/s, same place", "tok/s, median")
    assert pooled.change != median.change
    said = (
        'The verdict is based on "tok/s, same place": 200 tokens of each, pooled, '
        "with the same number before them in both. The other speeds, times and peaks of "
        "a benchmark are medians over its "
        "trials that count, as in its report."
    )
    shown = " ".join(row_text(row).strip() for row in details(result, 48))
    assert said in " ".join(shown.split())
    assert said in " ".join(report.text(result, NAMES, 80, chart=False).split())
    assert said in report.markdown(result, NAMES)
    assert report.text(result, NAMES, 80, plain=True).isascii()
    chat = read_run(recording(tmp_path / "chat", Turn(start=900.0)))
    assert "of a chat is over all its tokens" in " ".join(rows.notes(compared(one, chat)))
    assert not any("benchmark" in note for note in rows.notes(compared(chat, chat)))


def test_of_several_trials_one_line_is_drawn(tmp_path: Path) -> None:
    run = made(tmp_path / "a", 10.0, 50.0, 60.0, counts=(201, 201, 101))
    whole = part(run, Choice())
    points = curve(whole, FIGURES[0], "tokens", in_context=True, points=90, window=10)
    assert [p.x for p in points] == sorted({p.x for p in points}), "no place twice, no break"
    assert points[0].y == pytest.approx(50.0)
    assert points[-1].y == pytest.approx(30.0), "of the two that are as long"
    over_time = curve(whole, FIGURES[0], "seconds", in_context=True, points=90, window=10)
    assert sum(math.isnan(point.x) for point in over_time) == 2, "one after the other"
    drawn = picture((whole, whole), FIGURES[0], "tokens", 100, 16)
    assert drawn is not None
    assert "medians of all trials" in drawn.caption


def test_single_replies_are_drawn_below_their_medians(tmp_path: Path) -> None:
    several = recording(
        tmp_path / "a.jsonl",
        *(Turn(rate=rate, start=start) for rate, start in ((40.0, 19), (50.0, 60), (90.0, 100))),
    )
    one = read_run(recording(tmp_path / "b.jsonl", Turn(rate=50.0)))
    both = part(read_run(several), Choice()), part(one, Choice())
    drawn = picture(both, FIGURES[0], "tokens", 100, 16)
    assert drawn is not None
    assert "medians of all replies" in drawn.caption
    assert statistics.median(point.y for point in drawn.curves[0]) == pytest.approx(50, rel=0.05)
    (below,) = (line for line in drawn.plot.lines if line.ink == BELOW)
    assert drawn.plot.lines[0] is below, "first, or it would cover the medians"
    assert drawn.plot.y_limits[1] >= max(y for y in below.ys if math.isfinite(y)) > 80
    over_time = picture(both, FIGURES[0], "seconds", 100, 16)
    assert over_time is not None
    assert BELOW not in {line.ink for line in over_time.plot.lines}


def test_prompts_of_different_lengths_are_apart_on_that_line(tmp_path: Path) -> None:
    bench = Bench(labels=("short", "long"))
    for number in (1, 2):
        bench.prompt = 16
        bench.trial(0, number, rate=50.0, count=41)
        bench.prompt = 1000
        bench.trial(1, number, rate=20.0, count=41)
    whole = part(written(tmp_path / "a", bench), Choice())
    points = curve(whole, FIGURES[0], "tokens", in_context=True, points=90, window=10)
    (gap,) = (place for place, point in enumerate(points) if math.isnan(point.x))
    assert {round(point.y) for point in points[:gap]} == {50}
    assert {round(point.y) for point in points[gap + 1 :]} == {20}


def test_what_would_not_show_is_a_sentence(tmp_path: Path) -> None:
    one, other = (read_run(recording(tmp_path / str(n), Turn(noise=0.9, seed=n))) for n in (1, 2))
    result = compared(one, other)
    assert result.verdict == "inconclusive"
    assert ". A difference of less than " in result.sentence

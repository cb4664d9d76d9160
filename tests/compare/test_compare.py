"""Two recordings side by side: what is measured, what is said of the difference, and when."""

import json
import random
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.compare import report
from mlxtop.compare.interval import ratio
from mlxtop.compare.measure import Measured, measure
from mlxtop.events import AnyEvent, Sampling
from mlxtop.files import comparing
from mlxtop.recording.reader import read

DEMO = Path(__file__).parents[2] / "recordings" / "demo.jsonl"


def made(
    rate: float, count: int = 400, noise: float = 0.2, seed: int = 1, reason: str = "stop"
) -> list[AnyEvent]:
    """A run of one reply whose tokens come at a rate, more or less."""
    draw = random.Random(seed)
    times = [20.0]
    for _ in range(count - 1):
        times.append(times[-1] + draw.uniform(1 - noise, 1 + noise) / rate)
    return [
        events.Header(t=10.0, schema=1, wall=1e9, clock="test", mlxtop="0", chip="Apple M9"),
        events.LoadEnd(t=11.0, model="tiny", quantization="4 bits"),
        events.Sample(t=12.0, values={"memory.wired_bytes": 9e9, "pressure.level": 2.0}),
        events.Sample(t=18.5, values={"pressure.level": 0.0}),
        events.TurnStart(t=19.0, turn=1, index=1, sampling=Sampling(temperature=0.5)),
        events.Sample(t=19.5, values={"memory.wired_bytes": 4e9, "pressure.level": 1.0}),
        events.Tokens(t=times[-1], turn=1, times=times),
        events.TurnEnd(
            t=times[-1],
            turn=1,
            finish_reason=reason,  # type: ignore[arg-type]
            ttft_seconds=1.0,
            generation_tokens=count,
            prompt_tokens_per_second=50.0,
        ),
        events.Sample(t=times[-1] + 1, values={"memory.wired_bytes": 7e9}),
    ]


def run(rate: float, **how: object) -> Measured:
    return measure(made(rate, **how))  # type: ignore[arg-type]


def test_a_run_is_measured_while_it_answers() -> None:
    found = run(50.0, noise=0.0)
    assert found.rate == pytest.approx(50.0)
    assert found.latency(0.5) == pytest.approx(0.02)
    assert found.median_ttft == 1.0
    assert found.median_prompt_rate == 50.0
    assert found.generated == 400
    # Before and after the reply the machine was worse off, which is not the reply's doing.
    assert found.peaks["memory.wired_bytes"] == 4e9
    assert found.pressure == "WARN"


def test_replies_that_did_not_run_their_course_are_left_out() -> None:
    found = run(50.0, reason="cancelled")
    assert (found.turns, found.left_out, found.rate) == (0, 1, None)


@pytest.mark.parametrize(
    ("second", "verdict"), [(55.0, "faster"), (45.0, "slower"), (50.0, "no difference")]
)
def test_a_difference_is_told_from_noise(second: float, verdict: str) -> None:
    found = ratio(run(50.0).intervals, run(second, seed=2).intervals)
    assert found is not None
    assert found.low <= found.value <= found.high
    assert found.verdict == verdict
    assert found.value == pytest.approx(second / 50.0, rel=0.02)


def test_more_noise_is_a_wider_interval() -> None:
    quiet = ratio(run(50.0, noise=0.1).intervals, run(50.0, noise=0.1, seed=2).intervals)
    loud = ratio(run(50.0, noise=0.9).intervals, run(50.0, noise=0.9, seed=2).intervals)
    assert quiet is not None
    assert loud is not None
    assert loud.high - loud.low > 2 * (quiet.high - quiet.low)


def test_neighbouring_tokens_that_are_alike_are_not_taken_for_many() -> None:
    """A slow stretch is one observation: drawn token by token it would look like a hundred."""
    steady = [[0.02] * 400]
    stretch = [[0.02] * 200 + [0.03] * 60 + [0.02] * 140]
    found = ratio(steady, stretch)
    assert found is not None
    assert found.high - found.low > 0.03


def test_too_few_tokens_say_nothing() -> None:
    assert ratio(run(50.0, count=100).intervals, run(60.0).intervals) is None
    said = report.compare(run(50.0, count=100), run(60.0)).verdict
    assert said.startswith("Too few tokens")


def test_the_other_way_round_is_the_inverse() -> None:
    first, second = run(50.0).intervals, run(57.0, seed=3).intervals
    there, back = ratio(first, second), ratio(second, first)
    assert there is not None
    assert back is not None
    assert there.value * back.value == pytest.approx(1.0)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_text_fits_and_says_all(width: int) -> None:
    result = report.compare(run(50.0), run(45.0, seed=2))
    said = report.text(result, ("a.jsonl", "b.jsonl"), width, chart=True)
    table = said.split("\nB is ")[0]
    assert max(map(len, said.splitlines())) <= width
    assert "B is slower than A by" in said
    assert "temperature 0.5" in said
    assert "Apple M9" in said
    plot = table.split("first token on")[1]
    assert plot.count("a") > 10
    assert plot.count("b") > 10


def written(path: Path, said: list[AnyEvent]) -> Path:
    path.write_bytes(b"".join(map(events.encode, said)))
    return path


def test_the_exit_status_is_for_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fast = written(tmp_path / "fast.jsonl", made(60.0))
    slow = written(tmp_path / "slow.jsonl", made(50.0, seed=2))
    stopped = written(tmp_path / "stopped.jsonl", made(50.0, reason="cancelled"))

    def status(first: Path, second: Path, fail_under: float | None = None) -> int:
        return comparing.compare_files(
            first, second, as_json=False, fail_under=fail_under, chart=False
        )

    assert status(fast, slow) == 0
    assert status(fast, slow, 0.95) == 1
    assert "under the 0.95 asked for" in capsys.readouterr().err
    assert status(slow, fast, 0.95) == 0
    assert status(fast, stopped) == 1
    assert "no complete reply" in capsys.readouterr().err
    assert status(fast, tmp_path / "none.jsonl") == 1
    assert "does not exist" in capsys.readouterr().err


def test_real_runs_can_be_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert comparing.compare_files(DEMO, DEMO, as_json=True, fail_under=None, chart=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ratio"]["value"] == 1.0
    assert told["ratio"]["low"] < 1.0 < told["ratio"]["high"]
    assert told["verdict"].startswith("No difference")
    found = measure(read(DEMO))
    assert told["a"]["figures"]["tok/s, (n−1)/Δt"] == pytest.approx(found.rate)

"""The figures of a trial whose tokens come several at a time."""

import pytest

from mlxtop import events
from mlxtop.bench.trial import Trial, measured
from mlxtop.timeline import Timeline


def drafted(steps: int, *, slow_from: int | None = None, cut: int = 0) -> Trial:
    """A trial with steps of four tokens, a tenth of a second each, two tenths from one on."""
    timeline, t = Timeline(), 11.0
    timeline.add(events.TurnStart(t=10.0, turn=1, index=1, draft="small"))
    for step in range(steps):
        t += 0 if not step else 0.2 if slow_from is not None and step > slow_from else 0.1
        said = [True, True, True, False]
        timeline.add(events.Tokens(t=t, turn=1, times=[t] * 4, draft=said))
    if cut:
        timeline.add(events.Tokens(t=t + 0.1, turn=1, times=[t + 0.1] * cut, draft=[True] * cut))
    timeline.add(
        events.TurnEnd(t=t + 0.1, turn=1, finish_reason="length", generation_tokens=4 * steps + cut)
    )
    return measured(timeline, timeline.turns[1], point=0, number=1, load_seconds=None)


def test_a_single_burst_has_no_speed() -> None:
    trial = drafted(1)
    assert trial.ttft_seconds == 1.0
    assert trial.generation_tokens_per_second is None
    assert trial.tpot_seconds is None
    assert trial.p50_seconds is None


def test_the_speed_is_of_whole_steps_after_the_first() -> None:
    trial = drafted(8, cut=3)
    assert trial.generation_tokens == 35
    assert trial.generation_tokens_per_second == pytest.approx(40.0)
    assert trial.tpot_seconds == pytest.approx(0.025)
    assert trial.p99_seconds == pytest.approx(0.1), "between steps"


def test_tenths_are_of_steps() -> None:
    trial = drafted(20, slow_from=10)
    assert trial.first_tenth_tokens_per_second == pytest.approx(40.0)
    assert trial.last_tenth_tokens_per_second == pytest.approx(20.0)
    assert drafted(19).first_tenth_tokens_per_second is None, "too few steps to tell"


def test_energy_is_of_the_gpu_that_the_model_runs_on() -> None:
    def energy(device: str) -> float | None:
        timeline = Timeline()
        timeline.add(events.EngineReady(t=0.0, pid=1, mlx="", mlx_lm="", device=device))
        timeline.add(events.TurnStart(t=10.0, turn=1, index=0))
        for t in (10.5, 11.5):
            timeline.add(
                events.Sample(t=t, values={"gpu.power_watts": 40.0, "gpu1.power_watts": 400.0})
            )
        timeline.add(events.TurnEnd(t=12.0, turn=1, finish_reason="length", generation_tokens=160))
        return measured(
            timeline, timeline.turns[1], point=0, number=1, load_seconds=None
        ).tokens_per_joule

    assert energy("gpu") == pytest.approx(160 / 80)
    assert energy("cpu") is None

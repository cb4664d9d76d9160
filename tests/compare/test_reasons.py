"""Why two runs may not be comparable."""

from pathlib import Path
from typing import Any

import pytest

from mlxtop import events
from mlxtop.compare import rows
from mlxtop.events import AnyEvent, Sampling
from tests.compare.runs import Turn, compared, run, sample


def reasons(
    folder: Path, *turns: Turn, more: tuple[AnyEvent, ...] = (), **header: Any
) -> list[str]:
    """What is said of B, whose turns, events and header these are, against a plain A."""
    second = run(folder, *(turns or (Turn(seed=2),)), more=more, **header)
    return compared(run(folder), second).reasons


def test_runs_under_equal_conditions_give_no_reason(tmp_path: Path) -> None:
    assert reasons(tmp_path) == []


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"chip": "Apple M1"}, "They ran on different machines."),
        ({"memory_bytes": 8 << 30}, "They ran on different machines."),
        ({"os": "macOS 27", "mlx": "0.99"}, "The versions differ: system, MLX."),
        ({"synthetic": True}, "One has synthetic data: generated, not observed."),
    ],
)
def test_another_machine_or_version_is_named(
    tmp_path: Path, header: dict[str, Any], said: str
) -> None:
    assert reasons(tmp_path, **header) == [said]


def test_another_build_of_mlx_is_named_where_both_tell_it(tmp_path: Path) -> None:
    builds = ["mlx-metal, macosx_15_0_arm64", "mlx-metal, macosx_26_0_arm64", ""]
    first, second, old = (
        run(tmp_path, Turn(seed=seed), mlx_build=build) for seed, build in enumerate(builds)
    )
    assert compared(first, second).reasons == ["The versions differ: build of MLX."]
    assert compared(first, old).reasons == []


def test_another_model_or_other_weights_are_named(tmp_path: Path) -> None:
    other = events.LoadEnd(t=12.0, model="huge", quantization="4 bits")
    assert reasons(tmp_path, more=(other,)) == ["They are different models: tiny and huge."]
    weights = events.LoadEnd(t=12.0, model="tiny", quantization="8 bits")
    (said,) = reasons(tmp_path, more=(weights,))
    assert "different weights or quantization" in said


def test_settings_that_differ_are_named_as_people_know_them(tmp_path: Path) -> None:
    turn = Turn(seed=2, sampling=Sampling(temperature=0.5, kv_bits=4, max_tokens=99))
    result = compared(run(tmp_path), run(tmp_path, turn))
    assert result.reasons == ["The settings differ: max tokens, KV bits."]
    shown = {row.name: row for row in rows.conditions(result)}
    assert shown["KV bits"] == rows.Row("KV bits", "none", "4", "differs")
    assert shown["temperature"].change == ""
    assert "top-p" not in shown, "it is at its default in both"


def test_other_prompts_and_lengths_say_what_of_them_is_compared(tmp_path: Path) -> None:
    assert reasons(tmp_path, Turn(seed=2, prompt=50, count=300)) == [
        "The prompts differ in length: 20 and 50 tokens.",
        "The speeds are compared where both had as many tokens before them: 299 of 399 and 299 "
        "intervals.",
    ]
    two = reasons(tmp_path, Turn(seed=2), Turn(seed=3, start=60.0, prompt=500))
    assert two[0] == "A has 1 reply, B 2."


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ({"pressure__level": 2.0}, "B: memory pressure was CRITICAL."),
        ({"swap__out_bytes_per_second": 5e6}, "B: memory was swapped, at up to 5.00 MB/s."),
        ({"thermal__level": 2.0}, "B: thermal pressure was heavy."),
    ],
)
def test_what_disturbed_a_run_is_told(
    tmp_path: Path, readings: dict[str, float], said: str
) -> None:
    assert reasons(tmp_path, more=(sample(21.0, **readings),)) == [said]


def test_other_programs_that_took_the_cpu_are_told(tmp_path: Path) -> None:
    reading = sample(
        21.0, cpu__user_percent=60.0, cpu__system_percent=5.0, engine__cpu_percent=100.0
    )
    assert reasons(tmp_path, more=(reading,)) == ["B: other programs took 55 % of the CPU time."]


def test_a_draft_model_in_one_is_told(tmp_path: Path) -> None:
    start = events.TurnStart(t=19.0, turn=1, index=1, sampling=Sampling(temperature=0.5), draft="d")
    (said,) = reasons(tmp_path, Turn(seed=2, start=18.9), more=(start,))
    assert "draft" in said

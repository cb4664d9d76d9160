"""A result held against an earlier one: ratios, and what else differs."""

import dataclasses

import msgspec
import pytest

from mlxtop.bench.baseline import NO_SPEED, against
from mlxtop.bench.plan import FIELDS
from mlxtop.bench.result import Result
from mlxtop.engine.protocol import ChatMessage
from tests.bench.desk import slowed, with_first


def test_each_point_is_held_against_that_of_the_baseline(sweep: Result) -> None:
    same = against(sweep, sweep)
    assert same.ratios == {"prompt tokens 8": 1.0, "prompt tokens 16": 1.0}
    assert not same.below(1.0)
    assert not any("therwise" in said or "baseline: prompt" in said for said in same.sentences)
    slower = against(slowed(sweep, 1, 0.5), sweep)
    assert slower.ratios["prompt tokens 16"] == pytest.approx(0.5)
    assert "prompt tokens 16: 5.0 tok/s against 10.0 of the baseline: 0.500." in slower.sentences
    assert slower.below(0.95) == ("Below 0.95 of the baseline: prompt tokens 16 0.500.")
    assert not slower.below(0.4)
    fewer = msgspec.structs.replace(sweep, points=sweep.points[:1])
    assert "Only in the baseline: prompt tokens 16, top p 0.5." in against(fewer, sweep).sentences
    assert "Not in the baseline: prompt tokens 16, top p 0.5." in against(sweep, fewer).sentences


def test_what_differs_from_the_baseline_is_named_with_both_values(sweep: Result) -> None:
    plan = msgspec.structs.replace(sweep.plan, generation_tokens=11)
    conditions = msgspec.structs.replace(sweep.conditions, machine="M9", memory_bytes=8 << 30)
    loads = [msgspec.structs.replace(sweep.loads[0], model="other", quantization="4-bit")]
    plan = msgspec.structs.replace(plan, batch=(2,))
    other = msgspec.structs.replace(sweep, plan=plan, conditions=conditions, loads=loads)
    (said,) = (one for one in against(sweep, other).sentences if "Other differences" in one)
    for words in (
        "generation tokens 10, there 11",
        "batch 1, there 2",
        ", there 8 GiB",
        ", there M9",
        ", there other (4-bit)",
    ):
        assert words in said
    assert "trials" not in said


def test_what_decides_no_speed_is_not_said_to_differ(sweep: Result) -> None:
    decides = [field.name for field in FIELDS.values() if not field.decides_speed]
    assert {"trials", "cool_seconds", "breakdown"} <= set(decides)
    plan = msgspec.structs.replace(sweep.plan, trials=9, cool_seconds=2.0, breakdown=True)
    other = msgspec.structs.replace(sweep, plan=plan)
    assert not any("therwise" in said for said in against(sweep, other).sentences)


def test_another_build_of_mlx_is_named_where_both_tell_it(sweep: Result) -> None:
    def built(build: str) -> Result:
        conditions = msgspec.structs.replace(sweep.conditions, mlx_build=build)
        return msgspec.structs.replace(sweep, conditions=conditions)

    new, old = built("mlx-metal, macosx_26_0_arm64"), built("mlx-metal, macosx_15_0_arm64")
    said = " ".join(against(new, old).sentences)
    assert "mlx build mlx-metal, macosx_26_0_arm64, there mlx-metal, macosx_15_0_arm64" in said
    assert "mlx build" not in " ".join(against(new, built("")).sentences)


def test_what_points_were_measured_with_is_held_against_each_other(sweep: Result) -> None:
    point = sweep.points[0].point
    sampling = msgspec.structs.replace(point.sampling, temperature=0.5, kv_bits=4)
    wanted = dataclasses.replace(point.wanted, draft="small")
    messages = (ChatMessage(role="user", text="x"),)
    point = msgspec.structs.replace(point, sampling=sampling, wanted=wanted, messages=messages)
    first = msgspec.structs.replace(sweep.points[0], point=point)
    other = msgspec.structs.replace(sweep, points=[first, *sweep.points[1:]])
    assert against(other, sweep).sentences[-1] == (
        "Other differences: draft model small, there none; temperature 0.5, there 0; "
        "kv bits 4, there none; other prompts (prompt tokens 8)."
    )


def test_without_a_common_point_what_differs_is_said_all_the_same(sweep: Result) -> None:
    plan = msgspec.structs.replace(sweep.plan, prompt_tokens=9)
    none = against(sweep, msgspec.structs.replace(sweep, plan=plan, points=[]))
    assert none.ratios == {}
    assert none.sentences[0] == NO_SPEED
    assert none.sentences[-1] == f"Other differences: prompt tokens {512}, there 9."
    assert NO_SPEED in none.below(0.5)


def test_trials_that_could_not_be_judged_are_told_of_both(sweep: Result) -> None:
    unchecked = with_first(sweep, unchecked=("too short to tell",))
    said = "1 trial; whether anything disturbed it could not be judged."
    assert f"Unchecked here: {said}" in against(unchecked, sweep).sentences
    assert f"Unchecked in the baseline: {said}" in against(sweep, unchecked).sentences

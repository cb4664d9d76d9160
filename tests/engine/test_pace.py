import itertools

from mlxtop.engine.child.prefill import LARGEST_STEP, SMALLEST_STEP, TARGET_SECONDS, Pace


def _run(pace: Pace, rate: float, steps: int = 20) -> list[int]:
    """The steps of a prefill at a steady rate, in tokens."""
    sizes = []
    for _ in range(steps):
        sizes.append(pace.size)
        pace.measured(pace.size, pace.size / rate)
    return sizes


def test_a_fast_model_grows_to_its_pace_and_stays() -> None:
    sizes = _run(Pace(), 5000)
    assert sizes[0] == 64
    assert all(after <= 2 * before for before, after in itertools.pairwise(sizes))
    assert sizes[-1] == sizes[-2] == 448
    assert sizes[-1] / 5000 <= TARGET_SECONDS


def test_steps_stay_within_their_bounds() -> None:
    assert _run(Pace(), 1e9)[-1] == LARGEST_STEP
    assert _run(Pace(), 0.1)[-1] == SMALLEST_STEP


def test_steps_are_multiples_that_suit_the_hardware() -> None:
    for rate in range(300, 20_000, 77):
        size = _run(Pace(), rate)[-1]
        assert size % 32 == 0 or size == SMALLEST_STEP


def test_a_remainder_and_a_first_slow_step_do_not_mislead() -> None:
    pace = Pace(start=512)
    pace.measured(3, 10.0)
    assert pace.size == 512
    pace.measured(512, 60.0)
    assert pace.size == 128


def test_a_fixed_step_is_kept() -> None:
    assert set(_run(Pace(fixed=100), 1e6)) == {100}

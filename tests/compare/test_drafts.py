"""Replies with a draft model: tokens come in bursts, speeds are of whole steps."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from mlxtop import events
from mlxtop.compare import rows
from mlxtop.compare.curves import FIGURES, curve
from mlxtop.events import AnyEvent
from tests.compare.runs import Turn, compared, run


@dataclass(frozen=True)
class Drafted(Turn):
    """A reply of steps of four tokens, at a speed of `rate` after the first of them."""

    noise: float = 0.0
    cut: int = 0
    """Tokens of a last step that was cut off."""

    def times(self) -> list[float]:
        steps = range(self.count // 4)
        whole = [self.start + 1.0 + 4 * step / self.rate for step in steps for _ in range(4)]
        return whole + [whole[-1] + 4 / self.rate] * self.cut

    def events(self, number: int) -> list[AnyEvent]:
        draft = [True, True, True, False] * (self.count // 4) + [True] * self.cut
        return [
            msgspec.structs.replace(event, draft=draft)
            if isinstance(event, events.Tokens)
            else event
            for event in super().events(number)
        ]


def test_the_first_step_and_one_cut_off_do_not_count(tmp_path: Path) -> None:
    short = compared(run(tmp_path, Drafted(count=32, cut=3)), run(tmp_path, Turn(count=32)))
    one, other = short.first, short.second
    assert one.rate == pytest.approx(50.0), "62.5 with the tokens of the first step"
    assert one.rate == one.replies[0].turn.decode_rate(99.0)
    assert rows.values(one)["TPOT, mean"] == pytest.approx(1 / 50)
    assert [sum(map(len, side.intervals)) for side in (one, other)] == [28, 31]


def test_equally_fast_with_and_without_a_draft_model_is_no_difference(tmp_path: Path) -> None:
    result = compared(run(tmp_path, Drafted()), run(tmp_path, Turn(noise=0.0)))
    assert result.ratio is not None
    assert result.ratio.value == pytest.approx(1.0)
    assert len(result.common.first) == 396, "of 400 tokens all but the first four"
    assert result.common.in_context


def test_replies_after_another_prompt_are_paired_by_their_place(tmp_path: Path) -> None:
    result = compared(run(tmp_path, Drafted()), run(tmp_path, Turn(noise=0.0, prompt=5000)))
    assert not result.common.in_context
    assert len(result.common.first) == len(result.common.second) == 396
    times = Turn(noise=0.0).times()
    assert result.common.second[0] == times[4] - times[3]


def test_percentiles_are_between_steps_and_say_so(tmp_path: Path) -> None:
    result = compared(run(tmp_path, Drafted()), run(tmp_path, Turn(noise=0.0)))
    shown = {row.name: row for row in rows.figures(result)}
    assert shown["between steps, p50"].first == "80.0 ms"
    assert shown["between steps, p50"].second == "20.0 ms"
    assert "TPOT, p50" not in shown
    plain = compared(run(tmp_path, Turn()), run(tmp_path, Turn()))
    assert "TPOT, p50" in {row.name for row in rows.figures(plain)}


def test_a_reply_of_a_single_step_has_no_speed(tmp_path: Path) -> None:
    result = compared(run(tmp_path, Drafted(count=4)), run(tmp_path, Turn()))
    values = rows.values(result.first)
    names = ("tok/s, (n−1)/Δt", "TPOT, mean", "TPOT, p99")
    assert [values[name] for name in names] == [None, None, None]
    assert result.verdict == "too few tokens"
    part = result.first.part
    assert curve(part, FIGURES[0], "tokens", in_context=False, points=40, window=8) == []


def test_the_curve_is_as_even_as_the_steps(tmp_path: Path) -> None:
    part = compared(run(tmp_path, Drafted()), run(tmp_path, Turn())).first.part
    points = curve(part, FIGURES[0], "tokens", in_context=False, points=40, window=10)
    assert [point.y for point in points] == pytest.approx([50.0] * len(points))
    assert points[0].x == 4 + 5, "half a window after the first step"

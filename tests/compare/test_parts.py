"""What of a recording is compared, and how it is measured."""

import gzip
from pathlib import Path

import pytest

from mlxtop import events
from mlxtop.compare import rows
from mlxtop.compare.comparison import at_mark
from mlxtop.compare.measure import Measured
from mlxtop.compare.part import Choice, find_mark, part
from mlxtop.compare.rows import figures
from mlxtop.compare.run import NothingToCompare, read_run
from mlxtop.events import FinishReason
from mlxtop.headless import summarize
from mlxtop.recording.file import RecordingFile
from mlxtop.recording.report import RecordingError
from tests.compare.runs import Turn, compared, recording, run, sample

TWO = Turn(count=200), Turn(rate=100.0, count=300, prompt=240, start=40.0, seed=2)


def test_a_run_is_measured_while_it_answers(tmp_path: Path) -> None:
    turn = Turn(noise=0.0)
    end = turn.times()[-1]
    readings = (
        sample(12.0, memory__wired_bytes=9e9, pressure__level=2.0),
        sample(18.5, pressure__level=0.0),
        sample(19.5, memory__wired_bytes=4e9, pressure__level=1.0),
        sample(end + 1, memory__wired_bytes=7e9),
    )
    found = Measured(part(run(tmp_path, turn, more=readings), Choice()))
    assert found.rate == pytest.approx(50.0)
    assert found.latency(0.5) == pytest.approx(0.02)
    assert found.ttft == 1.0
    assert found.prompt_rate == 50.0
    assert found.tokens == 400
    # Before and after the reply the machine was worse off, which is not the reply's doing.
    assert found.peak("memory.wired_bytes") == 4e9
    assert found.pressure == "WARN"


def test_a_reading_just_before_a_short_reply_holds_for_it(tmp_path: Path) -> None:
    reading = sample(18.5, pressure__level=2.0)
    found = Measured(part(run(tmp_path, Turn(count=20), more=(reading,)), Choice()))
    assert found.pressure == "CRITICAL"


def test_what_was_read_before_the_mark_is_not_of_the_part(tmp_path: Path) -> None:
    more = sample(20.5, memory__wired_bytes=9e9), sample(24.0, memory__wired_bytes=4e9)
    made = run(tmp_path, Turn(), more=(*more, events.Mark(t=23.5, note="")))
    assert Measured(part(made, Choice(mark=23.5))).peak("memory.wired_bytes") == 4e9


def memory(t: float, peak: int) -> events.MlxMemory:
    return events.MlxMemory(t=t, active_bytes=1, cache_bytes=0, peak_bytes=peak)


def test_the_peak_that_mlx_tells_just_after_a_reply_is_the_replys(tmp_path: Path) -> None:
    turn = Turn(count=20)
    end = turn.times()[-1]
    told = memory(12.0, 9), memory(19.5, 5), memory(end + 0.0001, 7), memory(end + 3.0, 8)
    made = run(tmp_path, turn, more=told)
    assert Measured(part(made, Choice())).mlx_peak == 7
    compared_with_itself = compared(made, made)
    (row,) = [row for row in figures(compared_with_itself) if row.name == "peak MLX memory"]
    assert row.first == "7 B"
    summary = summarize(run(tmp_path, turn, more=told[1:3]).timeline, made.turns[0], None)
    assert summary.peak_mlx_bytes == 7, "a single reply's summary says the same"


def test_the_peak_of_the_next_reply_is_not_that_of_the_one_before(tmp_path: Path) -> None:
    one = Turn(count=20)
    end = one.times()[-1]
    other = Turn(count=20, start=end + 0.1, seed=2)
    told = memory(19.5, 5), memory(end + 0.01, 6), memory(end + 0.2, 9)
    made = run(tmp_path, one, other, more=told)
    assert [Measured(part(made, Choice(turn=number))).mlx_peak for number in (1, 2)] == [6, 9]


def test_what_stood_before_a_reply_counts_where_nothing_was_told_in_it(tmp_path: Path) -> None:
    made = run(tmp_path, Turn(count=20), more=(memory(12.0, 4),))
    assert Measured(part(made, Choice())).mlx_peak == 4
    assert Measured(part(run(tmp_path), Choice())).mlx_peak is None


def test_a_part_that_ends_within_a_reply_has_its_own_peak(tmp_path: Path) -> None:
    told = memory(22.5, 5), memory(23.5, 6)
    marks = events.Mark(t=22.0, note="one"), events.Mark(t=23.0, note="two")
    made = run(tmp_path, Turn(), more=(*told, *marks))
    assert Measured(part(made, Choice(mark=22.0))).mlx_peak == 5


def test_what_other_programs_took_is_the_machines_time_without_ours(tmp_path: Path) -> None:
    reading = sample(
        20.0,
        cpu__user_percent=40.0,
        cpu__system_percent=10.0,
        engine__cpu_percent=150.0,
        app__cpu_percent=50.0,
    )
    found = Measured(part(run(tmp_path, Turn(), more=(reading,)), Choice()))
    assert found.others_cpu == pytest.approx(30.0)


def test_replies_that_did_not_run_their_course_are_left_out(tmp_path: Path) -> None:
    made = run(tmp_path, Turn(), Turn(reason="cancelled", start=60.0))
    found = part(made, Choice())
    assert [reply.turn.number for reply in found.replies] == [1]
    assert (found.left_out, found.left_out_words) == (1, "1 stopped by you")
    result = compared(made, made)
    (row,) = [row for row in rows.conditions(result) if row.name == "replies"]
    assert row.first == "1 (left out: 1 stopped by you)"


def test_a_stopped_reply_against_a_whole_one_says_which_tokens_are_compared(
    tmp_path: Path,
) -> None:
    # Its first tokens are as fast as in B, and the rest of B is slower.
    stopped = run(tmp_path, Turn(count=221, rate=40.0, reason="cancelled"))
    whole = run(tmp_path, Turn(count=640, rate=80.0))
    result = compared(stopped, whole)
    assert "A: the reply of turn 1 is incomplete: stopped by you." in result.reasons
    assert "% over the 220 tokens that both have: B / A" in result.sentence.replace(
        "times as fast over", "% over"
    )
    assert any("also of those that only A or B has" in note for note in rows.notes(result))
    alike = compared(run(tmp_path, Turn(rate=40.0)), run(tmp_path, Turn(rate=60.0)))
    assert "that both have" not in alike.sentence
    assert not any("that only A or B has" in note for note in rows.notes(alike))


@pytest.mark.parametrize("reason", ["cancelled", None])
def test_a_reply_that_was_stopped_is_compared_where_there_is_no_other(
    tmp_path: Path, reason: FinishReason | None
) -> None:
    made = run(tmp_path, Turn(reason=reason, seed=2), clean=False)
    result = compared(made, run(tmp_path))
    assert result.ratio is not None
    assert any(said.startswith("A: the reply of turn 1") for said in result.reasons)


def test_one_turn_can_be_chosen(tmp_path: Path) -> None:
    made = run(tmp_path, *TWO)
    assert Measured(part(made, Choice(turn=2))).rate == pytest.approx(100.0, rel=0.02)
    with pytest.raises(NothingToCompare, match=r"no turn 3 .* turns 1, 2"):
        part(made, Choice(turn=3))


def test_two_turns_of_one_run_can_be_compared(tmp_path: Path) -> None:
    made = run(tmp_path, *TWO)
    result = compared(made, made, Choice(turn=1), Choice(turn=2))
    assert result.verdict == "faster"


def test_from_a_mark_to_the_next_one(tmp_path: Path) -> None:
    marks = (events.Mark(t=22.0, note="Warm now"), events.Mark(t=23.0, note="after"))
    made = run(tmp_path, *TWO, more=marks)
    mark = find_mark(made, "warm")
    found = part(made, Choice(mark=mark))
    assert found.zero == 22.0
    (reply,) = found.replies
    assert 22.0 <= reply.times[0] < reply.times[-1] < 23.0
    assert reply.before == len([t for t in TWO[0].times() if t < 22.0])
    assert Measured(found).ttft is None, "its first token came before the mark"
    with pytest.raises(
        NothingToCompare, match=r'no mark "cold"; its marks are "Warm now", "after"'
    ):
        find_mark(made, "cold")
    with pytest.raises(NothingToCompare, match="it has no marks"):
        at_mark(made, run(tmp_path), "warm")


def test_a_mark_with_nothing_behind_it_says_so(tmp_path: Path) -> None:
    made = run(tmp_path, more=(events.Mark(t=90.0, note="late"),))
    with pytest.raises(NothingToCompare, match="no two tokens between"):
        part(made, Choice(mark=90.0))


def test_a_file_without_turns_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = recording(tmp_path / "one.jsonl", Turn(count=1))
    with pytest.raises(NothingToCompare, match=r"one\.jsonl has no reply of two tokens"):
        read_run(path)
    with pytest.raises(RecordingError, match="does not exist"):
        read_run(tmp_path / "none.jsonl")


def test_what_is_wrong_with_a_file_is_told(tmp_path: Path) -> None:
    assert run(tmp_path).said == ()
    (said,) = run(tmp_path, clean=False).said
    assert "not closed properly" in said
    assert "has no text" in run(tmp_path, text=False).said[0]


def test_a_file_that_is_being_written_is_compared_as_it_stands(tmp_path: Path) -> None:
    lines = recording(tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    file = RecordingFile(tmp_path, "running")
    file.write(b"".join(lines[:-1]) + lines[-1][:5])
    made = read_run(file.path)
    file.close()
    assert made.said == ("It is still being recorded: only the part so far counts.",)


def test_the_same_run_is_known_by_its_tokens(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.jsonl")
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    result = compared(read_run(path), read_run(packed))
    assert result.verdict == "same"
    assert "no difference" in result.sentence
    assert result.reasons == []
    assert result.ratio is not None
    assert result.ratio.value == 1.0


def test_reading_tells_how_far_it_is_and_can_be_ended(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.jsonl", *TWO)
    told: list[float] = []

    def end(share: float) -> bool:
        told.append(share)
        return False

    with pytest.raises(NothingToCompare):
        read_run(path, end)
    assert len(told) == 1

"""Benchmarks among the recordings: told from chats, with their points, in list and preview."""

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from mlxtop import events
from mlxtop.commands.app import build
from mlxtop.recording.benchmarks import POINTS_KEPT
from mlxtop.recording.directory import ListedRecording, RecordingDirectory
from mlxtop.recording.figures import Figures
from mlxtop.tui.library.preview import draw_preview
from mlxtop.tui.widgets.rows import length, text
from tests.recording.plans import Bench, measured
from tests.recording.test_library_figures import MAC, totals, turn
from tests.recording.test_library_shelf import filled, write

app = build()

LOAD = events.LoadEnd(t=11.0, model="org/model")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A benchmark, a chat, a watched machine, and a chat with a benchmark in it."""
    folder = tmp_path / "recordings"
    write(folder / "2026-01-01T00-00-00_a.jsonl", LOAD, *measured())
    write(folder / "2026-01-02T00-00-00_b.jsonl", LOAD, *turn(1, 20.0, 11, 1.0))
    write(folder / "2026-01-03T00-00-00_c.jsonl", events.Mark(t=12.0))
    bench = Bench(labels=("batch 2",), plan="batch", t=40.0, turn=1)
    bench.trial(0, 1)
    write(folder / "2026-01-04T00-00-00_d.jsonl", LOAD, *turn(1, 20.0, 11, 1.0), *bench.end())
    return folder


def figures() -> Figures:
    return totals(*measured())


def test_points_have_medians_over_their_valid_trials() -> None:
    found = figures()
    assert (found.what, found.plans, found.chats) == ("bench sweep", ["sweep"], 0)
    off, quantized = found.points
    assert (off.label, off.valid, off.trials) == ("kv bits off", 1, 2)
    assert off.tokens_per_second == pytest.approx(10.0), "the dropped one had 12"
    assert (quantized.label, quantized.valid, quantized.trials) == ("kv bits 4", 2, 3)
    assert quantized.tokens_per_second == pytest.approx(21.0), "of 20 and 22, not the disturbed 24"
    assert quantized.ttft_seconds == pytest.approx(1.0)


def test_the_speed_of_a_benchmark_is_that_of_its_valid_trials() -> None:
    # Its breakdown has 2, its warm-ups 1 tok/s.
    assert figures().tokens_per_second == pytest.approx(20.0)
    assert totals(*measured(), *turn(9, 90.0, 1001, 1.0)).tokens_per_second == pytest.approx(1000.0)


def test_of_a_benchmark_that_was_stopped_only_judged_trials_count() -> None:
    bench = Bench(labels=("1",), plan="stress")
    bench.ask("trial", 0, 1, rate=50.0)
    broken_off = totals(*bench.said)
    assert (broken_off.tokens_per_second, broken_off.ttft_seconds) == (None, None)
    assert broken_off.outcome is None
    stopped = totals(*bench.end("stopped"))
    assert (stopped.tokens_per_second, stopped.outcome) == (None, "stopped")
    bench.trial(0, 2, rate=20.0)
    assert totals(*bench.said).outcome is None, "it goes on: the point is measured once more"
    assert totals(*bench.end()).tokens_per_second == pytest.approx(20.0)


def test_of_benchmarks_each_valid_trial_counts_as_much_as_another() -> None:
    bench = Bench(labels=("short", "long"))
    for number, rate in enumerate((10.0, 12.0), 1):
        bench.trial(0, number, rate=rate)
    bench.trial(1, 1, rate=50.0, count=101)
    assert totals(*bench.end()).tokens_per_second == pytest.approx(12.0), "50 over tokens"


def test_a_stopped_benchmark_says_so_beside_the_state_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    bench = Bench(labels=("simple",), plan="scenarios")
    bench.judge(0, 1, bench.ask("trial", 0, 1), "memory was swapped out")
    said = bench.end("stopped")
    path = tmp_path / "2026-01-01T00-00-00_a.jsonl"
    write(path, LOAD, *said, events.End(t=said[-1].t))
    (tmp_path / "b.jsonl").write_text("{}")
    unreadable, found = json.loads(listed(str(tmp_path), "--json", "--sort", "file"))[::-1]
    assert unreadable["problem"]
    assert (unreadable.keys(), unreadable["tokens"]) == (found.keys(), None)
    (tmp_path / "b.jsonl").unlink()
    assert (found["state"], found["outcome"]) == ("complete", "stopped")
    assert found["points"] == [
        {
            "label": "simple",
            "valid": 0,
            "unchecked": 0,
            "trials": 1,
            "tokens_per_second": None,
            "ttft_seconds": None,
            "skipped": "",
        }
    ], "what is zero or not known is there too"
    assert found["first_turns"][0]["prompt"] == ""
    line = listed(str(tmp_path)).splitlines()[1]
    assert "  bench scenarios  " in line, "whole"
    assert "  stopped  " in line
    assert "_a.jsonl" in listed(str(tmp_path), "--filter", "stopped")
    shown = [text(row) for row in draw_preview(item("a", tmp_path), 196, 14)]
    assert any("bench scenarios · stopped" in row for row in shown)


def test_several_plans_are_counted_in_the_list_and_named_in_the_preview(tmp_path: Path) -> None:
    one = Bench(labels=("simple",), plan="scenarios")
    one.trial(0, 1)
    other = Bench(labels=("1",), plan="stress", number=2, t=60.0, turn=1)
    other.trial(0, 1)
    write(tmp_path / "a.jsonl", LOAD, *one.end(), *other.end())
    found = item("a", tmp_path)
    assert found.what == "bench 2 plans"
    shown = [text(row) for row in draw_preview(found, 196, 14)]
    assert any("bench 2 plans: scenarios, stress" in row for row in shown)


def test_what_is_kept_of_many_points_is_bounded() -> None:
    bench = Bench(labels=tuple(map(str, range(50))))
    bench.trial(49, 1)
    found = totals(*bench.end())
    assert (len(found.points), found.point_count) == (POINTS_KEPT, 50)


def test_a_plan_whose_trials_are_in_another_file_makes_no_benchmark_of_this_one() -> None:
    start, *_ = measured()
    found = totals(start, *turn(1, 30.0, 11, 1.0))
    assert (found.what, found.points) == ("chat", [])


def test_figures_survive_the_index() -> None:
    found = figures()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Figures) == found


def test_the_beginning_of_a_file_tells_a_benchmark_before_it_is_read(folder: Path) -> None:
    pending = {item.path.name[-7]: item for item in RecordingDirectory(folder).scan()}
    assert pending["a"].figures is None
    assert (pending["a"].what, pending["b"].what, pending["c"].what) == ("bench sweep", "chat", "")


def listed(*words: str) -> str:
    done = CliRunner().invoke(app, ["recordings", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_list_is_filtered_as_the_library_is(folder: Path) -> None:
    def names(*words: str) -> str:
        found = json.loads(listed(str(folder), "--json", "--sort", "file", *words))
        return "".join(Path(one["file"]).stem[-1] for one in found)

    assert names() == "abcd"
    assert names("--filter", "bench") == "ad"
    assert names("--filter", "BENCH sweep") == "a", "each word, in any case"
    assert names("--filter", "question") == "bd", "what was asked"
    assert names("--filter", "nowhere") == ""
    assert (
        listed(str(folder), "--filter", "bench").splitlines()[-1].startswith("2 of 4 recordings, ")
    )
    said = listed(str(folder), "--filter", "no\x1bwhere")
    assert said == f'None of 4 recordings in {folder} has "no␛where".\n'


def test_the_list_says_what_each_recording_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    rows = listed(str(folder), "--sort", "what").splitlines()
    assert "what ▴" in rows[0]
    words = ("bench sweep", "chat", "chat, bench", "watch")
    place = rows[0].index("what")
    assert [row[place : place + 11].strip() for row in rows[1:5]] == list(words)
    found = {Path(one["file"]).stem[-1]: one for one in json.loads(listed(str(folder), "--json"))}
    assert [found[name]["what"] for name in "abcd"] == [
        "bench sweep",
        "chat",
        "watch",
        "chat, bench",
    ]
    assert found["a"]["points"][1]["valid"] == 2
    assert found["b"]["plans"] == []


def test_a_list_of_nothing_but_chats_does_not_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    write(tmp_path / "a.jsonl", LOAD, *turn(1, 20.0, 11, 1.0))
    assert "what" not in listed(str(tmp_path)).splitlines()[0]
    bench = Bench(t=40.0, turn=1)
    bench.trial(0, 1)
    write(tmp_path / "b.jsonl", LOAD, *turn(1, 20.0, 11, 1.0), *bench.end())
    assert "what" in listed(str(tmp_path)).splitlines()[0]


def item(name: str, folder: Path) -> ListedRecording:
    return next(
        it
        for file, it in filled(RecordingDirectory(folder)).items()
        if file.endswith(f"{name}.jsonl")
    )


def test_the_filter_knows_benchmarks_and_their_points(folder: Path) -> None:
    assert all(word in item("a", folder).words for word in ("bench", "sweep", "kv bits 4"))
    assert "bench" not in item("b", folder).words
    assert "batch 2" in item("d", folder).words


@pytest.mark.parametrize(("width", "height"), [(196, 14), (116, 12), (76, 10), (40, 6), (22, 4)])
def test_the_preview_shows_points_in_place_of_turns(folder: Path, width: int, height: int) -> None:
    rows = draw_preview(item("a", folder), width, height)
    assert all(length(row) <= width for row in rows)
    shown = [text(row) for row in rows]
    if width < 70:
        return
    (off,) = (line for line in shown if "kv bits off" in line)
    (four,) = (line for line in shown if "kv bits 4" in line)
    assert "1 of 2" in off
    assert ("21.0" in four, "2 of 3" in four) == (True, True)
    assert any("bench sweep" in line for line in shown)
    assert not any("prompt" in line.split() and "turn" in line.split() for line in shown)


def test_the_preview_of_a_chat_with_a_benchmark_has_both(folder: Path) -> None:
    shown = [text(row) for row in draw_preview(item("d", folder), 196, 20)]
    assert any("batch 2" in line for line in shown)
    assert any("question 1" in line for line in shown)


def test_a_sensor_of_the_machine_is_no_reason_to_call_it_watched() -> None:
    assert totals(*turn(1, 20.0, 11, 1.0), sensor=MAC).what == "chat"
    assert (
        totals(events.EngineReady(t=11.0, pid=1, mlx="0", mlx_lm="0", device="cpu")).what == "chat"
    )

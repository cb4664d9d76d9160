"""`mlxtop compare`: exit status, files, what is said where something is wrong."""

import gzip
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlxtop import events
from mlxtop.commands.app import build
from tests.compare.runs import Turn, recording

app = build()

DEMO = Path(__file__).parents[2] / "recordings" / "demo.jsonl"


def status(*words: object) -> int:
    """The exit status of `mlxtop compare` with these arguments."""
    with pytest.raises(SystemExit) as ended:
        app(["compare", *map(str, words)], prog_name="mlxtop")
    code = ended.value.code
    return code if isinstance(code, int) else 0


@pytest.fixture
def fast(tmp_path: Path) -> Path:
    return recording(tmp_path / "fast.jsonl", Turn(rate=60.0))


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    return recording(tmp_path / "slow.jsonl", Turn(rate=40.0, seed=2))


def test_the_exit_status_is_for_scripts(
    fast: Path, slow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(fast, slow) == 0
    assert status(fast, slow, "--fail-under", "0.95") == 1
    assert re.search(
        r"B / A is 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\], under the 0.95 asked for\.\n",
        capsys.readouterr().err,
    )
    assert status(slow, fast, "--fail-under", "0.95") == 0


def test_a_file_with_itself_is_no_difference(
    fast: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(fast, fast, "--fail-under", "1") == 0
    assert "no difference, B / A is 1" in capsys.readouterr().out


def test_what_cannot_be_compared_is_one_sentence(
    fast: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = recording(tmp_path / "empty.jsonl", Turn(count=1))
    assert status(fast, empty) == 1
    assert "no reply of two tokens" in capsys.readouterr().err
    assert status(fast, tmp_path / "none.jsonl") == 1
    assert "does not exist" in capsys.readouterr().err
    assert status(fast, fast, "--turn", "7") == 1
    assert "has no turn 7" in capsys.readouterr().err
    assert status(fast, fast, "--at-mark", "warm") == 1
    assert "it has no marks" in capsys.readouterr().err
    short = recording(tmp_path / "short.jsonl", Turn(count=50))
    assert status(fast, short, "--fail-under", "0.9") == 1
    assert "too few tokens" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("--turn", "x"), ("--turn", "1:2:3"), ("--turn", "1", "--at-mark", "warm")]
)
def test_arguments_that_make_no_sense_are_refused(fast: Path, words: tuple[str, ...]) -> None:
    assert status(fast, fast, *words) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("95", "such as 0.95, not a percentage"),
        ("abc", "a ratio such as 0.95, not 'abc'"),
        ("0", "a ratio above 0"),
        ("nan", "a ratio above 0"),
    ],
)
@pytest.mark.parametrize("command", ["compare", "bench"])
def test_a_ratio_that_is_none_is_refused_in_a_sentence(command: str, words: str, said: str) -> None:
    done = CliRunner().invoke(app, [command, "a", "--fail-under", words])
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


def test_a_turn_of_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = recording(tmp_path / "both.jsonl", Turn(), Turn(rate=100.0, start=60.0))
    assert status(both, both, "--turn", "1:2", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "faster"
    assert (told["a"]["turns"], told["b"]["turns"]) == ([1], [2])


def test_from_a_mark_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mark = events.Mark(t=21.0, note="warm")
    one, other = (
        recording(tmp_path / f"{seed}.jsonl", Turn(seed=seed), more=(mark,)) for seed in (1, 2)
    )
    assert status(one, other, "--at-mark", "warm") == 0
    assert "by seconds since the mark" in capsys.readouterr().out


def test_markdown_goes_to_stdout_in_place_of_the_table(
    fast: Path,
    slow: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status(fast, slow, "--markdown", "-") == 0
    said = capsys.readouterr().out
    assert status(fast, slow, "--markdown", "a.md") == 0
    assert said == (tmp_path / "a.md").read_text()
    capsys.readouterr()
    assert not (tmp_path / "-").exists()
    assert status(fast, slow, "--markdown", "-", "--json") == 2
    assert "both go to stdout" in capsys.readouterr().err


def test_markdown_goes_to_a_file(
    fast: Path, slow: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "said.md"
    assert status(fast, slow, "--markdown", target) == 0
    assert target.read_text().startswith("# Comparison of two runs")
    assert status(fast, slow, "--markdown", tmp_path / "none" / "said.md") == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "cannot be written: No such file" in said.err
    assert "Traceback" not in said.out


def test_what_is_too_slow_but_not_told_from_1_says_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    uneven = [
        recording(tmp_path / f"{seed}.jsonl", Turn(rate=rate, noise=0.99, seed=seed))
        for seed, rate in ((1, 50.0), (2, 49.0))
    ]
    assert status(*uneven, "--fail-under", "1.5") == 1
    said = capsys.readouterr()
    assert "A and B are not told apart: B / A" in said.out
    assert ", under the 1.5 asked for, but the data cannot distinguish it from 1" in said.err


def test_neither_what_is_compared_nor_a_recording_is_written_over(
    fast: Path, slow: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, link = tmp_path / "other.md", tmp_path / "link.md"
    other.write_bytes(gzip.compress(slow.read_bytes()))
    link.symlink_to(slow)
    before = {path: path.read_bytes() for path in (fast, slow, other)}
    for target, why in (
        (fast, "is an input and would be lost"),
        (link, "is an input and would be lost"),
        (other, "is a recording, which would be lost"),
    ):
        assert status(fast, slow, "--markdown", target) == 1
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert f"{target} {why}: name another" in said.err
    assert {path: path.read_bytes() for path in before} == before
    report = tmp_path / "said.md"
    report.write_text("of yesterday")
    assert status(fast, slow, "--markdown", report) == 0
    assert report.read_text().startswith("# Comparison")


def test_what_is_to_be_known_of_a_file_is_said_beside_the_result(
    fast: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = recording(tmp_path / "torn.jsonl", Turn(seed=2), clean=False)
    assert status(fast, torn, "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["verdict"] == "slower"
    assert "torn.jsonl: The recording was not closed properly." in said.err


def test_real_runs_can_be_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(DEMO, DEMO, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "same"
    assert told["ratio"]["value"] == 1.0
    assert told["a"]["figures"]["tok/s, (n−1)/Δt"] > 100

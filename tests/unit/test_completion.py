"""Shell completion: commands, options, recordings and models; a real bash takes them over."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlxtop.command_table import COMMANDS
from mlxtop.commands.app import build, whole
from mlxtop.commands.completion_words import SCRIPTS, candidates, lines


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory, beside a data directory and a cache of models."""
    monkeypatch.setenv("MLXTOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MLXTOP_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def words(*typed: str) -> list[str]:
    return [one.word for one in candidates(typed)]


def test_the_first_word_is_a_command_or_a_model(tmp_path: Path) -> None:
    (tmp_path / "hub" / "models--org--Tiny-4bit" / "snapshots").mkdir(parents=True)
    assert words("") == [*COMMANDS, "demo", "org/Tiny-4bit"]
    assert words("re") == ["replay", "recordings", "redact"]
    assert words("org/T") == ["org/Tiny-4bit"]
    assert words("nothing-like-it") == []


def test_options_are_those_of_the_command_and_each_comes_once() -> None:
    assert words("doctor", "--") == ["--json", "--seconds", "--capture", "--help"]
    assert words("doctor", "--json", "--s") == ["--seconds"]
    assert "--json" not in words("doctor", "--json", "--")
    assert {"--record", "--no-record"} <= set(words("watch", "--"))
    assert "--export" in words("watch", "--export", "csv", "--e")
    assert words("config", "") == ["--help"]
    helps = dict(candidates(["watch", "--"]))
    assert "csv" in helps["--export"]
    assert (helps["--record"][:6], helps["--no-record"]) == ("Record", "")


def test_options_of_a_run_follow_a_model_and_those_of_a_benchmark_come_from_its_kinds() -> None:
    assert "--prompt-config" in words("demo", "--p")
    assert "--prompt-config" in words("--p")
    assert {"--dataset", "--sweep"} <= set(words("bench", "demo", "--"))


def test_a_recording_is_looked_for_here_and_where_they_are_kept(
    folder: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "data" / "recordings"
    kept.mkdir(parents=True)
    for path in (
        folder / "run.jsonl",
        folder / "b.jsonl.zst",
        folder / "notes.txt",
        kept / "k.jsonl",
    ):
        path.touch()
    (folder / "old").mkdir()
    (folder / "old" / "c.jsonl").touch()
    expected = ["b.jsonl.zst", "old/", "run.jsonl", f"{kept}/k.jsonl"]
    assert words("replay", "") == words("demo", "--resume", "") == expected
    assert words("compare", "run.jsonl", "") == words("check", "run.jsonl", "") == expected
    assert words("replay", "old/") == ["old/c.jsonl"]
    assert words("replay", f"{kept}/") == [f"{kept}/k.jsonl"]
    assert words("redact", "run.jsonl", "--output", "n") == ["notes.txt"]
    assert words("doctor", "--seconds", "") == []


def test_a_name_that_a_terminal_would_obey_is_left_out(folder: Path) -> None:
    (folder / "a\x1b[2J.jsonl").touch()
    (folder / "b\nc.jsonl").touch()
    assert words("replay", "") == []


def test_every_path_that_a_command_takes_is_completed(folder: Path) -> None:
    (folder / "run.jsonl").touch()
    for name in COMMANDS:
        parameters = [one for one in whole(name).params if not getattr(one, "is_flag", False)]
        for one in parameters:
            if one.type_descriptor.annotation is not Path:
                continue
            before = [one.opts[0]] if one.param_type_name == "option" else []
            if one.name == "second":
                before = ["run.jsonl"]
            assert "run.jsonl" in words(name, *before, ""), (name, one.name)


def test_each_shell_gets_words_as_it_takes_them() -> None:
    found = candidates(["doctor", "--j"])
    assert lines("bash", found) == ["--json "]
    assert lines("fish", found) == ["--json\tAs JSON."]
    assert lines("zsh", found) == ["--json\t--json  As JSON."]
    assert lines("zsh", candidates(["themes"])) == ["themes\tthemes"]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_of_a_shell_is_printed(shell: str) -> None:
    done = CliRunner().invoke(build("completion"), ["completion", shell], prog_name="mlxtop")
    assert (done.exit_code, done.output) == (0, SCRIPTS[shell])


def test_another_shell_is_wrong_usage() -> None:
    done = CliRunner().invoke(build("completion"), ["completion", "tcsh"], prog_name="mlxtop")
    assert done.exit_code == 2
    assert "bash, zsh or fish" in done.output


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_a_name_with_a_space_and_goes_on_after_a_directory(folder: Path) -> None:
    (folder / "my run.jsonl").touch()
    (folder / "mine").mkdir()
    mlxtop = f'mlxtop() {{ {sys.executable} -m mlxtop "$@"; }}'
    typed = "COMP_WORDS=(mlxtop replay m) COMP_CWORD=2; _mlxtop; printf '[%s]' \"${COMPREPLY[@]}\""
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{mlxtop}\n{SCRIPTS['bash']}\n{typed}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout == "[mine/]['my run.jsonl' ]"

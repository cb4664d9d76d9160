"""The command line: files, exit statuses, and a run that is ended from outside."""

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from typer.testing import CliRunner

from mlxtop.bench import headless, report
from mlxtop.bench.formats import csv_text, document, read_result
from mlxtop.bench.headless import ProgressLines
from mlxtop.bench.plan_fields import make
from mlxtop.bench.result import Result, of_point
from mlxtop.bench.runner import BenchError
from mlxtop.bench.session import Doing
from mlxtop.commands.app import build
from mlxtop.exports import STDOUT, asked, built_in, same_file_twice
from mlxtop.launch import bench as launch
from mlxtop.sources.options import LiveOptions
from mlxtop.tui.app import MlxtopApp
from tests.bench.desk import DEMO, QUIET, Desk
from tests.terminal.desk import Desk as TerminalDesk
from tests.terminal.desk import wait_until_gone

app = build()

Start = Callable[..., Desk]
PLAN = make({"generation_tokens": 10, "trials": 3})


@pytest.fixture
def result(desk: Start) -> Result:
    it = desk(PLAN)
    it.run()
    return it.runner.result


class Over:
    """A plan that is over: what comes after it is looked at."""

    ready: Result

    def __init__(self, *_: object, **__: object) -> None:
        self.runner = self
        self.doing = Doing("done")
        self.trials: list[object] = []
        self.done = True

    def __enter__(self) -> "Over":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def steps(self) -> Iterator[None]:
        yield

    def tell_shortfall(self) -> int:
        return 0

    @property
    def result(self) -> Result:
        return self.ready


def outputs_of(**options: Any) -> headless.Outputs:
    """Return where results go, by the options of the formats and the other fields."""
    formats = {one.name: options.pop(one.name, None) for one in built_in("benchmark")}
    return headless.Outputs(exports=asked("benchmark", **formats), **options)


def test_files_and_the_exit_status(
    result: Result,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(headless, "Measuring", Over)
    monkeypatch.setattr(Over, "ready", result, raising=False)

    def status(**outputs: Any) -> int:
        made = outputs_of(**outputs)
        return headless.run(PLAN, [DEMO], LiveOptions(recordings=tmp_path), made)

    saved, told, rows = (tmp_path / f"result.{kind}" for kind in ("json", "md", "csv"))
    assert status(json=saved, markdown=told, csv=rows) == 0
    assert rows.read_text() == csv_text(result)
    assert read_result(saved.read_bytes()) == result
    assert told.read_text() == report.markdown(result)
    assert capsys.readouterr().out == report.text(result)
    held = tmp_path / "held.md"
    held.write_bytes((Path(__file__).parents[2] / "recordings" / "demo.jsonl").read_bytes())
    assert status(baseline=saved, fail_under=0.99) == 0
    assert status(baseline=saved, fail_under=1.01) == 1
    for outputs, words in (
        ({"baseline": told}, "create a baseline with that first"),
        ({"baseline": tmp_path / "none"}, "cannot be read: No such file"),
        ({"json": tmp_path / "none" / "a.json"}, f"there is no directory {tmp_path / 'none'}"),
        ({"markdown": tmp_path}, "is a directory: name a file in it"),
        ({"json": saved, "baseline": saved}, f"{saved} is an input and would be lost"),
        ({"csv": rows, "inputs": (told, rows)}, f"{rows} is an input and would be lost"),
        ({"markdown": held}, f"{held} is a recording, which would be lost"),
    ):
        capsys.readouterr()
        assert status(**outputs) == 1
        assert words in capsys.readouterr().err
    with monkeypatch.context() as locked:
        # Not by the file's mode: root may write all the same.
        locked.setattr(os, "access", lambda *_: False)
        assert status(csv=tmp_path / "a.csv") == 1
    assert "a.csv cannot be written: permission denied." in capsys.readouterr().err
    (one,) = result.points
    failed = msgspec.structs.replace(one.trials[0], failed="The engine stopped.")
    points = [of_point(one.point, [failed, *one.trials])]
    monkeypatch.setattr(Over, "ready", msgspec.structs.replace(result, points=points))
    assert status() == 1, "though three trials are valid"


def test_where_every_trial_failed_the_files_say_why(
    result: Result,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Failed(Over):
        def steps(self) -> Iterator[None]:
            yield
            self.trials = list(self.result.trials)
            raise BenchError("The engine stopped.")

    (one,) = result.points
    failed = msgspec.structs.replace(one.trials[0], failed="The engine stopped.")
    none = msgspec.structs.replace(result, points=[of_point(one.point, [failed])], complete=False)
    monkeypatch.setattr(headless, "Measuring", Failed)
    monkeypatch.setattr(Failed, "ready", none, raising=False)
    saved, told, rows = (tmp_path / f"result.{kind}" for kind in ("json", "md", "csv"))

    def status(**outputs: Any) -> int:
        made = outputs_of(**outputs)
        return headless.run(PLAN, [DEMO], LiveOptions(recordings=tmp_path), made)

    assert status(json=saved, markdown=told, csv=rows) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "mlxtop: The engine stopped.\n")
    assert [trial.failed for trial in read_result(saved.read_bytes()).trials] == [failed.failed]
    assert "failed: no trial finished" in told.read_text()
    assert "stopped: before its end" not in told.read_text()
    assert "**All trials failed, so there are no figures.**" in told.read_text()
    assert rows.read_text() == csv_text(none)
    assert status(json=STDOUT) == 1
    assert capsys.readouterr().out.encode() == document(none)


def test_stress_goes_by_time_so_many_trials_are_not_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(headless, "run", lambda *_, **__: 0)
    found = CliRunner().invoke(app, ["bench", "demo", "--headless", "--stress", "1", "-n", "200"])
    assert (found.exit_code, found.output) == (0, "")
    found = CliRunner().invoke(app, ["bench", "demo", "--headless", "--warm", "-n", "50"])
    assert found.exit_code == 2
    assert "That is 100 trials" in found.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--limit 0 --dataset x", "The limit of prompts must be between 1"),
        ("--batch 0", "The batch must be between 1 and 1024, not 0."),
        ("--delay nan", "The pause must be between 0 and 3600 s, not nan."),
        ("--stress 0", "The minutes must be more than 0 and at most 1440, not 0."),
        ("--stress nan", "The minutes must be more than 0"),
        ("--set temperature=nan", "Temperature must be between 0 and 10, not nan."),
        ("--sweep temperature=0,nan", "Temperature must be between 0 and 10, not nan."),
        ("--sweep kv_bits", "--sweep kv_bits has no value: NAME=VALUE"),
        ("--batch x", "--batch takes a number of requests, such as 4, or several, such as"),
        ("--fail-under nan --baseline x", "--fail-under takes a ratio above 0"),
        ("--fail-under 0.9", "--fail-under needs a --baseline"),
        ("--sweep kv_bits=4 --stress 1", "--sweep and --stress are two kinds of plan: use one of"),
        ("--sweep kv_bits=4 --stress 1 --warm", "--sweep, --stress and --warm are three kinds of"),
        ("--sweep kv_bits=4 --limit 3", "A plan of the kind sweep has no --limit: leave it"),
        ("--sweep kv_bits=4 -b 1,2", "or sweep the batch: --sweep batch=1,2."),
        ("--sweep kv_bits=4 -b 2", "A sweep has no batch: leave it out, or sweep it too"),
        ("--sweep batch=1,2 -b 4", "The batch is both set and swept: leave one of them out."),
        ("--scenarios nope", "There is no scenario 'nope' and no such file"),
        ("-b 2 --set kv_bits=4", "There is nothing to measure: mlx-lm does not quantize the KV"),
        ("-b 2,4 --draft demo", "There is nothing to measure: mlx-lm does not use a draft"),
        ("--breakdown --draft demo", "A breakdown works with a single model: leave out the"),
        ("--breakdown --sweep draft=off,demo", "A breakdown works with a single model"),
        ("--breakdown --sweep batch=1,2", "A breakdown works with single requests: leave out the"),
        ("--sweep top_p=0.5", "There is nothing to measure: top p has no effect at temperature 0"),
        ("-p 5000 -g 10 -n 1", "There is nothing to measure: 5,000 prompt tokens and 10 generated"),
        ("--json a --csv a", "need different files; one may be stdout."),
        ("--json a --csv ./x/../a", "need different files; one may be stdout."),
        ("-n 10000", "That is 10,000 trials: make the plan smaller, or use --yes."),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(words: str, said: str) -> None:
    found = CliRunner().invoke(app, ["bench", "demo", "--headless", *words.split()])
    assert found.exit_code == 2, found.output
    assert said in found.output
    assert found.output.startswith("mlxtop: ")
    assert found.output.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--dataset /nope", "/nope cannot be read: No such file or directory."),
        ("--scenarios {odd}", "is not JSON"),
        ("--plan /nope.toml", "The plan /nope.toml cannot be read: No such file or directory."),
        ("--plan {odd}", "is not TOML"),
        ("--plan {wrong}", "wrong.toml:1: The trials must be between 1 and 10000, not 0."),
        ("--prompt-config /nope --scenarios all", "/nope cannot be read: No such file"),
        ("--prompt-config {odd} --scenarios all --quick", "is not JSON"),
        ("--baseline /nope", "The baseline /nope cannot be read: No such file or directory."),
        ("--plan {small} --csv {small}", "small.toml is an input and would be lost"),
        ("--baseline {odd}", "is not a result of `mlxtop bench … --json` (line 1 is not JSON"),
        (
            "--baseline {deep}",
            "is not a result of `mlxtop bench … --json` (it is nested too deeply",
        ),
        (
            "--baseline {large}",
            "is not a result of `mlxtop bench … --json` (it is larger than 1 MiB",
        ),
        (
            "--baseline {digits}",
            "is not a result of `mlxtop bench … --json` (line 2 contains a whole",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence_and_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    odd, wrong, small = (tmp_path / name for name in ("odd.json", "wrong.toml", "small.toml"))
    deep, digits = tmp_path / "deep.json", tmp_path / "digits.json"
    deep.write_text("[" * 5000)
    large = tmp_path / "large.json"
    large.write_text("{}" + " " * 2**20)
    monkeypatch.setattr("mlxtop.bench.headless.MOST_BYTES", 2**20)
    digits.write_text(f'{{\n"format": {"7" * 5000}}}')
    odd.write_text("{")
    wrong.write_text("trials = 0\n")
    small.write_text("trials = 1\n")
    given = words.format(
        odd=odd,
        wrong=wrong,
        small=small,
        deep=deep,
        digits=digits,
        large=large,
    ).split()
    found = CliRunner().invoke(app, ["bench", "demo", "--headless", *given])
    assert found.exit_code == 1, found.output
    assert said in found.output
    assert found.output.count("\n") == 1


def test_the_help_says_what_the_exit_status_means() -> None:
    said = " ".join(CliRunner().invoke(app, ["bench", "--help"]).output.split())
    for status in ("0 ", "1 ", "2 ", "130 "):
        assert status in said.split("Exit status:")[1]


def test_what_is_wrong_in_a_plan_is_told_with_its_line_unless_a_flag_says_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("seed = 1\ntrials = 0\n")
    say = CliRunner().invoke
    found = say(app, ["bench", "demo", "--plan", str(path)])
    assert (found.exit_code, found.output.split(":")[1:3]) == (1, [" plan.toml", "2"])
    found = say(app, ["bench", "demo", "--plan", str(path), "-n", "-1"])
    assert found.exit_code == 2
    assert found.output == "mlxtop: The trials must be between 1 and 10000, not -1.\n"


@pytest.mark.parametrize("words", ["/nope", "demo --with /nope"])
def test_a_model_that_is_not_there_cannot_be_used(words: str) -> None:
    found = CliRunner().invoke(app, ["bench", *words.split(), "--headless"])
    assert found.exit_code == 1
    assert "There is nothing at /nope" in found.output


@pytest.mark.parametrize(
    ("number", "status", "reader", "more"),
    [
        (signal.SIGINT, 130, True, "--headless"),
        (signal.SIGTERM, 143, False, "--headless"),
        (signal.SIGHUP, 129, True, ""),
    ],
)
def test_a_run_that_is_ended_tells_and_writes_what_it_has(
    tmp_path: Path, number: int, status: int, reader: bool, more: str
) -> None:
    saved = tmp_path / "result.json"
    plan = tmp_path / "plan.toml"
    plan.write_text("cool_limit_seconds = 0\n")  # a busy machine would be waited for
    sizes = f"--plan {plan} -p 8 -g 4 -n 900"
    words = f"bench demo {more} --yes {sizes} --no-record --json {saved}".split()
    running = subprocess.Popen(
        [sys.executable, "-m", "mlxtop", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert running.stdout is not None
    assert running.stderr is not None
    if not reader:
        running.stdout.close()
    assert any(b"trial 1  prompt" in line for line in iter(running.stderr.readline, b""))
    running.send_signal(number)
    said = running.stdout.read().decode() if reader else ""
    errors = running.stderr.read().decode()
    assert running.wait() == status, errors
    assert "Traceback" not in errors
    result = read_result(saved.read_bytes())
    assert not result.complete
    assert result.trials
    assert not reader or "stopped    before its end" in said


@pytest.mark.slow
def test_without_a_screen_it_goes_on_when_its_terminal_is_closed(tmp_path: Path) -> None:
    saved = tmp_path / "result.json"
    desk = TerminalDesk(tmp_path)
    try:
        made = tmp_path / "plan.toml"
        made.write_text("cool_limit_seconds = 0\nmost_repeats = 0\n")
        sizes = ("--plan", str(made), "-p", "8", "-g", "4", "-n", "3")
        plan = (*sizes, "--no-record", "--json", str(saved))
        terminal = desk.open("bench", "demo", "--headless", *plan)
        terminal.wait_for("trial 1  prompt")
        running = psutil.Process(terminal.pid)
        terminal.hang_up()
        wait_until_gone([running])
    finally:
        desk.close()
    result = read_result(saved.read_bytes())
    assert result.complete
    assert len(result.trials) >= 3


@pytest.mark.parametrize(
    ("words", "asks"), [("", True), ("--no-record", True), ("-n 2", False), ("--json x", False)]
)
def test_on_a_terminal_a_form_asks_for_a_plan_that_nothing_was_said_of(
    monkeypatch: pytest.MonkeyPatch, words: str, asks: bool
) -> None:
    shown = []

    def show(app: MlxtopApp) -> int:
        shown.append((app.plan_form, app.wanted, app.bench is None))
        return 0

    monkeypatch.setattr(launch, "on_terminal", lambda: True)
    monkeypatch.setattr(launch, "show", show)
    found = CliRunner().invoke(app, ["bench", "demo", *words.split()])
    assert found.exit_code == 0, found.output
    assert shown == [(asks, DEMO if asks else None, asks)]


def test_two_names_of_one_file_are_one_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    os.link(tmp_path / "a", tmp_path / "b")
    assert same_file_twice([tmp_path / "a", tmp_path / "b"])
    assert same_file_twice([STDOUT, STDOUT])
    assert not same_file_twice([tmp_path / "c", tmp_path / "d", STDOUT])


@pytest.mark.parametrize("option", ["--json", "--csv", "--markdown"])
@pytest.mark.parametrize("linked", [False, True])
def test_no_result_is_written_over_a_models_own_file(
    tmp_path: Path, other_model: Path, option: str, linked: bool
) -> None:
    config = other_model / "config.json"
    before, target = config.read_bytes(), config
    if linked:
        target = tmp_path / "link.json"
        target.symlink_to(config)
    words = f"bench {other_model} -p 8 -g 4 -n 1 --headless {option} {target}".split()
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 1
    assert f"{target.name} is a file of the model and would be lost" in found.output
    assert config.read_bytes() == before


def test_a_result_beside_the_models_files_may_be_written_again(
    tmp_path: Path, result: Result
) -> None:
    outputs = outputs_of(json=tmp_path / "now.json", models=(tmp_path,))
    headless.prepared(outputs)
    (tmp_path / "now.json").write_bytes(document(result))
    headless.prepared(outputs)
    (tmp_path / "now.json").write_text('{"model_type": "x"}')
    with pytest.raises(BenchError, match="is a file of the model"):
        headless.prepared(outputs)


def test_an_older_result_stays_whole_where_a_new_one_cannot_be_written(
    tmp_path: Path,
    result: Result,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = {kind: tmp_path / f"now.{kind}" for kind in ("json", "csv", "markdown")}
    for path in files.values():
        path.write_text("yesterday")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outputs = outputs_of(**files)
    assert headless.deliver(result, outputs, None) == 1
    assert {path.read_text() for path in files.values()} == {"yesterday"}
    assert capsys.readouterr().err.count("cannot be written: No space left on device.") == 3
    assert len(list(tmp_path.iterdir())) == 3


def test_results_hold_prompts_so_only_their_owner_reads_them(
    tmp_path: Path, result: Result
) -> None:
    headless.deliver(result, outputs_of(json=tmp_path / "now.json"), None)
    assert (tmp_path / "now.json").stat().st_mode & 0o777 == 0o600


def test_without_a_terminal_a_running_plan_is_silent_for_two_seconds_at_most(
    desk: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    it = desk(PLAN)
    it.readings = lambda t: {**QUIET, "cpu.user_percent": 75.0 if t < 1020 else 25.0}
    progress, printed, lines = ProgressLines(it.runner, lambda: it.t), [it.t], list[str]()

    def poll() -> bool:
        progress.poll()
        if said := capsys.readouterr().err:
            lines.extend(said.splitlines())
            printed.append(it.t)
        return False

    it.run(until=poll)
    poll()
    assert max(later - earlier for earlier, later in pairwise(printed)) < 2.2
    waiting = next(line for line in lines if "waiting" in line)
    assert re.fullmatch(
        r"mlxtop: trial 1 of 3, 0:\d\d: waiting, \d+ s at most: other processes at 204 % of a core",
        waiting,
    )
    assert [line.split()[2] for line in lines if "prompt" in line] == ["1", "2", "3"]
    assert any(" left: " in line for line in lines)


def test_what_keeps_figures_from_saying_much_is_told_beside_piped_data_too(
    result: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = result.points
    trials = [msgspec.structs.replace(trial, unchecked=("x",)) for trial in one.trials]
    unsure = msgspec.structs.replace(result, points=[of_point(one.point, trials)])
    outputs = outputs_of(json=STDOUT)
    for told, status, said in ((result, 0, ""), (unsure, 0, f"mlxtop: {report.UNCHECKED}\n")):
        assert headless.deliver(told, outputs, None) == status
        assert capsys.readouterr().err == said

"""Without a terminal: one turn to stdout, its figures to stderr."""

import json
import signal
import subprocess
import threading
import time
from subprocess import Popen

import pytest

from mlxtop import clock, events
from tests.engine.models import END, TEMPLATE, said, write_script
from tests.terminal.desk import (
    MLXTOP,
    TOUR,
    Desk,
    engine,
    engines,
    read,
    replies,
    slowed,
    wait_until_gone,
)
from tests.terminal.terminal import PATIENCE_SECONDS

QUESTION = "What is wired memory?"


def test_the_reply_goes_to_stdout_and_the_figures_to_stderr(desk: Desk) -> None:
    program = desk.start("demo", "--prompt", QUESTION)
    reply, said = program.communicate()
    assert program.returncode == 0
    (recording,) = desk.recordings()
    assert reply == replies(read(recording))[0].rstrip("\n") + "\n" != "\n"
    for name in ("tokens", "TTFT", "TPOT", "tok/s", "peak MLX memory", f"recording {recording}"):
        assert name in " ".join(said.split())
    assert "\x1b" not in reply + said


def test_json_holds_every_figure(desk: Desk) -> None:
    program = desk.start("demo", "--json", "--no-record", stdin=QUESTION)
    printed, said = program.communicate()
    assert program.returncode == 0
    assert said == ""
    summary = json.loads(printed)
    assert summary["model"] == "demo"
    assert summary["finish_reason"] == "stop"
    assert summary["reply"]
    assert summary["recording"] is None
    assert summary["prompt_tokens"] > 0
    assert summary["generation_tokens"] > 1
    for name in (
        *("ttft_seconds", "decode_tokens_per_second", "tpot_p50_seconds", "tpot_p95_seconds"),
        *("tpot_p99_seconds", "peak_mlx_bytes", "load_seconds"),
    ):
        assert summary[name] > 0, name
    assert desk.recordings() == []


TOO_LONG = (
    "a context of 4,096: shorten it, begin a new conversation, or raise max_position_embeddings"
)


@pytest.mark.parametrize(
    ("arguments", "words", "status"),
    [
        (("./nowhere", "--prompt", QUESTION), "There is nothing at ./nowhere", 1),
        (("nobody/never-heard-of", "--prompt", QUESTION), "Hugging Face cache", 1),
        (("demo", "--prompt", "word and " * 6000), TOO_LONG, 1),
        (("demo", "--prompt", " "), "--prompt is empty.", 2),
        (("demo",), "There is no prompt: use --prompt TEXT", 2),
        (("demo", "--prompt", QUESTION, "--kv-bits", "4", "--max-kv-size", "64"), "combined", 2),
        (("demo", "--prompt", QUESTION, "--kv-bits", "7"), "KV bits", 2),
    ],
    ids=[
        "no path",
        "not cached",
        "too long",
        "no prompt",
        "no input",
        "two settings",
        "a setting",
    ],
)
def test_json_of_what_failed_is_an_object_with_the_sentence(
    desk: Desk, arguments: tuple[str, ...], words: str, status: int
) -> None:
    program = desk.start(*arguments, "--json", "--no-record")
    printed, said = program.communicate()
    assert program.returncode == status
    error = json.loads(printed)["error"]
    assert words in error
    assert said.startswith("mlxtop: ")
    assert words in said
    assert said.count(words) == 1


def test_a_reader_that_goes_away_ends_it_quietly(desk: Desk) -> None:
    command = '"$@" | head -c 10'
    program = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}", "bash", *MLXTOP, "demo"],
        env=desk.environment,
        cwd=desk.work,
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(program.stdout) == 10
    assert program.stderr == ""
    assert program.returncode in (0, 128 + signal.SIGPIPE)


def recorded(desk: Desk) -> list[events.AnyEvent]:
    """Return what was recorded so far."""
    return [event for file in desk.recordings() for event in read(file)]


def wait_for_event(
    program: "Popen[str]", desk: Desk, kind: type[events.Event], since: float = 0.0
) -> None:
    """Wait until an event of a kind is recorded that happened after time `since`."""
    while not any(isinstance(event, kind) and event.t > since for event in recorded(desk)):
        assert program.poll() is None
        time.sleep(0.02)


def first_words(program: "Popen[str]") -> str:
    """Return the first words of the reply, as soon as they come."""
    assert program.stdout is not None
    return program.stdout.read(10)


def test_control_c_stops_it_with_its_figures(desk: Desk) -> None:
    program = desk.start("demo", "--prompt", TOUR)
    wait_for_event(program, desk, events.TurnStart)
    child = engine(program.pid)
    with slowed(child):
        assert first_words(program)
        program.send_signal(signal.SIGINT)
    _, said = program.communicate()
    assert program.returncode == 128 + signal.SIGINT
    assert "stopped by you" in " ".join(said.split())
    assert "Traceback" not in said
    wait_until_gone([child])
    (recording,) = desk.recordings()
    assert isinstance(read(recording)[-1], events.End)


def test_a_killed_engine_is_one_sentence_and_status_1(desk: Desk) -> None:
    program = desk.start("demo", "--prompt", TOUR)
    wait_for_event(program, desk, events.TurnStart)
    child = engine(program.pid)
    with slowed(child):
        wait_for_event(program, desk, events.Tokens)
        child.kill()
    _, errors = program.communicate()
    assert program.returncode == 1
    sentences = [line for line in errors.splitlines() if line.startswith("mlxtop: ")]
    assert [line.partition(",")[0] for line in sentences if "engine" in line] == [
        "mlxtop: The engine stopped: killed by signal 9 (SIGKILL)"
    ]


def test_json_names_the_death_of_the_engine(desk: Desk) -> None:
    program = desk.start("demo", "--prompt", TOUR, "--json")
    wait_for_event(program, desk, events.TurnStart)
    child = engine(program.pid)
    with slowed(child):
        wait_for_event(program, desk, events.Tokens)
        child.kill()
    printed, said = program.communicate()
    assert program.returncode == 1
    summary = json.loads(printed)
    assert "signal 9 (SIGKILL)" in summary["error"]
    assert summary["error"] in said


@pytest.mark.parametrize("as_json", [False, True])
def test_a_run_that_cannot_be_recorded_says_so_and_fails(desk: Desk, as_json: bool) -> None:
    (desk.data / "recordings").write_text("in the way")
    program = desk.start("demo", "--prompt", QUESTION, *(["--json"] if as_json else []))
    reply, said = program.communicate()
    assert program.returncode == 1
    folder = desk.data / "recordings"
    why = f"Nothing was recorded: {folder} cannot be written (it is not a directory)"
    assert f"mlxtop: {why}." in said
    assert "Prompts and replies are recorded" not in said
    if as_json:
        summary = json.loads(reply)
        assert (summary["recording"], summary["recording_shortfall"]) == (None, f"{why}.")
    else:
        assert "recording none" in " ".join(said.split())


def test_a_turn_that_does_not_stop_is_told_of_and_ended_by_a_second_control_c(desk: Desk) -> None:
    endless = "".join("{% for a in range(99999) %}" for _ in range(4)) + "{% endfor %}" * 4
    at_length = "{% if messages[0].content | length > 20 %}" + endless + "{% endif %}"
    write_script(desk.work / "m", [*said("Yes"), END], template=at_length + TEMPLATE)
    program = desk.start("./m", "--prompt", QUESTION)
    wait_for_event(program, desk, events.TurnStart)
    # A reading later the program waits for the turn, where it takes Ctrl-C.
    begun = clock.now()
    wait_for_event(program, desk, events.Sample, since=begun)
    children = engines(program.pid)
    program.send_signal(signal.SIGINT)
    assert program.stderr is not None
    patience = threading.Timer(PATIENCE_SECONDS, program.kill)
    patience.start()
    words = "has not responded to the stop for 3 s; stop again"
    assert any(words in line for line in iter(program.stderr.readline, ""))
    program.send_signal(signal.SIGINT)
    _, told = program.communicate()
    patience.cancel()
    assert program.returncode == 128 + signal.SIGINT
    assert "Traceback" not in told
    wait_until_gone(children)

"""What is wrong is said in one clear sentence, never in a traceback."""

import json
import os
import shutil
from pathlib import Path

import pytest

from mlxtop import paths
from tests.terminal.desk import Desk, figures

QUESTION = "What is swap?"
LONG = "word and " * 6000


def copy_of_demo(folder: Path) -> Path:
    """Make a model directory like the built-in one."""
    shutil.copytree(paths.demo_model_dir(), folder)
    return folder


def bad_models(work: Path) -> dict[str, str]:
    """Return models that cannot be loaded, each with words of the sentence to be said."""
    (work / "notes.txt").write_text("not a model", "utf-8")
    (work / "pictures").mkdir()
    broken = copy_of_demo(work / "broken")
    for weights in broken.glob("*.safetensors"):
        os.truncate(weights, weights.stat().st_size // 2)
    return {
        str(work / "nothing-here"): "There is nothing at",
        str(work / "notes.txt"): "is a file; a model is a directory",
        str(work / "pictures"): "it has no config.json",
        str(broken): "is cut off",
        "nobody/never-heard-of": "neither a directory here nor in the Hugging Face cache",
    }


def without_template(work: Path) -> Path:
    """Make a model like the built-in one, without its chat template."""
    plain = copy_of_demo(work / "plain")
    (plain / "chat_template.jinja").unlink(missing_ok=True)
    settings = json.loads((plain / "tokenizer_config.json").read_text("utf-8"))
    settings.pop("chat_template", None)
    (plain / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    return plain


def test_without_a_screen_each_is_one_sentence_and_exit_status_1(desk: Desk) -> None:
    models = bad_models(desk.work)
    started = {name: desk.start(name, "--prompt", QUESTION) for name in models}
    started["long"] = desk.start("demo", stdin=LONG)
    models["long"] = "a context of 4,096"
    for name, program in started.items():
        reply, said = program.communicate()
        assert models[name] in said, name
        assert said.count(models[name]) == 1, "said once"
        assert said.startswith("mlxtop: ")
        assert "Traceback" not in said
        assert program.returncode == 1, name
        assert reply.strip() == ""


def test_a_model_without_a_chat_template_answers_and_says_so(desk: Desk) -> None:
    plain = without_template(desk.work)
    program = desk.start(str(plain), "--prompt", QUESTION, "--max-tokens", "5", "--no-record")
    reply, said = program.communicate()
    assert program.returncode == 0
    assert reply
    assert "plain has no chat template" in said


def test_on_the_screen_each_is_a_sentence_and_the_app_stays(desk: Desk) -> None:
    models = bad_models(desk.work)
    cut, words = str(desk.work / "broken"), models[str(desk.work / "broken")]
    terminal = desk.open(cut)
    terminal.wait_for(words)
    terminal.type(f"{QUESTION}\r")
    terminal.wait_for("No model is loaded; F6 opens one. Your text is kept.")
    # Another one can be opened, and a prompt longer than its context is refused.
    terminal.press("f6")
    terminal.wait_for("Filter, or type a model's id", "built in")
    terminal.type("demo")
    terminal.press("enter")
    terminal.wait_until(lambda: terminal.lines[0].startswith(" mlxtop  demo  1."), "the model")
    terminal.type(f"\x15\x1b[200~{LONG}\x1b[201~")
    terminal.wait_for("word and word and")
    terminal.press("enter")
    terminal.wait_for("a context of 4,096", "failed")
    terminal.press("ctrl+n")
    terminal.wait_for("No messages yet")
    terminal.type(f"{QUESTION}\r")
    terminal.wait_until(lambda: figures(terminal, QUESTION) != "", "a reply")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("demo", "--hz", "900"), "--hz 900 is not between 1 and 20."),
        (("demo", "--anonymous", "--text"), "--anonymous removes text and --text keeps it"),
        (("replay", "x.jsonl", "--speed", "3"), "--speed 3 is not one of 0.25, 0.5, 1, 2"),
        (("demo", "--colour"), "No such option: --colour"),
        (("demo", "--kv-bits", "four"), "Invalid value for '--kv-bits'"),
        (("one", "two"), "unexpected extra argument"),
    ],
)
def test_a_wrong_command_line_is_exit_status_2(
    desk: Desk, arguments: tuple[str, ...], words: str
) -> None:
    program = desk.start(*arguments)
    reply, said = program.communicate()
    assert program.returncode == 2
    assert words in " ".join(said.replace("│", " ").split())
    assert "Traceback" not in said
    assert reply == ""


def test_errors_in_the_config_are_named_and_the_app_starts(desk: Desk) -> None:
    lines = ["hz = 900", 'colour = "red"', "[keys]", 'quit = "f1"', "[sampling]", 'seed = "x"']
    (desk.config / "config.toml").write_text("\n".join(lines), "utf-8")
    terminal = desk.open("demo")
    terminal.wait_for(
        "config.toml line 1: hz must be between 1 and 20",
        "line 2: unknown setting colour",
        "line 4: quit cannot have the key f1",
        "line 6: sampling.seed must be a whole number",
    )
    terminal.wait_for("5 Hz", "Enter sends")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    program = desk.start("config")
    _, said = program.communicate()
    assert program.returncode == 1
    assert said.count("config.toml line") == 4


def test_a_config_that_is_no_toml_is_named_and_defaults_hold(desk: Desk) -> None:
    (desk.config / "config.toml").write_text("hz = = 3", "utf-8")
    terminal = desk.open("demo")
    terminal.wait_for("is not TOML", "defaults are used", "Enter sends")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0

"""Exports of an installed package, through the command line and the app.

`MODULE` is all that a package needs. The command line, its help and messages, and the app's dialog
list its formats.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.app import App
from textual.widgets import OptionList
from typer.testing import CliRunner

from mlxtop.bench.plan import Plan
from mlxtop.bench.plan_fields import make, read_plan
from mlxtop.commands.app import build
from mlxtop.exports import (
    EXPORTS,
    Export,
    Family,
    built_in,
    find,
    named,
    offered,
    table,
    usual,
    write,
)
from mlxtop.format import listed
from mlxtop.tui.bench.export import write_plan
from mlxtop.tui.dialogs.pick import PickDialog, ask_formats
from mlxtop.tui.run.conversation_export import ConversationExport
from mlxtop.tui.themes import variable_defaults
from tests.app.desk import Desk, replaying
from tools import exports_reference

MODULE = """
import json
from mlxtop.exports import Export

def spoken(result):
    return f"a result of {result.loads[0].model}\\n"

def lines(entries, *, model, date, figures):
    said = [json.dumps({"who": one.role, "text": one.text}) for one in entries]
    return "\\n".join([json.dumps({"messages": figures["messages"]}), *said]) + "\\n"

class Ticks:
    def __init__(self, out):
        self.out = out
    def begin(self, header):
        self.out.write("began\\n")
    def write(self, event, *, tick):
        if tick:
            self.out.write("tick\\n")
    def end(self, reason):
        self.out.write(f"ended: {reason}\\n")

def names(items):
    return b"".join(item.path.name.encode() + b"\\n" for item in items)

SPOKEN = Export(
    family="benchmark", name="spoken", suffix=".txt", help="A sentence.", writer=spoken
)
LINES = [
    Export(family="conversation", name="lines", suffix=".lines", help="For a script.",
           writer=lines),
    Export(family="readings", name="lines", suffix=".lines", help="Ticks.",
           writer="made_up_exports:Ticks"),
    Export(family="recordings", name="lines", suffix=".lines", help="Names.", writer=names),
]
"""
POINTS = "spoken = made_up_exports:SPOKEN\nlines = made_up_exports:LINES\n"
BROKEN = "broken = no_such_module:EXPORT\n"


def install(folder: Path, points: str, module: str = MODULE, name: str = "made-up") -> None:
    """Install a package into a folder on the path."""
    (folder / "made_up_exports.py").write_text(module)
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[mlxtop.exports]\n{points}")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the package installed, on the path."""
    folder = tmp_path / "site"
    folder.mkdir()
    install(folder, POINTS)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "made_up_exports", raising=False)
    return folder


BENCHMARK: tuple[Family, ...] = ("benchmark",)


def names_of(*families: Family) -> list[str]:
    """Return the names of the built-in formats of families, as the help lists them."""
    return sorted({one.name for one in built_in(*families)})


def run(*words: str) -> tuple[int, str]:
    """Return the exit status and the output of a command."""
    found = CliRunner().invoke(build(), list(words), prog_name="mlxtop", env={"COLUMNS": "200"})
    return found.exit_code, found.output


# -- the command line --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("alone")
def test_a_benchmark_is_written_in_a_format_of_a_package(package: Path, tmp_path: Path) -> None:
    plan = "bench demo -p 8 -g 4 -n 1 --headless --no-record --yes --delay 0"
    saved, data = tmp_path / "said.txt", tmp_path / "result.json"
    run(*plan.split(), "--export", f"spoken={saved}", "--json", str(data))
    assert saved.read_text() == "a result of demo\n"
    assert json.loads(data.read_bytes())["format"] == 1


def test_help_lists_the_formats_of_packages_with_their_help(package: Path) -> None:
    for command, families, brought in (
        ("bench", BENCHMARK, "spoken (A sentence)"),
        ("recordings", ("recordings",), "lines (Names)"),
        ("watch", ("reading", "readings"), "lines (Ticks)"),
    ):
        formats = f"{', '.join(names_of(*families))}, {brought}."
        assert formats in " ".join(run(command, "--help")[1].split()), command


def test_an_unknown_format_is_named_with_the_known_ones(package: Path) -> None:
    status, sentence = run("bench", "demo", "--export", "spokn=a")
    formats = listed(sorted([*names_of(*BENCHMARK), "spoken"]))
    assert (status, sentence) == (
        2,
        "mlxtop: spokn is not a format of a benchmark's result. Did you mean spoken? "
        f"Formats are {formats}.\n",
    )
    assert run("bench", "demo", "--export", "spoken=")[0] == 2


def test_a_list_of_recordings_is_printed_in_a_format_of_a_package(package: Path) -> None:
    folder = Path(__file__).parents[2] / "recordings"
    status, output = run("recordings", str(folder), "--export", "lines")
    assert status == 0
    assert "tour.jsonl" in output.splitlines()
    assert {len(line.split()) for line in output.splitlines()} == {1}, "no table beside it"


def test_readings_are_streamed_in_a_format_of_a_package(package: Path) -> None:
    status, output = run("watch", "--export", "lines", "--count", "1", "--hz", "20")
    assert (status, output) == (0, "began\ntick\nended: as many readings as asked for\n")
    assert "cannot be printed together" in run("watch", "--csv", "--export", "lines")[1]


def test_a_built_in_format_can_be_chosen_by_name(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "recordings"
    by_name = run("recordings", str(folder), "--export", f"json={tmp_path / 'a.json'}")
    assert by_name[0] == 0
    assert "tour.jsonl" in by_name[1], "the table is printed beside it"
    printed = run("recordings", str(folder), "--json")[1]
    assert json.loads((tmp_path / "a.json").read_text()) == json.loads(printed)


# -- loading, and faulty packages --------------------------------------------------------------


def test_built_in_formats_load_no_package(package: Path) -> None:
    code = (
        "import sys; from mlxtop.exports import asked, find, usual; find('json', 'benchmark'); "
        "usual('conversation'); import mlxtop.commands.app; mlxtop.commands.app.build(); "
        "print('made_up_exports' in sys.modules, 'importlib.metadata' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{package}:{Path(__file__).parents[2]}"},
    )
    assert done.stdout.split()[0] == "False"
    assert find("spoken", "benchmark").package == "made-up 1.0"
    assert "made_up_exports" in sys.modules


def test_a_package_that_cannot_be_imported_is_one_message(package: Path) -> None:
    (package / "other").mkdir()
    install(package / "other", BROKEN, name="broken-one")
    sys.path.insert(0, str(package / "other"))
    words = (
        "mlxtop: The export broken of broken-one 1.0 cannot be loaded: "
        "ModuleNotFoundError: No module named 'no_such_module'.\n"
    )
    assert run("bench", "demo", "--export", "broken=a") == (1, words)
    page = run("bench", "--help")[1]
    assert words in page
    assert "spoken (A sentence)" in " ".join(page.split())


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("raise SystemExit(3)", "cannot be loaded: SystemExit: 3."),
        ("SPOKEN = 5", "cannot be loaded: TypeError: int instead of Export."),
        (
            "from mlxtop.exports import Export\n"
            "SPOKEN = Export(family='song', name='spoken', suffix='.s', help='', writer='a:b')",
            "cannot be loaded: ValueError: the family 'song' is not one of benchmark",
        ),
        (
            "from mlxtop.exports import Export\n"
            "SPOKEN = Export(family='benchmark', name='x', suffix='.s', help='', writer='a:b')",
            "cannot be loaded: ValueError: its entry point is not named x.",
        ),
    ],
)
def test_a_faulty_entry_point_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, sentence: str
) -> None:
    install(tmp_path, "spoken = made_up_exports:SPOKEN\n", body)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "made_up_exports", raising=False)
    status, output = run("bench", "demo", "--export", "spoken=a")
    assert status == 1
    assert sentence in output
    assert output.count("\n") == 1


def test_a_package_cannot_replace_a_built_in_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "csv = made_up_exports:SPOKEN\n", MODULE.replace('"spoken"', '"csv"'))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "made_up_exports", raising=False)
    formats, problems = offered("benchmark")
    assert formats == built_in("benchmark")
    assert problems == ["The export csv of made-up 1.0 has a name that is already taken."]


def test_a_writer_that_fails_is_one_message_and_the_others_are_written(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = MODULE.replace("return b", "raise KeyError(str(len(items)))\n    return b")
    (package / "made_up_exports.py").write_text(failing)
    targets = [named(f"{name}={tmp_path / name}", "recordings") for name in ("lines", "json")]
    assert not write(targets, [])
    sentence = "mlxtop: The export lines of made-up 1.0 failed: KeyError: '0'.\n"
    assert capsys.readouterr().err == sentence
    assert not (tmp_path / "lines").exists()
    assert (tmp_path / "json").read_text() == "[]\n"


def test_every_built_in_writer_can_be_loaded() -> None:
    for export in EXPORTS:
        assert callable(export.load()), export.name


def test_the_documentation_matches_the_table() -> None:
    text = exports_reference.DOCUMENT.read_text("utf-8")
    assert text == exports_reference.document(text)


# -- the app ---------------------------------------------------------------------------------------


def choices(desk: Desk) -> list[str]:
    """Return the rows of the dialog."""
    offers = desk.screen.query_one(OptionList)
    return [str(option.prompt) for option in offers.options]


async def test_the_app_asks_for_the_format_if_a_package_adds_one(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with replaying(tmp_path) as desk:
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.screen, PickDialog), "the formats")
        first, *_, last = rows = [row.split() for row in choices(desk)]
        assert first[:2] == ["usual", usual("conversation")[0].name]
        assert last == ["lines", "For", "a", "script.", "(made-up", "1.0)"]
        await desk.press(*["down"] * (len(rows) - 1), "enter")
        await desk.until(lambda: [*tmp_path.glob("mlxtop-*.lines")], "the file")
    (path,) = tmp_path.glob("mlxtop-*.lines")
    about, *entries = path.read_text().splitlines()
    assert json.loads(about) == {"messages": len(entries)}
    assert {json.loads(line)["who"] for line in entries} >= {"user", "assistant"}


class Themed(App[None]):
    """An app that has only mlxtop's colours."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()


async def test_the_dialog_of_a_result_offers_all_formats(package: Path) -> None:
    taken: list[list[Export]] = []
    usually = listed(one.name for one in usual("benchmark"))
    app = Themed()
    async with app.run_test() as pilot:
        ask_formats(app.screen, "benchmark", taken.append)
        await app.workers.wait_for_complete()
        await pilot.pause()
        offers = app.screen.query_one(OptionList)
        names = [str(option.prompt).split()[0] for option in offers.options]
        assert names == ["usual", *(one.name for one in built_in("benchmark")), "spoken"]
        assert usually in str(offers.options[0].prompt)
        await pilot.press("enter")
        await pilot.pause()
    assert taken == [usual("benchmark")]


async def test_a_conversation_is_not_written_on_the_thread_of_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def noted(*_: object, **others: object) -> str:
        threads.append(threading.current_thread())
        return "written"

    (export,) = usual("conversation")
    monkeypatch.setattr(table, "EXPORTS", [replace(export, writer=noted)])
    monkeypatch.chdir(tmp_path)
    async with replaying(tmp_path) as desk:
        await desk.press("ctrl+s")
        await desk.until(lambda: [*tmp_path.glob("mlxtop-*.md")], "the file")
    assert len(threads) == 1
    assert threading.main_thread() not in threads


async def test_an_export_is_written_though_the_app_is_closed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begun = threading.Event()

    def noted(*_: object, **others: object) -> str:
        begun.set()
        return "written"

    (export,) = usual("conversation")
    monkeypatch.setattr(table, "EXPORTS", [replace(export, writer=noted)])
    async with replaying(tmp_path) as desk:
        ConversationExport(desk.run, desk.run.source).action_export()
        assert begun.wait(10), "it waits for the loop of the app, which may end"


def test_a_plan_is_written_in_the_formats_that_were_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = Export(
        family="plan", name="kind", suffix=".txt", help="Kind.", writer=lambda plan: plan.kind
    )
    plan = Plan(kind="warm", trials=2)
    assert write_plan(plan, [*usual("plan"), own]).endswith(".toml and .txt")
    assert next(tmp_path.glob("mlxtop-plan-warm-*.txt")).read_text() == "warm"
    runs = write_plan(plan, usual("plan"))
    assert make(read_plan(tmp_path / runs.split()[-1])) == plan
    assert " --plan mlxtop-plan-warm-" in runs


PLAIN = Export(family="conversation", name="plain", suffix=".txt", help="Plain.", writer=str)


async def test_the_app_asks_if_a_built_in_format_can_only_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "EXPORTS", [*EXPORTS, PLAIN])
    monkeypatch.chdir(tmp_path)
    async with replaying(tmp_path) as desk:
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.screen, PickDialog), "the formats")
        assert choices(desk)[-1].split() == ["plain", "a", ".txt", "file"]


async def test_the_app_does_not_ask_if_all_formats_are_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "EXPORTS", usual("conversation"))
    monkeypatch.chdir(tmp_path)
    async with replaying(tmp_path) as desk:
        await desk.press("ctrl+s")
        await desk.until(lambda: [*tmp_path.glob("mlxtop-*.md")], "the file")
        assert not isinstance(desk.screen, PickDialog)

"""The first screen, driven by keys, with a cache and recordings made up for each test."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import on
from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input, Static

from mlxtop import events
from mlxtop.models.fits import MemoryLimit
from mlxtop.sensors.machine import Machine
from mlxtop.tui.download import DownloadScreen
from mlxtop.tui.home import HomeScreen
from mlxtop.tui.home.lists import Choices
from mlxtop.tui.home.screen import machine_line
from mlxtop.tui.themes import variable_defaults
from tests.models.conftest import hub as hub
from tests.models.fakes import cached, model_dir
from tests.models.hub_server import Hub

LIMIT = MemoryLimit(36_000_000_000, "a test")
SIZES = [(200, 50), (120, 40), (80, 24), (40, 12), (20, 5), (3, 2), (1, 1)]


class HomeApp(App[None]):
    """An app with nothing but the first screen above an empty one."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__()
        self.arguments = arguments
        self.said: list[HomeScreen.Chosen | HomeScreen.UnloadWanted] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def on_mount(self) -> None:
        self.push_screen(HomeScreen(**self.arguments))

    @on(HomeScreen.Chosen)
    @on(HomeScreen.UnloadWanted)
    def _said(self, message: HomeScreen.Chosen | HomeScreen.UnloadWanted) -> None:
        self.said.append(message)

    @property
    def chosen(self) -> tuple[str, str, str]:
        (message,) = self.said
        assert isinstance(message, HomeScreen.Chosen)
        return message.kind, message.value, message.name


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache; the built-in model is a made-up one too."""
    demo = model_dir(tmp_path / "demo")
    monkeypatch.setattr("mlxtop.paths.demo_model_dir", lambda: demo)
    monkeypatch.setattr("mlxtop.paths.shipped_recordings_dir", lambda: tmp_path / "shipped")
    path = tmp_path / "hub"
    path.mkdir()
    return path


@pytest.fixture
def models(cache: Path) -> Path:
    """Return a cache with two models that open, one of an unknown type, one half there."""
    cached(cache, "owner/Alpha-4bit")
    cached(cache, "owner/Beta-8bit")
    cached(cache, "owner/bert", {"model_type": "bert"})
    (cached(cache, "owner/half") / "model.safetensors").unlink()
    return cache


def record(directory: Path, name: str, closed: bool = True) -> Path:
    directory.mkdir(exist_ok=True)
    header = events.Header(
        t=10.0, schema=events.SCHEMA_VERSION, wall=1_700_000_000.0, clock="c", mlxtop="0"
    )
    lines = [header, events.LoadEnd(t=11.0, model="owner/Alpha-4bit"), events.Mark(t=75.0)]
    if closed:
        lines.append(events.End(t=75.0))
    path = directory / f"{name}.jsonl"
    path.write_bytes(b"".join(events.encode(line) for line in lines))
    return path


@asynccontextmanager
async def opened(
    tmp_path: Path, cache: Path, size: tuple[int, int] = (120, 40), **more: Any
) -> AsyncIterator[tuple[HomeApp, Pilot[None]]]:
    app = HomeApp(limit=LIMIT, cache=cache, recordings_dir=tmp_path / "recordings", **more)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        yield app, pilot


async def settled(app: HomeApp, pilot: Pilot[None]) -> None:
    await app.workers.wait_for_complete()
    await pilot.pause()


def rows(app: HomeApp) -> list[str]:
    return [str(option.prompt).strip() for option in app.screen.query_one(Choices).options]


def row(app: HomeApp, word: str) -> str:
    (found,) = [line for line in rows(app) if word in line]
    return found


def about(app: HomeApp) -> str:
    return str(app.screen.query_one("#about", Static).content)


async def test_models_demo_and_recordings_are_listed(tmp_path: Path, models: Path) -> None:
    record(tmp_path / "recordings", "one")
    record(tmp_path / "recordings", "two", closed=False)
    async with opened(tmp_path, models) as (app, _):
        assert row(app, "owner/Beta-8bit").split()[1:] == [
            "4.44", "kB", "bfloat16", "2.11", "k", "fits",
        ]  # fmt: skip
        assert "does not support 'bert'" in row(app, "owner/bert")
        assert "no weights" in row(app, "owner/half")
        assert row(app, "demo").startswith("demo")
        assert sum("1:05" in line for line in rows(app)) == 2
        assert sum("incomplete" in line for line in rows(app)) == 1
        assert rows(app).index(row(app, "owner/bert")) > rows(app).index(row(app, "owner/Beta"))


async def test_enter_opens_the_model_that_is_highlighted(tmp_path: Path, models: Path) -> None:
    async with opened(tmp_path, models) as (app, pilot):
        await pilot.press(*"beta")
        assert [line for line in rows(app) if "owner" in line] == [row(app, "owner/Beta-8bit")]
        await pilot.press("enter")
        await pilot.pause()
        kind, value, name = app.chosen
        assert (kind, name) == ("model", "owner/Beta-8bit")
        assert (Path(value) / "config.json").is_file()
        assert not isinstance(app.screen, HomeScreen), "it closes itself"


async def test_arrows_move_over_all_lists_and_skip_headings(tmp_path: Path, models: Path) -> None:
    path = record(tmp_path / "recordings", "one")
    async with opened(tmp_path, models) as (app, pilot):
        await pilot.press("up")
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen[:2] == ("recording", str(path))


async def test_the_built_in_model_is_always_there(tmp_path: Path, cache: Path) -> None:
    async with opened(tmp_path, cache) as (app, pilot):
        assert "hf download mlx-community/Llama-3.2-3B-Instruct-4bit" in " ".join(rows(app))
        assert "explains the panes" in about(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == ("demo", str(tmp_path / "demo"), "demo")


async def test_a_cache_that_is_away_is_named(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", "/Volumes/Away/hub")
    async with opened(tmp_path, Path("/Volumes/Away/hub"), (200, 50)) as (app, _):
        assert row(app, "There is no Hugging Face cache at /Volumes/Away/hub")
        assert not any("None yet. Type" in line for line in rows(app))


async def test_shipped_recordings_stand_in_for_ones_own(tmp_path: Path, cache: Path) -> None:
    path = record(tmp_path / "shipped", "demo")
    async with opened(tmp_path, cache) as (app, pilot):
        assert "none of your own yet; these came with mlxtop" in row(app, "recordings  ")
        await pilot.press("up", "enter")
        await pilot.pause()
        assert app.chosen[:2] == ("recording", str(path))
    record(tmp_path / "recordings", "own")
    async with opened(tmp_path, cache) as (app, _):
        assert "came with mlxtop" not in " ".join(rows(app))


async def test_what_cannot_be_loaded_says_why_and_does_not_open(
    tmp_path: Path, models: Path
) -> None:
    async with opened(tmp_path, models) as (app, pilot):
        await pilot.press(*"bert")
        assert "does not support 'bert'" in about(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.said == []
        assert isinstance(app.screen, HomeScreen)


async def test_a_path_that_was_typed_is_looked_at(tmp_path: Path, cache: Path) -> None:
    model_dir(tmp_path / "mine")
    (tmp_path / "a.gguf").touch()
    async with opened(tmp_path, cache) as (app, pilot):
        typed = app.screen.query_one(Input)
        typed.value = str(tmp_path / "nothing")
        await pilot.pause()
        await settled(app, pilot)
        assert "There is nothing at" in about(app)
        typed.value = str(tmp_path / "a.gguf")
        await pilot.pause()
        await settled(app, pilot)
        assert "GGUF file; mlx-lm needs a directory with safetensors" in about(app)
        typed.value = str(tmp_path / "mine")
        await pilot.pause()
        await settled(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen[:2] == ("model", str(tmp_path / "mine"))


@pytest.mark.parametrize("width", [120, 80])
async def test_a_path_with_nothing_there_is_told_of_once(
    tmp_path: Path, cache: Path, width: int
) -> None:
    async with opened(tmp_path, cache, size=(width, 24)) as (app, pilot):
        await pilot.press(*"./nowhere")
        await settled(app, pilot)

        def told() -> list[str]:
            return [row for row in [*rows(app), about(app)] if "nothing" in row.lower()]

        assert "./nowhere" in "".join(rows(app))
        assert told() == ["There is nothing at nowhere."]
        await pilot.press("enter")
        await pilot.pause()
        assert told() == ["▲ There is nothing at nowhere."]
        await pilot.press("x")
        await settled(app, pilot)
        assert told() == ["There is nothing at nowherex."]


async def test_what_is_pasted_is_cleaned(tmp_path: Path, cache: Path) -> None:
    async with opened(tmp_path, cache) as (app, pilot):
        app.screen.query_one(Input).post_message(Paste("/models/\x1b[31m\x9b\u202ex\n"))
        await pilot.pause()
        assert app.screen.query_one(Input).value == "/models/[31mx"


async def test_a_recording_opens_by_its_path(tmp_path: Path, cache: Path) -> None:
    path = record(tmp_path, "elsewhere")
    async with opened(tmp_path, cache) as (app, pilot):
        app.screen.query_one(Input).value = str(path)
        await pilot.pause()
        await settled(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen[:2] == ("recording", str(path))


async def test_a_broken_recording_says_why_beside_its_name(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "broken.jsonl").write_text("hello")
    async with opened(tmp_path, cache) as (app, pilot):
        shown = row(app, "broken.jsonl")
        assert "is not a recording of mlxtop: its first line is not a header" in shown
        assert str(folder) not in shown
        app.screen.query_one(Input).value = "broken"
        await settled(app, pilot)
        words = "broken.jsonl is not a recording of mlxtop: its first line is not a header."
        assert about(app) == words
        await pilot.press("enter")
        assert about(app) == f"▲ {words}"


async def test_text_that_means_nothing_is_told(tmp_path: Path, models: Path) -> None:
    async with opened(tmp_path, models) as (app, pilot):
        await pilot.press(*"[red]zz")
        assert rows(app) == ["No match for '[red]zz': type a complete id (owner/name) or a path."]
        await pilot.press("enter")
        assert app.said == []
        await pilot.press("escape")
        assert app.screen.query_one(Input).value == ""
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, HomeScreen)


async def test_the_loaded_model_is_marked_and_can_be_unloaded(tmp_path: Path, models: Path) -> None:
    async with opened(tmp_path, models, current="owner/Beta-8bit") as (app, pilot):
        assert row(app, "owner/Beta-8bit").startswith("●")
        assert "Loaded now; Ctrl+L unloads it." in about(app)
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert isinstance(app.said[0], HomeScreen.UnloadWanted)
        assert not any("●" in line for line in rows(app))


async def test_a_model_that_runs_its_own_code_says_so(tmp_path: Path, cache: Path) -> None:
    cached(cache, "owner/odd", {"model_type": "odd", "model_file": "odd.py"})
    async with opened(tmp_path, cache) as (app, pilot):
        assert "--trust-remote-code" in about(app)
        await pilot.press("enter")
        await pilot.pause()
        (message,) = app.said
        assert isinstance(message, HomeScreen.Chosen)
        assert message.needs_code


async def test_names_are_never_markup_or_control_characters(tmp_path: Path, cache: Path) -> None:
    cached(cache, "owner/[bold]\x1b[31m")
    async with opened(tmp_path, cache) as (app, _):
        assert "owner/[bold]␛[31m" in row(app, "owner/")


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_draws(tmp_path: Path, models: Path, size: tuple[int, int]) -> None:
    record(tmp_path / "recordings", "one")
    async with opened(tmp_path, models, size) as (app, pilot):
        lines = [len(line) for line in rows(app)]
        assert max(lines) <= max(size[0], 44)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        if size[0] >= 20:
            assert "Alpha-4bit" in " ".join(rows(app))


async def asked(app: HomeApp, pilot: Pilot[None], phase: str) -> None:
    """Wait until the dialog is in a phase; it follows another process."""
    for _ in range(600):
        if app.screen.has_class(phase):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"the dialog is not {phase}: {app.screen.classes}")


@pytest.fixture
def repository(hub: Hub, tmp_path: Path) -> str:
    """Return the id of a model on the hub."""
    made = model_dir(tmp_path / "made", tensors={"a": ("BF16", [500_000], 1_000_000)})
    hub.repositories["owner/new"] = {path.name: path.read_bytes() for path in made.iterdir()}
    return "owner/new"


async def test_a_model_is_downloaded_after_asking_and_opens(
    tmp_path: Path, cache: Path, repository: str, hub: Hub
) -> None:
    async with opened(tmp_path, cache) as (app, pilot):
        app.screen.query_one(Input).value = repository
        await pilot.pause()
        assert "download…" in row(app, repository)
        await pilot.press("enter")
        await asked(app, pilot, "-planned")
        text = str(app.screen.query_one("#text", Static).content)
        assert "Download 1.00 MB in 4 files from 127.0.0.1" in text
        assert "free)" in text
        assert "fits (needs about" in text
        assert hub.fetched == []
        await pilot.press("enter")
        for _ in range(600):
            if app.said:
                break
            await pilot.pause(0.05)
        assert app.chosen[::2] == ("model", repository)


async def test_a_download_is_cancelled_by_a_key(
    tmp_path: Path, cache: Path, repository: str, hub: Hub
) -> None:
    hub.go.clear()
    async with opened(tmp_path, cache) as (app, pilot):
        app.screen.query_one(Input).value = repository
        await pilot.pause()
        await pilot.press("enter")
        await asked(app, pilot, "-planned")
        await pilot.press("y")
        await asked(app, pilot, "-running")
        await pilot.press("escape")
        await settled(app, pilot)
        assert isinstance(app.screen, HomeScreen)
        assert app.said == []


async def test_a_download_that_cannot_be_says_why(tmp_path: Path, cache: Path, hub: Hub) -> None:
    async with opened(tmp_path, cache) as (app, pilot):
        app.screen.query_one(Input).value = "owner/none"
        await pilot.pause()
        await pilot.press("enter")
        await asked(app, pilot, "-failed")
        assert isinstance(app.screen, DownloadScreen)
        text = str(app.screen.query_one("#text", Static).content)
        assert text.startswith("There is no model owner/none")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_a_half_download_is_offered_again(tmp_path: Path, models: Path, hub: Hub) -> None:
    async with opened(tmp_path, models) as (app, pilot):
        await pilot.press(*"half")
        assert "Enter downloads what is missing." in about(app)
        await pilot.press("enter")
        await asked(app, pilot, "-failed")
        assert app.said == []


def test_the_machine_in_a_line() -> None:
    machine = Machine(
        chip="Apple M4 Max", cpu_cores=16, memory_bytes=128 * 2**30, gpu="Apple M4 Max"
    )
    assert machine_line(machine, MemoryLimit(75 * 10**9, "estimate")) == (
        "Apple M4 Max · 16 cores · 128 GiB · models may take 75.0 GB (estimate)"
    )
    assert machine_line(Machine(), MemoryLimit(None)) == ""


async def test_recordings_have_the_room_that_models_alone_need(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "recordings"
    said = events.Message(t=12.0, index=0, role="user", text="What is wired memory?")
    sweep = events.BenchmarkStart(
        t=12.0, benchmark=1, plan="sweep", points=[events.PlanPoint(label="one")]
    )
    for name, event in (("chat", said), ("sweep", sweep)):
        path = record(folder, name)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([*lines[:2], events.encode(event), *lines[2:]]))
    for size in ((80, 24), (120, 40)):
        async with opened(tmp_path, cache, size) as (app, _):
            shown = rows(app)
            assert [row for row in shown if "Alpha-4bit  What is wired memory?  " in row]
            assert [row for row in shown if "Alpha-4bit  bench sweep  " in row]
    record(folder, "broken", closed=False)
    async with opened(tmp_path, cache, (80, 24)) as (app, _):
        (broken,) = [row for row in rows(app) if row.endswith("incomplete")]
        ends = {len(row.rstrip()) for row in rows(app) if row.endswith("1:05")}
        assert ends == {broken.index("1:05") + 4}, "columns of recordings stand under each other"


async def test_a_file_name_that_is_no_utf_8_takes_nothing_away(tmp_path: Path, cache: Path) -> None:
    path = record(tmp_path / "recordings", "one")
    odd = path.rename(path.with_name(os.fsdecode(b"odd\xff.jsonl")))
    record(tmp_path / "recordings", "two")
    async with opened(tmp_path, cache) as (app, pilot):
        assert sum("1:05" in line for line in rows(app)) == 2
        await pilot.press(*"alpha-4bit", "up")
        for _ in range(6):
            if "odd" not in about(app):
                await pilot.press("down")
        assert about(app).startswith("odd\ufffd.jsonl ")
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen[:2] == ("recording", str(odd))

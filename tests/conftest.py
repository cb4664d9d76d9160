"""Shared by all tests: they are isolated from the user's files, the network and the terminal."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# No deadline, because the machine may be busy. The same examples each time, so that a commit fails
# only because of its own changes; `--hypothesis-profile=search` tries new ones.
settings.register_profile("unhurried", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile("unhurried")

# Before any Hugging Face library is imported: they read these once.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

_UNSET = ("NO_COLOR", "FORCE_COLOR", "TEXTUAL", "TEXTUAL_THEME", "HF_HOME", "HF_HUB_CACHE")


def _isolate(patch: pytest.MonkeyPatch, home: Path) -> None:
    patch.setenv("HOME", str(home))
    patch.setenv("MLXTOP_CONFIG_DIR", str(home / "config"))
    patch.setenv("MLXTOP_DATA_DIR", str(home / "data"))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in _UNSET:
        patch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The environment of fixtures with session scope."""
    with pytest.MonkeyPatch.context() as patch:
        _isolate(patch, tmp_path_factory.mktemp("home"))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory for this test."""
    folder = tmp_path_factory.mktemp("home")
    _isolate(monkeypatch, folder)
    return folder


@pytest.fixture
def config_dir(home: Path) -> Path:
    """This test's config directory, created."""
    folder = home / "config"
    folder.mkdir()
    return folder


LANES = {
    "app": ("app", "tui", "extend"),
    "system": (
        *("terminal", "engine", "packaging", "zoo", "sensors/test_gap.py"),
        # These start the engine, or whole programs.
        *("bench/test_command.py", "bench/test_document.py", "bench/test_runs.py"),
        *("doctor/test_command.py", "models/test_download.py", "sources/test_channels.py"),
        *("sources/test_stopping.py", "unit/test_command_model.py", "watch/test_command.py"),
    ),
    "mac": ("mac",),
}
"""Paths below this folder, by lane; all others belong to the fast lane."""


def lane_of(path: Path) -> str:
    """Return the lane of a file or a folder of tests."""
    place = path.relative_to(Path(__file__).parent)
    for lane, places in LANES.items():
        if any(place.is_relative_to(known) for known in places):
            return lane
    return "fast"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lane", choices=["fast", *LANES], help="run the tests of one lane only")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore other lanes before they are imported: tests of the engine import mlx."""
    lane = config.getoption("--lane")
    if not lane or collection_path.is_dir():
        return None
    return True if lane_of(collection_path) != lane else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest tests first, so that no worker is left with one at the end."""
    items.sort(key=lambda item: lane_of(item.path) == "fast")


def pytest_collection_finish() -> None:
    """Exclude objects that live to the end from garbage collection, and collect less often.

    Measured with three files of screens: 39 s of CPU instead of 49 to 55.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one worker more than cores: tests of screens and terminals mostly wait.

    Measured on 2 cores: 571 of them took 143 s with two workers, 100 s with three and with four.
    The fast lane does not wait, and a worker needs 6 to 10 s of CPU time before its first test.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (cores or 1) + (0 if config.getoption("--lane") == "fast" else 1)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore other processes in runs with real sensors: the machine may be busy."""
    from mlxtop.bench import disturbance

    monkeypatch.setattr(disturbance, "OTHERS_PERCENT", float("inf"))
    monkeypatch.setattr(disturbance, "OWN_PERCENT", float("inf"))

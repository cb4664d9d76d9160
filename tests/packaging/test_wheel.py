"""The wheel, installed where nothing of the checkout is: it must bring all that it shows."""

import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlxtop import __version__
from tests.terminal.terminal import Terminal

ROOT = Path(__file__).parents[2]
DEMO_RECORDING = "demo.jsonl"

pytestmark = pytest.mark.slow


def tracked(folder: str) -> set[str]:
    """Return the paths below a folder that are in git, or simply there where git is not."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return set(listed.stdout.split("\0")) - {""}
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@dataclass(frozen=True)
class Installed:
    """A wheel installed into a folder of its own, used from an empty one."""

    wheel: Path
    site: Path
    cwd: Path

    @property
    def environment(self) -> dict[str, str]:
        """What puts the installed package before the checkout's."""
        return {"PYTHONPATH": str(self.site), "PYTHONSAFEPATH": "1"}

    @property
    def command(self) -> list[str]:
        """The command that pip made."""
        return [sys.executable, str(self.site / "bin" / "mlxtop")]

    def run(self, *words: str) -> str:
        """Run words from the empty folder and return what they print."""
        done = subprocess.run(
            words,
            cwd=self.cwd,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def evaluate(self, expression: str) -> str:
        """Return an expression over `mlxtop.paths`, as printed."""
        code = f"from mlxtop import paths; print({expression})"
        return self.run(sys.executable, "-c", code).strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    python = [sys.executable, "-m"]
    build = ["build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT)]
    subprocess.run([*python, *build], check=True, capture_output=True, timeout=120)
    (wheel,) = (folder / "dist").glob("*.whl")
    site, cwd = folder / "site", folder / "empty"
    cwd.mkdir()
    install = ["pip", "install", "--no-deps", "--no-index", "--target", str(site), str(wheel)]
    subprocess.run([*python, *install], check=True, capture_output=True, timeout=120)
    return Installed(wheel, site, cwd)


@pytest.fixture
def in_wheel(installed: Installed) -> set[str]:
    with zipfile.ZipFile(installed.wheel) as archive:
        return set(archive.namelist())


def test_pyproject_names_every_shipped_file_that_is_in_git() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]

    for folder, suffix in (("themes", ".toml"), ("recordings", ".jsonl")):
        in_git = {Path(path).name for path in tracked(folder) if path.endswith(suffix)}
        assert set(named[folder]) == in_git
        assert named[folder] == sorted(named[folder])


def test_the_wheel_carries_the_package_and_what_is_named(in_wheel: set[str]) -> None:
    data = {f"mlxtop/data/{path}" for path in tracked("themes") if path.endswith(".toml")}
    data |= {f"mlxtop/data/{path}" for path in tracked("recordings") if path.endswith(".jsonl")}

    assert {name for name in in_wheel if name.startswith("mlxtop/data/")} == data
    assert tracked("mlxtop") <= in_wheel
    assert not any(name.endswith(".pyc") for name in in_wheel)
    assert {name.split("/")[0] for name in in_wheel} == {
        "mlxtop",
        f"mlxtop-{__version__}.dist-info",
    }


def test_the_installed_package_is_the_one_that_runs(installed: Installed) -> None:
    where = Path(installed.evaluate("paths.__file__"))

    assert where.is_relative_to(installed.site)
    assert installed.run(*installed.command, "--version") == f"mlxtop {__version__}\n"


def test_it_lists_its_themes(installed: Installed) -> None:
    names = installed.run(*installed.command, "themes").splitlines()

    assert set(names) == {Path(path).stem for path in tracked("themes")}


def test_it_brings_the_demo_model(installed: Installed) -> None:
    model = Path(installed.evaluate("paths.demo_model_dir()"))

    assert model.is_relative_to(installed.site)
    files = {path.name for path in model.iterdir()}
    assert {"config.json", "tokenizer.json", "tokenizer_config.json"} <= files
    weights = sum(path.stat().st_size for path in model.glob("*.safetensors"))
    assert 0 < weights < 4_000_000


@pytest.fixture
def terminal(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    recording = Path(installed.evaluate("paths.shipped_recordings_dir()")) / DEMO_RECORDING
    assert recording.is_relative_to(installed.site)
    assert recording.is_file()
    monkeypatch.chdir(installed.cwd)
    shown = Terminal(
        [*installed.command, "replay", str(recording)], environment=installed.environment
    )
    yield shown
    shown.close()


def test_it_replays_its_demo_recording(terminal: Terminal) -> None:
    terminal.wait_for("tok/s")
    terminal.type("q")
    assert terminal.wait_for_exit() == 0

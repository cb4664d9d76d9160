"""The script behind `make run`, on machines made of a few small programs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "set_up.sh"
TOOLS = ("sh", "cat", "cp", "dirname", "mkdir", "sed")


class Machine:
    """A folder of programs, the only ones that the script finds."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder
        for name in TOOLS:
            self.install(name, f'PATH={os.environ["PATH"]!r} exec {name} "$@"')
        self.install("uname", "echo Linux")

    def install(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def python(self, name: str, version: str, *, pip: bool = True, machine: str = "arm64") -> None:
        """Install a Python that answers the script's questions, and writes down what pip does."""
        minor = int(version.split(".")[1])
        self.install(
            name,
            f"""case "$*" in
*"version_info < "*) exit {int(minor < 11)} ;;
*"version_info >= "*) exit {int(minor >= 15)} ;;
*platform.machine*) echo {machine} ;;
*python_version*) echo {version}.0 ;;
*mlx_build*) cat "{self.programs}/mlx" 2>/dev/null ;;
*"import ensurepip"*) exit {int(not pip)} ;;
*"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*"-m pip"*) echo "${{SYSTEM_VERSION_COMPAT-unset}} $*" >>"{self.programs}/pip.log" ;;
esac""",
        )

    def mac(self, release: str = "26.1") -> None:
        """Let it be a Mac."""
        self.install("uname", "echo Darwin")
        self.install("sw_vers", f"echo {release}")

    def run(self, what: str = "run", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the script in a checkout of its own."""
        script = self.programs / "checkout" / "tools" / "set_up.sh"
        script.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SCRIPT, script)
        return self._start(script, what, environment)

    def plan(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Ask the script what it would do."""
        return self._start(SCRIPT, "plan", environment)

    def pip(self) -> list[str]:
        """Return what pip was called with, the variable that tells macOS's version first."""
        log = self.programs / "pip.log"
        return log.read_text().splitlines() if log.exists() else []

    def _start(
        self, script: Path, what: str, environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(script), what],
            env={"PATH": str(self.programs), **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_suitable_python_is_taken(machine: Machine) -> None:
    # A version manager's program for a version that is not there.
    machine.install("python3.13", "echo 'not installed' >&2; exit 127")
    machine.python("python3.12", "3.12", pip=False)
    machine.python("python3", "3.11")

    assert machine.plan(MLX="cpu").stdout == "python3 cpu\n"


def test_a_python_can_be_named(machine: Machine) -> None:
    machine.python("python3", "3.11")
    machine.python("mine", "3.12")
    machine.python("old", "3.9")

    assert machine.plan(MLX="cpu", PYTHON="mine").stdout == "mine cpu\n"
    refused = machine.plan(PYTHON="old")
    assert refused.returncode == 1
    assert refused.stderr == "mlxtop: PYTHON=old is not a Python 3.11 or newer.\n"


def test_no_python_is_one_sentence(machine: Machine) -> None:
    machine.python("python3", "3.9")

    done = machine.plan()
    assert done.returncode == 1
    assert done.stderr == (
        "mlxtop: no Python 3.11 or newer found: install one or name it, "
        "make PYTHON=/path/to/python3.\n"
    )


def test_no_python_on_a_mac_says_where_one_comes_from(machine: Machine) -> None:
    machine.python("python3", "3.9")
    machine.mac()

    assert machine.plan().stderr == (
        "mlxtop: no Python 3.11 or newer found: install one (brew install python@3.13, or from "
        "python.org) or name it, make PYTHON=/path/to/python3.\n"
    )


def test_a_python_without_pip_is_one_sentence(machine: Machine) -> None:
    machine.python("python3", "3.11", pip=False)

    done = machine.plan()
    assert done.returncode == 1
    assert done.stderr.startswith("mlxtop: python3 has no venv and pip: install them")
    assert "python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("driver", "build"),
    [
        ("590.44.01", "cuda13"),
        ("580.65.06\n580.65.06", "cuda13"),
        ("575.57", "cuda12"),
        ("550.54.14", "cuda12"),
        ("535.183.01", "cpu"),
        ("NVIDIA-SMI has failed", "cpu"),
    ],
)
def test_the_driver_decides_on_linux(machine: Machine, driver: str, build: str) -> None:
    machine.python("python3", "3.11")
    machine.install("nvidia-smi", f"echo '{driver}'")

    assert machine.plan().stdout == f"python3 {build}\n"
    assert machine.plan(MLX="cuda12").stdout == "python3 cuda12\n"


def test_macos_has_one_build(machine: Machine) -> None:
    machine.python("python3", "3.11")
    machine.mac()

    assert machine.plan().stdout == "python3 \n"


def test_pip_on_a_mac_is_told_which_macos_it_is(machine: Machine) -> None:
    machine.python("python3", "3.13")
    machine.mac()

    assert machine.run().returncode == 0
    assert machine.pip() == [
        "0 -m pip install --disable-pip-version-check --no-input -q"
        " --constraint constraints.txt --editable ."
    ]


@pytest.mark.parametrize(
    ("release", "build", "anew"),
    [
        ("26.2", "mlx-metal, macosx_15_0_arm64", True),
        ("26.2", "mlx-metal, macosx_26_0_arm64", False),
        ("27.0", "mlx-metal, macosx_26_0_arm64", False),
        ("15.6", "mlx-metal, macosx_14_0_arm64", False),
        ("26.2", "", False),
    ],
)
def test_an_mlx_of_an_older_macos_is_installed_anew(
    machine: Machine, release: str, build: str, anew: bool
) -> None:
    machine.python("python3", "3.13")
    machine.mac(release)
    (machine.programs / "mlx").write_text(f"{build}\n")

    done = machine.run()
    assert done.returncode == 0
    assert done.stderr.endswith("mlxtop: ready\n")
    assert (len(machine.pip()) == 2) == anew
    if anew:
        assert machine.pip()[1].startswith("0 -m pip install ")
        assert machine.pip()[1].endswith("--force-reinstall --no-deps mlx mlx-metal")


def test_pip_elsewhere_is_told_nothing(machine: Machine) -> None:
    machine.python("python3", "3.13", machine="x86_64")

    assert machine.run(MLX="cpu").returncode == 0
    (called,) = machine.pip()
    assert called.startswith("unset -m pip install")
    assert called.endswith("--editable .[cpu]")


def test_a_python_for_intel_is_passed_over_on_a_mac(machine: Machine) -> None:
    machine.python("python3.13", "3.13", machine="x86_64")
    machine.python("python3.12", "3.12")
    machine.mac()

    assert machine.plan().stdout == "python3.12 \n"


def test_only_a_python_for_intel_is_one_sentence(machine: Machine) -> None:
    machine.python("python3", "3.13", machine="x86_64")
    machine.mac()

    done = machine.run()
    assert done.returncode == 1
    assert done.stderr == (
        "mlxtop: python3 runs for Intel: mlxtop needs an arm64 Python on macOS 14 or newer. "
        "Install one (brew install python@3.13, or from python.org) or name it, "
        "make PYTHON=/path/to/python3.\n"
    )
    assert machine.pip() == []
    named = machine.run(PYTHON="python3")
    assert named.stderr.startswith("mlxtop: PYTHON=python3 runs for Intel: mlxtop needs an arm64")


def test_an_environment_for_intel_is_made_anew(machine: Machine) -> None:
    machine.python("python3", "3.13", machine="x86_64")
    assert machine.run(MLX="cpu").returncode == 0
    machine.python("python3", "3.13")
    machine.mac()

    done = machine.run()
    assert "making .venv with python3 (3.13.0)" in done.stderr
    assert "making .venv" not in machine.run().stderr


def test_a_macos_that_is_too_old_is_one_sentence(machine: Machine) -> None:
    machine.python("python3", "3.13")
    machine.mac("13.7.8")

    done = machine.run()
    assert done.returncode == 1
    assert done.stderr == (
        "mlxtop: this is macOS 13.7.8: mlxtop needs an arm64 Python on macOS 14 or newer.\n"
    )
    assert machine.pip() == []
    machine.mac("14.0")
    assert machine.run().returncode == 0


def test_a_python_that_nothing_was_tested_with_comes_last_and_is_told(machine: Machine) -> None:
    machine.python("python3", "3.15")

    done = machine.plan(MLX="cpu")
    assert done.stdout == "python3 cpu\n"
    assert done.stderr == (
        "mlxtop: python3 is Python 3.15.0, newer than the versions that mlxtop is "
        "tested with (3.11 to 3.14): some packages may have to be compiled, which takes minutes "
        "and a C compiler.\n"
    )
    machine.python("python", "3.14")
    done = machine.plan(MLX="cpu")
    assert (done.stdout, done.stderr) == ("python cpu\n", "")

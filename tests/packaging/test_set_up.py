"""The script behind `make run`, on machines made of a few small programs."""

import os
import platform
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "set_up.sh"
TOOLS = ("sh", "dirname", "sed", "uname")


class Machine:
    """A folder of programs, the only ones that the script finds."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder
        for name in TOOLS:
            self.install(name, f'PATH={os.environ["PATH"]!r} exec {name} "$@"')

    def install(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def python(self, name: str, version: str, *, pip: bool = True) -> None:
        minor = int(version.split(".")[1])
        self.install(
            name,
            f"""case "$2" in
*version_info*) exit {int(minor < 11)} ;;
*ensurepip*) exit {int(not pip)} ;;
esac""",
        )

    def plan(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(SCRIPT), "plan"],
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


def test_a_python_without_pip_is_one_sentence(machine: Machine) -> None:
    machine.python("python3", "3.11", pip=False)

    done = machine.plan()
    assert done.returncode == 1
    assert done.stderr.startswith("mlxtop: python3 comes without venv and pip: install them")
    assert "python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(platform.system() != "Linux", reason="elsewhere MLX has one build")
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
    machine.install("uname", "echo Darwin")

    assert machine.plan().stdout == "python3 \n"

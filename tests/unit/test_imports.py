"""Layers in fresh interpreters: what they must not know must not be loaded."""

import json
import pkgutil
import subprocess
import sys

import pytest

import mlxtop

MLX = {"mlx", "mlx_lm", "transformers", "torch", "tokenizers"}
SCREEN = {"textual"}

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(mlxtop.__path__, "mlxtop.")
    # The one place for mlx: it is started as a process and imported by nobody.
    if not module.name.startswith("mlxtop.engine.child") and module.name != "mlxtop.__main__"
)
LAYERS = sorted({".".join(name.split(".")[:2]) for name in MODULES})


def modules(code: str) -> set[str]:
    """Return the modules that the code adds to a fresh interpreter."""
    program = (
        "import sys; before = set(sys.modules)\n"
        f"{code}\n"
        "import json; print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def loaded(code: str) -> set[str]:
    """Return the top-level names of the modules that the code adds to a fresh interpreter."""
    return {name.split(".")[0] for name in modules(code)}


def of(layer: str) -> list[str]:
    return [name for name in MODULES if name == layer or name.startswith(f"{layer}.")]


def test_the_layers_are_found() -> None:
    assert {"mlxtop.cli", "mlxtop.events", "mlxtop.engine", "mlxtop.tui"} <= set(LAYERS)


def breakers(layers: list[str], forbidden: set[str]) -> list[str]:
    """Return which of the layers load what they must not; one interpreter where none does."""
    together = ", ".join(name for layer in layers for name in of(layer))
    if not loaded(f"import {together}") & forbidden:
        return []
    return [one for one in layers if loaded(f"import {', '.join(of(one))}") & forbidden]


def test_no_layer_but_the_screen_loads_textual_or_mlx() -> None:
    assert breakers([one for one in LAYERS if one != "mlxtop.tui"], MLX | SCREEN) == []


def test_the_screen_does_not_load_mlx() -> None:
    assert breakers(["mlxtop.tui"], MLX) == []


def test_the_layer_that_breaks_the_rule_is_named() -> None:
    assert breakers(["mlxtop.events", "mlxtop.tui"], SCREEN) == ["mlxtop.tui"]


@pytest.mark.parametrize(
    "command",
    [
        "sys.argv = ['mlxtop', '--version']; from mlxtop.cli import main; main()",
        "import mlxtop.paths",
    ],
)
def test_what_must_be_quick_loads_the_standard_library_only(command: str) -> None:
    assert not loaded(command) - set(sys.stdlib_module_names) - {"mlxtop"}


def test_a_command_loads_no_other_command_and_no_exports_that_it_lacks() -> None:
    code = (
        "sys.argv = ['mlxtop', 'check', 'no-such-file']; from mlxtop.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass"
    )
    theirs = {one for one in modules(code) if one.startswith(("mlxtop.commands", "mlxtop.exports"))}
    own = {"mlxtop.commands", "mlxtop.commands.app", "mlxtop.commands.recording_files"}
    assert theirs == own


NOT_FOR_A_REPLAY = {
    *("mlxtop.bench.runner", "mlxtop.bench.kinds", "mlxtop.bench.prompts", "mlxtop.sources.live"),
    *("mlxtop.engine.process", "mlxtop.sensors.machine", "mlxtop.tui.run.live"),
    *("textual.widgets._text_area", "plotext", "pygments.lexers"),
}


def test_a_replay_loads_nothing_that_runs_or_measures_a_model() -> None:
    known = {*MODULES, "textual.widgets._text_area", "plotext", "pygments.lexers"}
    assert known >= NOT_FOR_A_REPLAY
    assert not modules("import mlxtop.tui.app") & NOT_FOR_A_REPLAY


def test_the_interface_of_benchmarks_is_what_it_says() -> None:
    missing = "[name for name in bench.__all__ if getattr(bench, name, None) is None]"
    code = f"from mlxtop import bench; assert not {missing}, {missing}"
    assert "mlxtop.bench.runner" in modules(code)

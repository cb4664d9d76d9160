"""Why an engine process died, in one sentence, from its exit status and its log."""

import re
import shlex
import signal
import sys
from collections.abc import Sequence

from mlxtop.text import one_line

_METAL_MEMORY = ("kIOGPUCommandBufferCallbackErrorOutOfMemory", "Insufficient Memory")
_METAL_TIME = ("kIOGPUCommandBufferCallbackErrorTimeout", "GPU Timeout Error")
_CPU = "'.[cpu]'"
_ARCHITECTURE = re.compile(r"incompatible architecture \(have '(\w{1,20})', need '(\w{1,20})'\)")
_SMALLER = "use a smaller model, a shorter conversation or fewer KV bits, or close other programs"


def why(returncode: int, log: Sequence[str], platform: str = sys.platform) -> str:
    """Return a sentence about a process that ended with `returncode`.

    A negative code is a signal, as `subprocess` has it; `platform` is as `sys.platform` names it.
    """
    text = "\n".join(log)
    if any(words in text for words in _METAL_MEMORY):
        return f"The engine stopped: the GPU ran out of memory and Metal ended it; {_SMALLER}."
    if any(words in text for words in _METAL_TIME):
        return (
            "The engine stopped: a step on the GPU took longer than macOS allows and Metal ended "
            "it; set a smaller prefill_step (512 or less), or close other programs that use the "
            "GPU."
        )
    if missing := _import_error(log, platform):
        return missing
    if returncode < 0:
        return f"The engine stopped: {_by_signal(-returncode)}."
    if returncode == 0:
        return "The engine stopped by itself, without an error."
    last = one_line(log[-1], 200) if log else "its log is empty"
    return f"The engine stopped with exit status {returncode}: {last}"


def _by_signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"killed by signal {number}"
    killed = f"killed by signal {number} ({name})"
    match name:
        case "SIGKILL":
            return f"{killed}, perhaps because the system ran out of memory; if so, {_SMALLER}"
        case "SIGABRT":
            return f"{killed}: MLX aborted; its last message is in the log"
        case "SIGILL":
            return f"{killed}: this MLX build uses instructions the processor does not have"
        case "SIGSEGV" | "SIGBUS" | "SIGFPE":
            return f"{killed}, a fault in MLX or another library"
    return killed


def _import_error(log: Sequence[str], platform: str = sys.platform) -> str:
    for line in reversed(log):
        kind, _, rest = line.partition(":")
        if kind == "ModuleNotFoundError":
            module = rest.split("'")[1] if rest.count("'") >= 2 else rest.strip()
            return f"The engine cannot start: {_not_installed(module, platform)}."
        if kind == "ImportError":
            return f"The engine cannot start: {_not_imported(rest, platform)}."
    return ""


def _not_imported(text: str, platform: str) -> str:
    """Return why an installed library cannot be imported, and what to do."""
    if match := _ARCHITECTURE.search(text):
        has, needs = match.groups()
        if needs == "x86_64":
            return (
                f"this Python runs for Intel ({needs}), and MLX is for Apple silicon ({has}); "
                "install mlxtop with an arm64 Python, in its checkout: make PYTHON=/path/to/python3"
            )
        return (
            f"a library was built for {has} and this Python runs for {needs}; "
            f"reinstall it ({_pip('--force-reinstall mlx')})"
        )
    command = _pip("--force-reinstall mlx") if platform == "darwin" else _extra()
    return f"a library could not be imported ({one_line(text)}); reinstall MLX ({command})"


def _not_installed(module: str, platform: str) -> str:
    package = one_line(module, 60).split(".")[0].replace("_", "-")
    if package == "mlx" and platform != "darwin":
        return f"mlx is not installed; install it ({_extra()})"
    return f"{package} is not installed; install it ({_pip(package)})"


def _pip(what: str) -> str:
    """Return the command that installs into the environment of this Python."""
    return f"{shlex.quote(sys.executable)} -m pip install {what}"


def _extra() -> str:
    return f"in mlxtop's checkout {_pip(_CPU)}, or cuda12 or cuda13 in place of cpu"

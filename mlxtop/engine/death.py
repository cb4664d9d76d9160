"""Why an engine process died, in one sentence, from its exit status and its log."""

import signal
from collections.abc import Sequence

from mlxtop.text import one_line

_METAL_MEMORY = ("kIOGPUCommandBufferCallbackErrorOutOfMemory", "Insufficient Memory")
_SMALLER = "use a smaller model, a shorter conversation or fewer KV bits, or close other programs"


def why(returncode: int, log: Sequence[str]) -> str:
    """Return one sentence on the death of a process that ended with `returncode`.

    A negative code is a signal, as `subprocess` has it.
    """
    text = "\n".join(log)
    if any(words in text for words in _METAL_MEMORY):
        return f"The engine stopped: the GPU ran out of memory and Metal ended it; {_SMALLER}."
    if missing := _import_error(log):
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
            return f"{killed}: MLX gave up, its last words are in the log"
        case "SIGILL":
            return f"{killed}: this MLX build uses instructions the processor does not have"
        case "SIGSEGV" | "SIGBUS" | "SIGFPE":
            return f"{killed}, a fault in MLX or another library"
    return killed


def _import_error(log: Sequence[str]) -> str:
    for line in reversed(log):
        kind, _, rest = line.partition(":")
        if kind == "ModuleNotFoundError":
            module = rest.split("'")[1] if rest.count("'") >= 2 else rest.strip()
            return f"The engine cannot start: {_not_installed(module)}."
        if kind == "ImportError":
            return (
                f"The engine cannot start: a library could not be imported ({one_line(rest)}); "
                "install mlxtop again with the extra for this machine (cpu, cuda12 or cuda13)."
            )
    return ""


def _not_installed(module: str) -> str:
    package = one_line(module, 60).split(".")[0].replace("_", "-")
    if package == "mlx":
        return (
            "mlx is not installed; on Linux install mlxtop with the extra cpu, cuda12 or cuda13 "
            '(pip install "mlxtop[cpu]"), on macOS install mlx-lm'
        )
    return f"{package} is not installed; install it (pip install {package})"

"""Recognizes model servers by their names and arguments: pure."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_PYTHON = re.compile(r"(python|pypy)[\d.]*(t|w)?", re.IGNORECASE)

# Modules of `python -m`, and programs that pip installs under the same names.
_MODULES = {
    "mlx_lm.server": "mlx_lm.server",
    "mlx_vlm.server": "mlx_vlm.server",
    "llama_cpp.server": "llama_cpp.server",
    "vllm.entrypoints.openai.api_server": "vllm",
    "vllm.entrypoints.api_server": "vllm",
    "mlxtop.engine.child": "mlxtop engine",
}
_PROGRAMS = {
    "mlx_lm.server": "mlx_lm.server",
    "mlx_vlm.server": "mlx_vlm.server",
    "llama-server": "llama-server",
    "lm studio": "LM Studio",
    "lm studio helper": "LM Studio",
    "llmworker": "LM Studio",
}
# Programs that serve only with this first word; without it they are command-line tools.
_WITH_WORD = {
    ("mlx_lm", "server"): "mlx_lm.server",
    ("ollama", "serve"): "ollama",
    ("ollama", "runner"): "ollama",
    ("vllm", "serve"): "vllm",
}


def is_python(name: str) -> bool:
    """Return whether a program is a Python interpreter, by its name."""
    return _PYTHON.fullmatch(name) is not None


def is_candidate(name: str) -> bool:
    """Return whether a process of this name may be a server; its arguments are then read.

    A kernel may cut names after 15 characters.
    """
    low = name.lower()
    if is_python(name) or low.startswith(("vllm", "lm studio", "llmworker", "node")):
        return True
    return any(program.startswith(low) for program in (*_PROGRAMS, *_first_words()))


def recognise(name: str, arguments: Sequence[str]) -> str:
    """Return the model server with this name and arguments; empty for other processes."""
    low = name.lower()
    if low.startswith("vllm::"):
        return "vllm"
    if not arguments:
        # The arguments of another user's process may be hidden.
        return _PROGRAMS.get(low, "")
    program, rest = _program(arguments)
    first = rest[0] if rest else ""
    if program.startswith("-m "):
        module = program[3:]
        return _MODULES.get(module, "") or _WITH_WORD.get((module, first), "")
    low = program.lower()
    if low.startswith("lm studio helper"):
        return "LM Studio"
    if "/.lmstudio/" in arguments[0] and low == "node":
        return "LM Studio"
    return _PROGRAMS.get(low, "") or _WITH_WORD.get((low, first), "")


def title(name: str, arguments: Sequence[str]) -> str:
    """Return the name of a process: for an interpreter also its script or module.

    Other arguments are left out: they may be private.
    """
    if not is_python(name) or len(arguments) < 2:
        return name
    program, _ = _program(arguments)
    return name if is_python(program) else f"{name} {program}"


def port_of(arguments: Sequence[str]) -> int | None:
    """Return the port that the arguments name by `--port`; None if there is none."""
    text = _option(arguments, "--port")
    if not (text.isascii() and text.isdecimal()):
        return None
    port = int(text[:6])
    return port if 0 < port < 65536 else None


def model_of(arguments: Sequence[str]) -> str:
    """Return the model that the arguments name by `--model`; empty if there is none."""
    return _option(arguments, "--model")


def _option(arguments: Sequence[str], name: str) -> str:
    """Return the first value of an option; empty if there is none."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _program(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the program after a Python interpreter, and its arguments.

    A module started by `-m` is returned as `-m NAME`.
    """
    program = _base(arguments[0])
    if not is_python(program):
        return program, arguments[1:]
    words = iter(enumerate(arguments[1:], 1))
    for place, word in words:
        if word == "-m" and place + 1 < len(arguments):
            return f"-m {arguments[place + 1]}", arguments[place + 2 :]
        if word == "-c":
            break
        if word in ("-X", "-W"):
            next(words, None)
        elif not word.startswith("-"):
            return _base(word), arguments[place + 1 :]
    return program, ()


def _base(path: str) -> str:
    return PurePosixPath(path.strip()).name


def _first_words() -> list[str]:
    return [program for program, _ in _WITH_WORD]

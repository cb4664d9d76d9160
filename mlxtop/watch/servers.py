"""Model servers, told from other programs by how they were started: pure."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_PYTHON = re.compile(r"(python|pypy)[\d.]*(t|w)?", re.IGNORECASE)

# What `python -m` is given, and the programs that pip installs under the same names.
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
# Programs that serve only with this first word; without it they are somebody's command line.
_WITH_WORD = {
    ("mlx_lm", "server"): "mlx_lm.server",
    ("ollama", "serve"): "ollama",
    ("ollama", "runner"): "ollama",
    ("vllm", "serve"): "vllm",
}


def is_python(name: str) -> bool:
    """Return whether a program's name is that of a Python interpreter."""
    return _PYTHON.fullmatch(name) is not None


def is_candidate(name: str) -> bool:
    """Return whether a process of this name may be a server, so that its arguments are read.

    A kernel may cut a name after 15 characters.
    """
    low = name.lower()
    if is_python(name) or low.startswith(("vllm", "lm studio", "llmworker", "node")):
        return True
    return any(program.startswith(low) for program in (*_PROGRAMS, *_first_words()))


def recognise(name: str, arguments: Sequence[str]) -> str:
    """Return what serves models in a process of this name and arguments; empty for any other."""
    low = name.lower()
    if low.startswith("vllm::"):
        return "vllm"
    if not arguments:
        # Another user's process may keep its arguments to itself.
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
    """Return what to call a process: for an interpreter also the script or module it runs.

    Other arguments are left out: they may hold what is nobody else's business.
    """
    if not is_python(name) or len(arguments) < 2:
        return name
    program, _ = _program(arguments)
    return name if is_python(program) else f"{name} {program}"


def port_of(arguments: Sequence[str]) -> int | None:
    """Return the port that the arguments name by `--port`; None if they name none."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        text = following if word == "--port" else word.removeprefix("--port=")
        if (word == "--port" or text != word) and text.isascii() and text.isdecimal():
            port = int(text[:6])
            return port if 0 < port < 65536 else None
    return None


def _program(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the program that runs, past a Python interpreter, and its own arguments.

    A module started by `-m` comes as `-m NAME`.
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

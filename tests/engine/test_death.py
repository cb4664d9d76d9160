import shlex
import sys

import pytest

from mlxtop.engine.death import why

PIP = f"{shlex.quote(sys.executable)} -m pip install"
MAC_ERROR = (
    "ImportError: dlopen(/opt/x/mlx/core.so, 0x0002): tried: '/opt/x/mlx/core.so' (mach-o file, "
    "but is an incompatible architecture (have '{has}', need '{needs}'))"
)
METAL_TIME = (
    "libc++abi: terminating due to uncaught exception of type std::runtime_error: [METAL] Command "
    "buffer execution failed: Caused GPU Timeout Error "
    "(00000002:kIOGPUCommandBufferCallbackErrorTimeout)"
)


@pytest.mark.parametrize(
    ("returncode", "log", "words"),
    [
        (-9, [], "signal 9 (SIGKILL)"),
        (-11, [], "SIGSEGV"),
        (-6, ["something"], "SIGABRT"),
        (-6, [METAL_TIME], "took longer than macOS allows"),
        (-6, [METAL_TIME], "smaller prefill_step"),
        (-4, [], "instructions"),
        (-15, [], "signal 15 (SIGTERM)"),
        (-64, [], "signal 64"),
        (0, [], "without an error"),
        (1, ["Traceback", "ValueError: odd"], "exit status 1: ValueError: odd"),
        (2, [], "its log is empty"),
        (1, ["ModuleNotFoundError: No module named 'mlx'"], f"{PIP} '.[cpu]'"),
        (1, ["ModuleNotFoundError: No module named 'mlx.core'"], "mlx is not installed"),
        (1, ["ModuleNotFoundError: No module named 'mlx_lm'"], f"{PIP} mlx-lm"),
        (1, ["ImportError: libcuda.so.1: cannot open shared object"], "libcuda.so.1"),
    ],
)
def test_why(returncode: int, log: list[str], words: str) -> None:
    sentence = why(returncode, log, "linux")
    assert words in sentence
    assert "\n" not in sentence


def test_a_python_for_intel_is_said_to_be_one() -> None:
    log = ["Traceback (most recent call last):", MAC_ERROR.format(has="arm64", needs="x86_64")]
    assert why(1, log, "darwin") == (
        "The engine cannot start: this Python runs for Intel (x86_64), and MLX is for Apple "
        "silicon (arm64); install mlxtop with an arm64 Python, in its checkout: "
        "make PYTHON=/path/to/python3."
    )
    said = why(1, [MAC_ERROR.format(has="x86_64", needs="arm64")], "darwin")
    assert "a library was built for x86_64 and this Python runs for arm64" in said


@pytest.mark.parametrize(
    "error", ["ModuleNotFoundError: No module named 'mlx'", "ImportError: libmlx.dylib is odd"]
)
def test_on_a_mac_no_extra_of_linux_is_advised(error: str) -> None:
    sentence = why(1, [error], "darwin")
    assert PIP in sentence
    assert "mlx)" in sentence
    assert not [word for word in ("cpu", "cuda", "mlxtop[") if word in sentence]

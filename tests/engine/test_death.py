import pytest

from mlxtop.engine.death import why


@pytest.mark.parametrize(
    ("returncode", "log", "words"),
    [
        (-9, [], "signal 9 (SIGKILL)"),
        (-11, [], "SIGSEGV"),
        (-6, ["something"], "SIGABRT"),
        (-4, [], "instructions"),
        (-15, [], "signal 15 (SIGTERM)"),
        (-64, [], "signal 64"),
        (0, [], "without an error"),
        (1, ["Traceback", "ValueError: odd"], "exit status 1: ValueError: odd"),
        (2, [], "its log is empty"),
        (1, ["ModuleNotFoundError: No module named 'mlx'"], "mlxtop[cpu]"),
        (1, ["ModuleNotFoundError: No module named 'mlx.core'"], "mlx is not installed"),
        (1, ["ModuleNotFoundError: No module named 'mlx_lm'"], "pip install mlx-lm"),
        (1, ["ImportError: libcuda.so.1: cannot open shared object"], "libcuda.so.1"),
    ],
)
def test_why(returncode: int, log: list[str], words: str) -> None:
    sentence = why(returncode, log)
    assert words in sentence
    assert "\n" not in sentence

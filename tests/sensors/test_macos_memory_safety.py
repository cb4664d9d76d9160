"""The calls once more with a checker of memory in the library: nothing is read or written beyond.

Python's own allocations go through malloc there, so that its buffers are watched too.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sensors.fake_mac import READY, compile_fake

CALLS = Path(__file__).parent / "test_macos_calls.py"
OVERRUN = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.sysctlbyname.argtypes = [
    ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t,
]
library.fake_sysctl(b"a", b"x" * 64, ctypes.c_size_t(64))
length = ctypes.c_size_t(64)
library.sysctlbyname(b"a", ctypes.create_string_buffer(32), ctypes.byref(length), None, 0)
"""


@pytest.fixture(scope="module")
def sanitizer() -> str:
    """The run-time library of AddressSanitizer, which has to be loaded before Python."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("NO C COMPILER (cc): the calls into macOS are not tested at all")
    asked = subprocess.run(
        [compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    )
    path = asked.stdout.strip()
    if not Path(path).is_absolute():
        pytest.skip("NO ADDRESSSANITIZER: calls that read or write too far are not looked for")
    return path


def checked(library: Path, sanitizer: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "LD_PRELOAD": sanitizer,
        "PYTHONMALLOC": "malloc",
        # Python itself keeps what it has made; leaks are counted by the library.
        "ASAN_OPTIONS": "detect_leaks=0",
        READY: str(library),
    }
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def library(sanitizer: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asan") / "macos.so"
    return compile_fake(path, "-fsanitize=address", "-fno-omit-frame-pointer")


def test_no_call_reads_or_writes_too_far(library: Path, sanitizer: str) -> None:
    done = checked(library, sanitizer, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(CALLS))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "AddressSanitizer" not in done.stderr


def test_the_checker_would_see_it(library: Path, sanitizer: str) -> None:
    done = checked(library, sanitizer, "-c", OVERRUN, str(library))
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr

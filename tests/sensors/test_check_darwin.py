"""`make check-darwin`: what our code says is what is compiled, and a drift does not compile."""

import ctypes
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mlxtop.sensors.macos import footprint, iokit, kernel, parse, thermal
from mlxtop.sensors.macos.c_functions import PORT, UINT32_OUT
from tools import check_darwin

STUBS = Path(__file__).parent / "darwin.h"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """What a compiler says of the program, with headers of our own in place of Darwin's."""
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("NO C++ COMPILER (c++): what check-darwin compiles is not tested at all")
    folder = tmp_path_factory.mktemp("include")
    for header in check_darwin.HEADERS:
        if header != "stddef.h":
            path = folder / header
            path.parent.mkdir(exist_ok=True)
            path.write_text(f'#include "{STUBS}"\n')
    return lambda: check_darwin.compile_with([compiler, "-I", str(folder)])


def test_what_we_say_compiles(compiled: Callable[[], str]) -> None:
    assert compiled() == ""


@pytest.mark.parametrize(
    ("table", "key", "value", "said"),
    [
        (parse.VM_STATISTICS64, "wired", (16, "<I"), "offset of vm_statistics64.wire_count"),
        (parse.VM_STATISTICS64, "swapins", (112, "<I"), "size of vm_statistics64.swapins"),
        (parse.VM_STATISTICS64, "wired", (12, "<i"), "sign of vm_statistics64.wire_count"),
        (parse.XSW_USAGE, "used", (8, "<Q"), "offset of xsw_usage.xsu_used"),
        (parse.PRESSURE_LEVELS, 3, 2, "DISPATCH_MEMORYPRESSURE_CRITICAL"),
        # A port taken for a signed number, one argument too few, a number for a pointer.
        (kernel.SIGNATURES, "mach_host_self", (ctypes.c_int, ()), "types of mach_host_self"),
        (
            kernel.SIGNATURES, "host_statistics64",
            (ctypes.c_int, (PORT, ctypes.c_int, UINT32_OUT)), "types of host_statistics64",
        ),
        (
            footprint.SIGNATURES, "proc_pid_rusage", (ctypes.c_int, (ctypes.c_int,) * 3),
            "types of proc_pid_rusage",
        ),
        (
            footprint.SIGNATURES, "proc_pid_rusage",
            (None, (ctypes.c_int, ctypes.c_int, ctypes.c_void_p)), "types of proc_pid_rusage",
        ),
    ],
)  # fmt: skip
def test_a_table_that_drifts_does_not_compile(
    compiled: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    table: dict[object, object],
    key: object,
    value: object,
    said: str,
) -> None:
    monkeypatch.setitem(table, key, value)
    assert f"{said}: not what mlxtop takes it for" in compiled()


@pytest.mark.parametrize(
    ("module", "name", "said"),
    [
        (kernel, "HOST_VM_INFO64", "HOST_VM_INFO64"),
        (kernel, "FIRST_COUNT", "HOST_VM_INFO64_REV1_COUNT"),
        (kernel, "MIG_ARRAY_TOO_LARGE", "MIG_ARRAY_TOO_LARGE"),
        (footprint, "RUSAGE_INFO_V2", "RUSAGE_INFO_V2"),
        (footprint, "RUSAGE_BYTES", "sizeof(struct rusage_info_v2)"),
    ],
)
def test_a_constant_that_drifts_does_not_compile(
    compiled: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    said: str,
) -> None:
    monkeypatch.setattr(module, name, getattr(module, name) + 1)
    assert f"{said}: not what mlxtop takes it for" in compiled()


def test_every_function_is_checked_or_named_as_unchecked() -> None:
    about = {words for _, words in check_darwin.assertions()}
    for name in kernel.SIGNATURES:
        assert f"types of {name}" in about
    assert check_darwin.WITHOUT_HEADERS["IOKit"] is iokit.SIGNATURES
    assert not {f"types of {name}" for name in thermal.SIGNATURES} & about


def test_a_function_that_the_system_does_not_export_is_told() -> None:
    exports = "symbols: [ _mach_host_self, '_host_statistics64', _sysctlbyname,\n _notify_cancel,"
    exports += " _notify_get_state, _notify_register_check, _proc_pid_rusage_other ]"
    assert check_darwin.missing_symbols(exports) == ["proc_pid_rusage"]

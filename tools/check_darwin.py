"""Compiles what our code says of macOS's structures, constants and functions against its headers.

`make check-darwin`: the Python package `ziglang` carries Darwin's headers and a compiler that needs
no Mac. Every value and type comes from the modules that a Mac runs; only the names that C has for
them stand here. What has no header there (IOKit, CoreFoundation, notify(3)) is named at the end.
"""

import ctypes
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mlxtop.figures import PRESSURE_LEVELS, THERMAL_LEVELS
from mlxtop.sensors.macos import corefoundation, footprint, iokit, kernel, parse, thermal
from mlxtop.sensors.macos.c_functions import PORT, Signatures

TARGETS = ("aarch64-macos.14.0", "x86_64-macos.14.0")
HEADERS = (
    "stddef.h", "dispatch/dispatch.h", "libkern/OSThermalNotification.h", "libproc.h",
    "mach/mach.h", "mach/mig_errors.h", "sys/resource.h", "sys/sysctl.h",
)  # fmt: skip
STRUCTURES: tuple[tuple[str, Mapping[str, tuple[int, str]], Mapping[str, str]], ...] = (
    (
        "vm_statistics64",
        parse.VM_STATISTICS64,
        {
            "free": "free_count",
            "active": "active_count",
            "inactive": "inactive_count",
            "wired": "wire_count",
            "purgeable": "purgeable_count",
            "speculative": "speculative_count",
            "swapins": "swapins",
            "swapouts": "swapouts",
            "compressor": "compressor_page_count",
            "external": "external_page_count",
            "internal": "internal_page_count",
        },
    ),
    (
        "xsw_usage",
        parse.XSW_USAGE,
        {"total": "xsu_total", "available": "xsu_avail", "used": "xsu_used"},
    ),
    (
        "rusage_info_v2",
        {"footprint": (footprint.FOOTPRINT_OFFSET, "<Q")},
        {"footprint": "ri_phys_footprint"},
    ),
)
FUNCTIONS: tuple[Signatures, ...] = (kernel.SIGNATURES, footprint.SIGNATURES)
WITHOUT_HEADERS: Mapping[str, Signatures] = {
    "IOKit": iokit.SIGNATURES,
    "CoreFoundation": corefoundation.SIGNATURES,
    "notify(3)": thermal.SIGNATURES,
}
# Of those, what libSystem must export.
EXPORTED: tuple[Signatures, ...] = (*FUNCTIONS, thermal.SIGNATURES)

# What a type is: 0 void, 1 signed, 2 unsigned, 3 a pointer; its size, and that of what a pointer
# points to (0: anything).
TRAITS = """\
template <class T> struct kind {
    static constexpr int what = T(-1) < T(0) ? 1 : 2;
    static constexpr unsigned long size = sizeof(T), pointee = 0;
};
template <> struct kind<void> {
    static constexpr int what = 0;
    static constexpr unsigned long size = 0, pointee = 0;
};
template <class T> struct kind<T *> {
    static constexpr int what = 3;
    static constexpr unsigned long size = sizeof(T *), pointee = sizeof(T);
};
template <> struct kind<void *> {
    static constexpr int what = 3;
    static constexpr unsigned long size = sizeof(void *), pointee = 0;
};
template <int What, unsigned long Size, unsigned long Pointee> struct ours {};
template <class T, class Ours> struct fits;
template <class T, int What, unsigned long Size, unsigned long Pointee>
struct fits<T, ours<What, Size, Pointee>> {
    static constexpr bool value = kind<T>::what == What && kind<T>::size == Size
        && (Pointee == 0 || kind<T>::pointee == Pointee);
};
template <class... T> struct list {};
template <class A, class B> struct all { static constexpr bool value = false; };
template <> struct all<list<>, list<>> { static constexpr bool value = true; };
template <class T, class... Ts, class O, class... Os> struct all<list<T, Ts...>, list<O, Os...>> {
    static constexpr bool value = fits<T, O>::value && all<list<Ts...>, list<Os...>>::value;
};
template <class Function, class... Ours> struct takes;
template <class R, class... A, class... Ours> struct takes<R(A...), Ours...> {
    static constexpr bool value = all<list<R, A...>, list<Ours...>>::value;
};
"""


def assertions() -> Iterator[tuple[str, str]]:
    """Give each condition in C++, and what it is about in words."""
    for structure, fields, names in STRUCTURES:
        for name, (offset, code) in fields.items():
            field = names[name]
            about = f"{structure}.{field}"
            yield f"offsetof(struct {structure}, {field}) == {offset}", f"offset of {about}"
            member = f"((struct {structure} *)nullptr)->{field}"
            yield f"sizeof({member}) == {struct.calcsize(code)}", f"size of {about}"
            sign = ">" if code[-1].isupper() else "<"
            yield f"decltype({member} + 0)(-1) {sign} 0", f"sign of {about}"
    yield from constants()
    for signatures in FUNCTIONS:
        for name, (result, arguments) in signatures.items():
            types = ", ".join(ours(each) for each in (result, *arguments))
            yield f"takes<decltype({name}), {types}>::value", f"types of {name}"


def constants() -> Iterator[tuple[str, str]]:
    """Give those of numbers that stand by themselves."""
    for name, value in (
        ("HOST_VM_INFO64", kernel.HOST_VM_INFO64),
        ("HOST_VM_INFO64_REV1_COUNT", kernel.FIRST_COUNT),
        ("MIG_ARRAY_TOO_LARGE", kernel.MIG_ARRAY_TOO_LARGE),
        ("RUSAGE_INFO_V2", footprint.RUSAGE_INFO_V2),
        ("sizeof(struct rusage_info_v2)", footprint.RUSAGE_BYTES),
        ("sizeof(mach_port_t)", ctypes.sizeof(PORT)),
    ):
        yield f"{name} == {value}", name
    yield f"HOST_VM_INFO64_COUNT <= {kernel.BUFFER_WORDS}", "HOST_VM_INFO64_COUNT"
    for raw, level in parse.PRESSURE_LEVELS.items():
        name = f"DISPATCH_MEMORYPRESSURE_{PRESSURE_LEVELS.words[level]}"
        yield f"{name} == {raw}", name
    for level, word in enumerate(THERMAL_LEVELS.words):
        name = f"kOSThermalPressureLevel{word.capitalize()}"
        yield f"{name} == {level}", name


def ours(declared: Any) -> str:
    """Return a type of ctypes as the template `ours` has it."""
    if declared is None:
        return "ours<0, 0, 0>"
    if declared is ctypes.c_char_p:
        return f"ours<3, {ctypes.sizeof(declared)}, 1>"
    if declared is ctypes.c_void_p:
        return f"ours<3, {ctypes.sizeof(declared)}, 0>"
    if issubclass(declared, ctypes._Pointer):
        return f"ours<3, {ctypes.sizeof(declared)}, {ctypes.sizeof(declared._type_)}>"
    signed = declared(-1).value < 0
    return f"ours<{1 if signed else 2}, {ctypes.sizeof(declared)}, 0>"


def source() -> str:
    """Return the program, which compiles where every assertion holds."""
    lines = [f"#include <{header}>" for header in HEADERS]
    lines.append(TRAITS)
    lines += [
        f'static_assert({condition}, "{about}: not what mlxtop takes it for");'
        for condition, about in assertions()
    ]
    return "\n".join(lines) + "\n"


def missing_symbols(library: str) -> list[str]:
    """Return the functions that the text of a library's exports does not name."""
    exported = set(library.replace("'", " ").replace(",", " ").split())
    names = [name for signatures in EXPORTED for name in signatures]
    return [name for name in names if f"_{name}" not in exported]


def compile_with(command: list[str]) -> str:
    """Return what the compiler says of the program; empty where every assertion holds."""
    with tempfile.TemporaryDirectory() as folder:
        # Nothing of the compiler's stays in the user's home.
        caches = {"ZIG_GLOBAL_CACHE_DIR": folder, "ZIG_LOCAL_CACHE_DIR": folder}
        program = Path(folder, "program.cpp")
        program.write_text(source(), "utf-8")
        done = subprocess.run(
            [*command, "-std=c++17", "-nostdinc++", "-c", str(program), "-o", f"{program}.o"],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | caches,
        )
    return (done.stderr or "The compiler fails.") if done.returncode else ""


def main() -> int:
    """Check for each target; print what was checked, or what does not hold."""
    package = find_spec("ziglang")
    if package is None or not package.submodule_search_locations:
        print("check-darwin needs the Python package ziglang.", file=sys.stderr)
        return 2
    zig = Path(package.submodule_search_locations[0])
    failed = False
    for target in TARGETS:
        # As a C compiler it brings no C++ library, whose building takes minutes.
        said = compile_with([sys.executable, "-m", "ziglang", "cc", "-target", target])
        print(said or f"{target}: {len(list(assertions()))} assertions hold")
        failed = failed or bool(said)
    exports = (zig / "lib/libc/darwin/libSystem.tbd").read_text("utf-8")
    for name in missing_symbols(exports):
        print(f"libSystem does not export {name}.")
        failed = True
    unchecked = ", ".join(
        f"{name} ({len(signatures)} functions)" for name, signatures in WITHOUT_HEADERS.items()
    )
    print(f"not checked, for want of headers: the types of {unchecked}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

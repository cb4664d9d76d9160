"""A Mac of C functions: compiled once, one copy for each test, filled from captures."""

import ctypes
import json
import os
import plistlib
import re
import shutil
import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from mlxtop.sensors.cpu import Core
from mlxtop.sensors.macos import parse
from mlxtop.sensors.macos.corefoundation import CoreFoundation
from mlxtop.sensors.macos.iokit import Registry
from mlxtop.sensors.macos.kernel import Kernel

SOURCES = Path(__file__).parent / "fake_macos"
READY = "MLXTOP_FAKE_MAC"
AGX = "AGXAcceleratorG13X:AGXAccelerator:IOAccelerator"
CLIENT = "AGXDeviceUserClient:IOGPUDeviceUserClient"
CORES = 8


def compile_fake(path: Path, *flags: str) -> Path:
    """Return the library built from the sources; skips where there is no C compiler."""
    if ready := os.environ.get(READY):
        return Path(ready)
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("NO C COMPILER (cc): the calls into macOS are not tested at all")
    sources = [str(source) for source in sorted(SOURCES.glob("*.c"))]
    warnings = ["-Wall", "-Wextra", "-Werror"]
    command = [compiler, "-shared", "-fPIC", "-O1", "-g", *warnings, *flags, *sources]
    subprocess.run([*command, "-o", str(path)], check=True)
    return path


def buffer(**counts: int) -> bytes:
    """Return a vm_statistics64 of 38 words with these counts of pages."""
    data = bytearray(38 * 4)
    for name, count in counts.items():
        offset, code = parse.VM_STATISTICS64[name]
        struct.pack_into(code, data, offset, count)
    return bytes(data)


def _core(ticks: list[int]) -> Core:
    user, system, idle, nice = (tick / 100 for tick in ticks)
    return Core(user + nice, system, user + system + idle + nice)


class FakeMac:
    """The library, what it is told to answer, and what it has counted."""

    def __init__(self, library: Path) -> None:
        self.path = str(library)
        self.library = ctypes.CDLL(self.path)
        self.library.mach_host_self.restype = ctypes.c_uint32
        port, pointer = ctypes.c_uint32, ctypes.c_void_p
        self.library.host_statistics.argtypes = [port, ctypes.c_int, pointer, pointer]
        self.library.host_processor_info.argtypes = [port, ctypes.c_int, *[pointer] * 3]
        self.library.fake_entry.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_uint64]
        self.library.fake_property.argtypes = [
            ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t,
        ]  # fmt: skip
        self.library.fake_sysctl.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
        self._registries: list[Registry] = []

    def kernel(self) -> Kernel:
        return Kernel(self.path)

    def registry(self) -> Registry:
        self._registries.append(Registry(self.path, CoreFoundation(self.path)))
        return self._registries[-1]

    def number(self, name: str) -> int:
        return ctypes.c_int32.in_dll(self.library, name).value

    def tell(self, name: str, value: int) -> None:
        wide = name in ("wrong_length", "posted", "drawn")
        kind = ctypes.c_int64 if wide else ctypes.c_int32
        kind.in_dll(self.library, name).value = value

    def at(self, seconds: float) -> None:
        """Set the kernel's clock; the kernel was started at 0."""
        ctypes.c_uint64.in_dll(self.library, "nanoseconds").value = round(seconds * 1e9)

    def statistics(self, data: bytes) -> None:
        ctypes.memmove((ctypes.c_uint32 * 1024).in_dll(self.library, "statistics"), data, len(data))

    def cpu(self, core: int, user: int, system: int, idle: int) -> None:
        """Set what a core has done since the start, in ticks of 10 ms."""
        ticks = (ctypes.c_uint32 * (4 * CORES)).in_dll(self.library, "cpu_ticks")
        ticks[4 * core : 4 * core + 4] = [user, system, idle, 0]

    def cores(self) -> list[Core]:
        """Return what psutil reads for each core: host_processor_info."""
        ticks = ctypes.POINTER(ctypes.c_uint32)()
        cores, count = ctypes.c_uint32(), ctypes.c_uint32()
        code = self.library.host_processor_info(
            self.library.mach_host_self(), 2,
            ctypes.byref(cores), ctypes.byref(ticks), ctypes.byref(count),
        )  # fmt: skip
        assert (code, count.value) == (0, 4 * cores.value)
        return [_core(ticks[4 * core : 4 * core + 4]) for core in range(cores.value)]

    def all_cores(self) -> list[Core]:
        """Return what psutil reads for the sum of them: host_statistics."""
        ticks, count = (ctypes.c_uint32 * 4)(), ctypes.c_uint32(4)
        host = self.library.mach_host_self()
        assert self.library.host_statistics(host, 3, ticks, ctypes.byref(count)) == 0
        return [_core(list(ticks))]

    def footprint(self, pid: int, size: int) -> None:
        self.library.fake_footprint(pid, ctypes.c_uint64(size))

    def sysctl(self, name: str, value: bytes) -> None:
        self.library.fake_sysctl(name.encode(), value, len(value))

    def entry(self, classes: str, number: int = 0, parent: int = -1, **properties: Any) -> int:
        entry = int(self.library.fake_entry(parent, classes.encode(), number))
        self.properties(entry, properties)
        return entry

    def properties(self, entry: int, properties: dict[str, Any]) -> None:
        for key, value in properties.items():
            data = value if isinstance(value, bytes) else plistlib.dumps(value)
            self.library.fake_property(entry, key.encode(), data, len(data))

    def gone(self, entry: int) -> None:
        self.library.fake_gone(entry)

    def client(self, parent: int, number: int, pid: int, *nanoseconds: int) -> int:
        entry = self.entry(CLIENT, number, parent, IOUserClientCreator=f"pid {pid}, somebody")
        self.used(entry, *nanoseconds)
        return entry

    def used(self, entry: int, *nanoseconds: int) -> None:
        usage = [
            {"API": "Metal", "lastSubmittedTime": 1, "accumulatedGPUTime": number}
            for number in nanoseconds
        ]
        self.properties(entry, {"AppUsage": usage})

    def assert_clean(self) -> None:
        """Fail for an object that was not let go of, or a call with a wrong argument."""
        for registry in self._registries:
            registry.close()
        counts = ("objects", "handles_open", "misuse", "unlocked")
        assert {name: self.number(name) for name in counts} == dict.fromkeys(counts, 0)


def property_of(text: str, key: str) -> Iterable[object]:
    """Give the values of a property in the text of ioreg, as far as they are complete."""
    for line in re.findall(rf'^[ |]*"{re.escape(key)}" = (.+)$', text, re.MULTILINE):
        if line == "()":
            yield []
        elif line.startswith("("):
            yield json.loads(f"[{line[1:-1]}]".replace("=", ":"))
        elif line.endswith("}"):
            yield json.loads(re.sub(r'"=', '":', line))
        elif line.startswith('"') or line.isdigit():
            yield json.loads(line)

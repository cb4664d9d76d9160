"""The calls into the macOS kernel through ctypes; every type is declared."""

import ctypes
import os

from mlxtop.sensors.macos.c_functions import PORT, UINT32_OUT, Signatures, bind

HOST_VM_INFO64 = 4
# The first version of vm_statistics64; every kernel accepts a call for this many words.
FIRST_COUNT = 38
BUFFER_WORDS = 1024
# The kernel's structure is larger than the requested count (macOS 27).
MIG_ARRAY_TOO_LARGE = -307
LARGEST_SYSCTL = 4096
SIGNATURES: Signatures = {
    "mach_host_self": (PORT, ()),
    "host_statistics64": (ctypes.c_int, (PORT, ctypes.c_int, ctypes.c_void_p, UINT32_OUT)),
    "sysctlbyname": (
        ctypes.c_int,
        (
            ctypes.c_char_p,
            ctypes.c_void_p,
            ctypes.POINTER(ctypes.c_size_t),
            ctypes.c_void_p,
            ctypes.c_size_t,
        ),
    ),
}


class Kernel:
    """`host_statistics64` and `sysctlbyname` of one library."""

    def __init__(self, library: str | None = None) -> None:
        """Bind the symbols of `library`; None takes those of the process, libSystem's.

        Raises OSError or AttributeError if the symbols do not exist.
        """
        self._call = bind(ctypes.CDLL(library, use_errno=True), SIGNATURES)
        # Each call adds a reference to the port, so it is called once.
        self._host = self._call["mach_host_self"]()
        self._count = FIRST_COUNT
        self._buffer = (ctypes.c_uint32 * BUFFER_WORDS)()

    def vm_statistics64(self) -> bytes:
        """Return the buffer of HOST_VM_INFO64; raises OSError with the kernel's return code."""
        result, count = self._statistics(self._count)
        if result == MIG_ARRAY_TOO_LARGE and self._count < count <= BUFFER_WORDS:
            # Remembered: otherwise each reading would need two calls.
            self._count = count
            result, count = self._statistics(count)
        if result != 0:
            raise OSError(f"host_statistics64 returned {result}")
        return bytes(self._buffer)[: 4 * min(count, BUFFER_WORDS)]

    def sysctl(self, name: str) -> bytes:
        """Return the raw value of a sysctl by name; raises OSError (ENOENT: no such name)."""
        buffer = ctypes.create_string_buffer(LARGEST_SYSCTL)
        length = ctypes.c_size_t(LARGEST_SYSCTL)
        ctypes.set_errno(0)
        call = self._call["sysctlbyname"]
        if call(name.encode(), buffer, ctypes.byref(length), None, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), name)
        return buffer.raw[: length.value]

    def try_sysctl(self, name: str) -> bytes:
        """Return what `sysctl` returns, or nothing if the name is not known."""
        try:
            return self.sysctl(name)
        except OSError:
            return b""

    def _statistics(self, count: int) -> tuple[int, int]:
        size = ctypes.c_uint32(count)
        result = self._call["host_statistics64"](
            self._host, HOST_VM_INFO64, self._buffer, ctypes.byref(size)
        )
        return result, size.value

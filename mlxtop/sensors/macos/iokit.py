"""The calls into the IO registry through ctypes; every type is declared."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from mlxtop.sensors.macos.c_functions import PORT, UINT32_OUT, Signatures, bind
from mlxtop.sensors.macos.corefoundation import CoreFoundation

LIBRARY = "/System/Library/Frameworks/IOKit.framework/IOKit"
SERVICE_PLANE = b"IOService"
# A client that opens or closes meanwhile invalidates an iterator, which ends early.
ATTEMPTS = 4

SIGNATURES: Signatures = {
    "IOServiceMatching": (ctypes.c_void_p, (ctypes.c_char_p,)),
    "IOServiceGetMatchingServices": (ctypes.c_int, (PORT, ctypes.c_void_p, UINT32_OUT)),
    "IOIteratorNext": (PORT, (PORT,)),
    "IOIteratorIsValid": (ctypes.c_int, (PORT,)),
    "IOIteratorReset": (None, (PORT,)),
    "IOObjectConformsTo": (ctypes.c_int, (PORT, ctypes.c_char_p)),
    "IOObjectRelease": (ctypes.c_int, (PORT,)),
    "IORegistryEntryGetRegistryEntryID": (ctypes.c_int, (PORT, ctypes.POINTER(ctypes.c_uint64))),
    "IORegistryEntryGetChildIterator": (ctypes.c_int, (PORT, ctypes.c_char_p, UINT32_OUT)),
    "IORegistryEntryCreateCFProperty": (
        ctypes.c_void_p,
        (PORT, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32),
    ),
}


class Registry:
    """Entries of the IO registry and their properties; an entry is a handle of 32 bits."""

    def __init__(self, library: str = LIBRARY, foundation: CoreFoundation | None = None) -> None:
        """Bind the symbols of `library`; raises OSError or AttributeError if there are none."""
        # PyDLL keeps the interpreter's lock. A reading of 160 clients is over a thousand calls of
        # some microseconds; a thread that releases the lock in each call may wait 5 ms for it
        # while the screen draws: a reading then took up to 72 ms.
        self._call = bind(ctypes.PyDLL(library), SIGNATURES)
        self._foundation = foundation or CoreFoundation()
        # Created once: the same few keys are needed five times a second.
        self._keys: dict[str, int] = {}

    def close(self) -> None:
        """Release the keys; no call follows."""
        while self._keys:
            self._foundation.release(self._keys.popitem()[1])

    @contextmanager
    def services(self, kind: str) -> Iterator[list[int]]:
        """Yield the services of a class or one derived from it; they are released at the end.

        Raises OSError with the return code.
        """
        matching = self._call["IOServiceMatching"](kind.encode())
        if not matching:
            raise OSError(f"IOServiceMatching({kind}) returned NULL")
        iterator = ctypes.c_uint32()
        # The call takes over the reference to `matching`, also when it fails.
        code = self._call["IOServiceGetMatchingServices"](0, matching, ctypes.byref(iterator))
        with self._entries("IOServiceGetMatchingServices", code, iterator) as entries:
            yield entries

    @contextmanager
    def children(self, entry: int) -> Iterator[list[int]]:
        """Yield the children of an entry in the service plane; they are released at the end.

        Raises OSError with the return code.
        """
        iterator = ctypes.c_uint32()
        name = "IORegistryEntryGetChildIterator"
        code = self._call[name](entry, SERVICE_PLANE, ctypes.byref(iterator))
        with self._entries(name, code, iterator) as entries:
            yield entries

    def is_a(self, entry: int, kind: str) -> bool:
        """Return whether an entry is of a class or one derived from it."""
        return bool(self._call["IOObjectConformsTo"](entry, kind.encode()))

    def entry_id(self, entry: int) -> int | None:
        """Return an entry's number, constant until the machine restarts."""
        number = ctypes.c_uint64()
        code = self._call["IORegistryEntryGetRegistryEntryID"](entry, ctypes.byref(number))
        return number.value if code == 0 else None

    def plist(self, entry: int, key: str) -> bytes:
        """Return a property as an XML property list; empty if the entry has no such key."""
        if key not in self._keys:
            self._keys[key] = self._foundation.string(key)
        value = self._call["IORegistryEntryCreateCFProperty"](entry, self._keys[key], None, 0)
        if not value:
            return b""
        try:
            return self._foundation.plist(value)
        finally:
            self._foundation.release(value)

    @contextmanager
    def _entries(
        self, name: str, code: int | None, iterator: ctypes.c_uint32
    ) -> Iterator[list[int]]:
        if code != 0 or not iterator.value:
            raise OSError(f"{name} returned {code}")
        entries: list[int] = []
        try:
            for _ in range(ATTEMPTS):
                while entry := self._call["IOIteratorNext"](iterator):
                    entries.append(entry)
                if self._call["IOIteratorIsValid"](iterator):
                    break
                self._release(entries)
                self._call["IOIteratorReset"](iterator)
            else:
                raise OSError(f"the iterator of {name} was invalidated {ATTEMPTS} times")
            yield entries
        finally:
            self._release(entries)
            self._call["IOObjectRelease"](iterator)

    def _release(self, entries: list[int]) -> None:
        while entries:
            self._call["IOObjectRelease"](entries.pop())

"""The calls of CoreFoundation that turn a property into bytes; every type is declared."""

import ctypes

from mlxtop.sensors.macos.c_functions import Signatures, bind

LIBRARY = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
UTF8 = 0x08000100
# kCFPropertyListXMLFormat_v1_0: one pattern finds a counter in it, where plistlib would take 13 µs
# for a binary list and 50 for XML, for each of a hundred clients, five times a second.
XML = 100
LARGEST_BYTES = 1 << 22
# CFIndex and CFOptionFlags are as wide as a pointer; the default int would truncate.
SIGNATURES: Signatures = {
    "CFStringCreateWithCString": (
        ctypes.c_void_p,
        (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32),
    ),
    "CFPropertyListCreateData": (
        ctypes.c_void_p,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_ssize_t,
            ctypes.c_size_t,
            ctypes.c_void_p,
        ),
    ),
    "CFDataGetLength": (ctypes.c_ssize_t, (ctypes.c_void_p,)),
    "CFDataGetBytePtr": (ctypes.c_void_p, (ctypes.c_void_p,)),
    "CFRelease": (None, (ctypes.c_void_p,)),
}


class CoreFoundation:
    """Objects are addresses as ctypes gives them: an int, or None for NULL."""

    def __init__(self, library: str = LIBRARY) -> None:
        """Bind the symbols of `library`; raises OSError or AttributeError if there are none."""
        # PyDLL keeps the interpreter's lock, for the same reason as in iokit.py.
        call = bind(ctypes.PyDLL(library), SIGNATURES)
        self._string = call["CFStringCreateWithCString"]
        self._serialize = call["CFPropertyListCreateData"]
        self._length = call["CFDataGetLength"]
        self._bytes = call["CFDataGetBytePtr"]
        self._release = call["CFRelease"]

    def string(self, text: str) -> int:
        """Return a new CFString, to be released; raises OSError if there is none."""
        made: int | None = self._string(None, text.encode(), UTF8)
        if not made:
            raise OSError("CFStringCreateWithCString returned NULL")
        return made

    def release(self, thing: int | None) -> None:
        """Release an object; ignores NULL, on which CFRelease would crash."""
        if thing:
            self._release(thing)

    def plist(self, thing: int) -> bytes:
        """Return an object as an XML property list; empty if it cannot be a list."""
        data: int | None = self._serialize(None, thing, XML, 0, None)
        if not data:
            return b""
        try:
            length: int = self._length(data)
            start: int | None = self._bytes(data)
            # Copied before the data is released.
            return ctypes.string_at(start, length) if start and 0 < length <= LARGEST_BYTES else b""
        finally:
            self._release(data)

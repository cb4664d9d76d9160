"""Functions of a C library with their types, each declared once in a table of its module.

`tools/check_darwin.py` compiles these tables against Darwin's headers.
"""

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

Signature = tuple[Any, tuple[Any, ...]]
"""Type of the result (None: void), and of each argument, as ctypes names them."""
Signatures = Mapping[str, Signature]
Call = Callable[..., Any]

UINT32_OUT = ctypes.POINTER(ctypes.c_uint32)
# Mach ports, and with them IO objects, are 32 bits wide: ctypes' default of int would sign-extend.
PORT = ctypes.c_uint32


def bind(library: ctypes.CDLL, signatures: Signatures) -> dict[str, Call]:
    """Return the functions of `library` by name; raises AttributeError if one is not there."""
    bound: dict[str, Call] = {}
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, list(arguments)
        bound[name] = function
    return bound

"""The calls of notify(3) that read a state someone else posts; every type declared."""

import ctypes

from mlxtop.sensors.macos.binding import Signatures, bind

THERMAL_PRESSURE = "com.apple.system.thermalpressurelevel"
SIGNATURES: Signatures = {
    "notify_register_check": (
        ctypes.c_uint32,
        (ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)),
    ),
    "notify_get_state": (ctypes.c_uint32, (ctypes.c_int, ctypes.POINTER(ctypes.c_uint64))),
    "notify_cancel": (ctypes.c_uint32, (ctypes.c_int,)),
}


class NotifyState:
    """The newest state posted under one name."""

    def __init__(self, name: str, library: str | None = None) -> None:
        """Register for `name`; None takes the symbols of the process, libSystem's.

        Raises OSError with the status, AttributeError where the symbols do not exist.
        """
        self._call = bind(ctypes.CDLL(library), SIGNATURES)
        self._token: int | None = None
        token = ctypes.c_int()
        status = self._call["notify_register_check"](name.encode(), ctypes.byref(token))
        if status != 0:
            raise OSError(f"notify_register_check({name}) returned {status}")
        self._token = token.value

    def state(self) -> int:
        """Return the state; 0 also where nobody ever posted one. Raises OSError."""
        if self._token is None:
            raise OSError("the notification was released")
        state = ctypes.c_uint64()
        status = self._call["notify_get_state"](self._token, ctypes.byref(state))
        if status != 0:
            raise OSError(f"notify_get_state returned {status}")
        return state.value

    def close(self) -> None:
        """Let go of the registration; a second call does nothing."""
        token, self._token = self._token, None
        if token is not None:
            self._call["notify_cancel"](token)

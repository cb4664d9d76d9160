"""The calls of notify(3) that read a state someone else posts; every type declared."""

import ctypes

THERMAL_PRESSURE = "com.apple.system.thermalpressurelevel"


class NotifyState:
    """The newest state posted under one name."""

    def __init__(self, name: str, library: str | None = None) -> None:
        """Register for `name`; None takes the symbols of the process, libSystem's.

        Raises OSError with the status, AttributeError where the symbols do not exist.
        """
        loaded = ctypes.CDLL(library)
        self._register = loaded.notify_register_check
        self._register.restype = ctypes.c_uint32
        self._register.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
        self._get = loaded.notify_get_state
        self._get.restype = ctypes.c_uint32
        self._get.argtypes = [ctypes.c_int, ctypes.POINTER(ctypes.c_uint64)]
        self._cancel = loaded.notify_cancel
        self._cancel.restype = ctypes.c_uint32
        self._cancel.argtypes = [ctypes.c_int]
        self._token: int | None = None
        token = ctypes.c_int()
        status = self._register(name.encode(), ctypes.byref(token))
        if status != 0:
            raise OSError(f"notify_register_check({name}) returned {status}")
        self._token = token.value

    def state(self) -> int:
        """Return the state; 0 also where nobody ever posted one. Raises OSError."""
        if self._token is None:
            raise OSError("the notification was let go of")
        state = ctypes.c_uint64()
        status = self._get(self._token, ctypes.byref(state))
        if status != 0:
            raise OSError(f"notify_get_state returned {status}")
        return state.value

    def close(self) -> None:
        """Let go of the registration; a second call does nothing."""
        token, self._token = self._token, None
        if token is not None:
            self._cancel(token)

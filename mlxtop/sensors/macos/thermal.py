"""How much macOS slows down the machine because of heat."""

import ctypes
from collections.abc import Callable, Sequence

from mlxtop.sensors.macos.c_functions import Signatures, bind
from mlxtop.sensors.macos.parse import parse_notifyutil
from mlxtop.sensors.macos.sources import run
from mlxtop.sensors.source import Sensor, Values

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
    """The latest state posted under a name."""

    def __init__(self, name: str, library: str | None = None) -> None:
        """Register for `name`; None takes the symbols of the process, libSystem's.

        Raises OSError with the status, AttributeError if the symbols do not exist.
        """
        self._call = bind(ctypes.CDLL(library), SIGNATURES)
        self._token: int | None = None
        token = ctypes.c_int()
        status = self._call["notify_register_check"](name.encode(), ctypes.byref(token))
        if status != 0:
            raise OSError(f"notify_register_check({name}) returned {status}")
        self._token = token.value

    def state(self) -> int:
        """Return the state; 0 also if none was ever posted. Raises OSError."""
        if self._token is None:
            raise OSError("the notification was released")
        state = ctypes.c_uint64()
        status = self._call["notify_get_state"](self._token, ctypes.byref(state))
        if status != 0:
            raise OSError(f"notify_get_state returned {status}")
        return state.value

    def close(self) -> None:
        """Cancel the registration; a second call does nothing."""
        token, self._token = self._token, None
        if token is not None:
            self._call["notify_cancel"](token)


FIGURE = "thermal.level"
HIGHEST = 4
PROGRAM = ["notifyutil", "-g", THERMAL_PRESSURE]
_LEVELS = "0 nominal (or never posted), 1 moderate, 2 heavy, 3 trapping, 4 sleeping"


class MacThermal(Sensor):
    """The level of thermal pressure, 0 to 4."""

    steady = True

    def __init__(
        self,
        hz: float,
        read: Callable[[], int | None],
        source: str,
        close: Callable[[], None] | None = None,
    ) -> None:
        """Read the level by `read`, which `source` names; `close` releases it."""
        super().__init__("thermal", hz, [(FIGURE, f"{source}: {_LEVELS}")])
        self._read = read
        self._close = close

    def read(self) -> Values:
        """Return the level; None for an unknown number. Raises OSError."""
        level = self._read()
        return {FIGURE: level if level is not None and 0 <= level <= HIGHEST else None}

    def close(self) -> None:
        """Cancel the registration."""
        if self._close is not None:
            self._close()


def thermal_sensor(
    hz: float,
    slow_hz: float,
    library: str | None = None,
    run: Callable[[Sequence[str]], str] = run,
) -> MacThermal:
    """Return the sensor by notify(3), or by `notifyutil` if that fails."""
    try:
        state = NotifyState(THERMAL_PRESSURE, library)
    except (OSError, AttributeError):
        sensor = MacThermal(
            slow_hz, lambda: parse_notifyutil(run(PROGRAM)), f"program {' '.join(PROGRAM)}"
        )
        sensor.slow = True
        return sensor
    return MacThermal(hz, state.state, f"notify_get_state {THERMAL_PRESSURE}", state.close)

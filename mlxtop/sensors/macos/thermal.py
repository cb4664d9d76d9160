"""How hard macOS holds the machine back for heat."""

from collections.abc import Callable, Sequence

from mlxtop.sensors.base import Sensor, Values
from mlxtop.sensors.macos.notify import THERMAL_PRESSURE, NotifyState
from mlxtop.sensors.macos.programs import run
from mlxtop.sensors.macos.text import parse_notifyutil

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
        """Read the level by `read`, which `source` names; `close` lets go of it."""
        super().__init__("thermal", hz, [(FIGURE, f"{source}: {_LEVELS}")])
        self._read = read
        self._close = close

    def read(self) -> Values:
        """Return the level; None for a number that is none. Raises OSError."""
        level = self._read()
        return {FIGURE: level if level is not None and 0 <= level <= HIGHEST else None}

    def close(self) -> None:
        """Let go of the registration."""
        if self._close is not None:
            self._close()


def thermal_sensor(
    hz: float,
    slow_hz: float,
    library: str | None = None,
    run: Callable[[Sequence[str]], str] = run,
) -> MacThermal:
    """Return the sensor by notify(3), or by `notifyutil` where that fails."""
    try:
        state = NotifyState(THERMAL_PRESSURE, library)
    except (OSError, AttributeError):
        sensor = MacThermal(
            slow_hz, lambda: parse_notifyutil(run(PROGRAM)), f"program {' '.join(PROGRAM)}"
        )
        sensor.slow = True
        return sensor
    return MacThermal(hz, state.state, f"notify_get_state {THERMAL_PRESSURE}", state.close)

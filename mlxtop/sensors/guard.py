"""A sensor that fails never stops the others: its figures are None, it is retried and reported."""

from collections.abc import Callable
from math import inf, isfinite

from mlxtop.events import AnyEvent, Notice
from mlxtop.sensors.source import Sensor, Unusable, Values
from mlxtop.text import one_line

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 0.9
"""A figure is valid for longer than this (`HOLD_SECONDS` of a series), so nothing is lost."""


class Guard:
    """Reads one sensor; on failure waits 1, 2, 4 … 30 s between attempts."""

    def __init__(self, sensor: Sensor, emit: Callable[[AnyEvent], None]) -> None:
        """Read `sensor`; emit one notice when it fails and one when it works again.

        A sensor that raises Unusable is not retried.
        """
        self.sensor = sensor
        self._emit = emit
        self._wait = 0.0
        self._retry_at = 0.0
        self._given: Values = {}
        self._given_at = 0.0

    @property
    def lost(self) -> bool:
        """True from a failed reading until the next successful one."""
        return self._wait > 0

    def read(self, t: float) -> Values:
        """Return the sensor's figures at `t`.

        Empty while a lost sensor waits for its next attempt, or steady figures have not changed.
        """
        if self.lost and t < self._retry_at:
            return {}
        try:
            values = self.sensor.read()
        # The boundary between the sampler and anything that a source may raise.
        except Exception as error:  # noqa: BLE001
            self._fail(t, error)
            return self.sensor.nothing()
        if self.lost:
            self._wait = 0.0
            self._say(t, f"The sensor {self.sensor.name} answers again.")
        if not values:
            # Nothing new: the last values remain valid.
            return {}
        sane = {
            name: value if value is None or isfinite(value) else None
            for name, value in values.items()
        }
        if self.sensor.steady:
            if sane == self._given and t - self._given_at < STEADY_SECONDS:
                return {}
            self._given, self._given_at = sane, t
        return sane

    def _fail(self, t: float, error: Exception) -> None:
        if isinstance(error, Unusable):
            self._say(t, f"The sensor {self.sensor.name} cannot be used: {error}.")
            self._wait = self._retry_at = inf
            return
        if not self.lost:
            reason = str(error) or type(error).__name__
            self._say(
                t, f"The sensor {self.sensor.name} does not answer ({reason}); it is tried again."
            )
        self._wait = min(LONGEST_WAIT_SECONDS, self._wait * 2 or FIRST_WAIT_SECONDS)
        self._retry_at = t + self._wait

    def _say(self, t: float, text: str) -> None:
        self._emit(Notice(t=t, text=one_line(text, 300), origin="sensors"))

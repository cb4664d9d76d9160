"""The units of figures, each with its own way to be written: a closed set.

The name of a figure ends in its unit (`gpu.power_watts`). That of a figure which is not in the
catalogue tells its unit by that alone. The classes of this package are msgspec's: each start makes
them, and a dataclass takes five times as long.
"""

from collections.abc import Callable

import msgspec

from mlxtop import format as fmt

Apart = tuple[str, str]
"""A number and its unit."""


class Unit(msgspec.Struct, frozen=True):
    """What a figure is counted in, and how it is written."""

    name: str
    """As a sensor and a recording name it, and as the name of a figure ends."""
    symbol: str
    """Beside a number that is not rounded: `bytes/s`, `°C`."""
    written: Callable[[float], str]
    """Number and unit as a pane shows them: `18.4 GB`."""
    apart: Callable[[float], Apart]
    """Number and unit for two columns of a table."""
    scales: bool = False
    """Whether the unit grows with the number: kB, MB, GB."""

    def words(self, value: float | None) -> str:
        """Return a value with its unit; `—` where there is none."""
        return self.written(value) if fmt.known(value) and value is not None else fmt.UNKNOWN


def _plain(name: str, symbol: str = "", beside: str = "") -> Unit:
    """Return a unit that is written after its number, which is never scaled."""
    symbol = symbol or name
    return Unit(
        name,
        symbol,
        lambda value: f"{fmt.number(value)} {symbol}",
        lambda value: (fmt.number(value, 2), beside or symbol),
    )


def _split(written: Callable[[float | None], str]) -> Callable[[float], Apart]:
    def apart(value: float) -> Apart:
        number, _, unit = written(value).partition(" ")
        return number, unit

    return apart


def _scaled(name: str, symbol: str, written: Callable[[float | None], str]) -> Unit:
    return Unit(name, symbol, written, _split(written), scales=True)


def _bare(name: str, beside: str = "") -> Unit:
    """Return a unit that no pane writes: the label says what is counted."""
    return Unit(
        name,
        name,
        lambda value: fmt.number(value, 2),
        lambda value: (fmt.number(value, 2), beside or name),
    )


def megahertz(value: float | None) -> str:
    """Return hertz as the clock of a processor is written: `1398 MHz`."""
    return fmt.UNKNOWN if value is None or not fmt.known(value) else f"{value / 1e6:.0f} MHz"


BYTES = _scaled("bytes", "bytes", fmt.size)
BYTES_PER_SECOND = _scaled("bytes_per_second", "bytes/s", fmt.traffic)
PERCENT = Unit("percent", "%", fmt.percent, lambda value: (fmt.number(value, 2), "%"))
HERTZ = _scaled("hertz", "Hz", fmt.frequency)
CLOCK = _scaled("hertz", "Hz", megahertz)
"""Hertz again, of a processor's clock."""
SECONDS = _scaled("seconds", "s", fmt.seconds)
WATTS = _plain("watts", "W")
CELSIUS = _plain("celsius", "°C")
LOAD = _bare("load", "processes")
COUNT = Unit("count", "count", fmt.count, lambda value: (fmt.count(value), "count"))
LEVEL = _bare("level")
MASK = _bare("mask")

UNITS = {
    unit.name: unit
    for unit in (
        *(BYTES, BYTES_PER_SECOND, PERCENT, HERTZ, SECONDS, WATTS, CELSIUS),
        *(LOAD, COUNT, LEVEL, MASK),
    )
}
"""By name. A figure whose unit is none of them is written with the word that it ends in."""
_ENDS = (BYTES, BYTES_PER_SECOND, PERCENT, HERTZ, SECONDS, WATTS, CELSIUS)


def unit_of(name: str) -> Unit:
    """Return the unit that the name of a figure ends in; the word it ends in where that is none."""
    for unit in _ENDS:
        if name.endswith(f"_{unit.name}"):
            return unit
    words, _, end = name.partition(".")[2].rpartition("_")
    return unit_called(end) if words and end.isascii() and end.isalpha() else _BARE


def unit_called(name: str) -> Unit:
    """Return the unit of a name that a sensor gave it."""
    return UNITS.get(name) or Unit(
        name,
        name,
        lambda value: f"{fmt.number(value, 2)} {name}",
        lambda value: (fmt.number(value, 2), name),
    )


_BARE = _bare("")

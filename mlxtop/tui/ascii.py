"""Terminals that cannot show more than ASCII: all that is drawn is put into it on its way out.

At the driver, so that no widget has to know.
"""

from textual.driver import Driver

from mlxtop.ascii import to_ascii


def ascii_driver(base: type[Driver]) -> type[Driver]:
    """Return a driver that writes what `base` would, in ASCII."""

    class AsciiDriver(base):  # type: ignore[valid-type, misc]  # the base is chosen at run time
        def write(self, data: str) -> None:
            super().write(to_ascii(data))

    return AsciiDriver

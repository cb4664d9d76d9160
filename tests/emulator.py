"""An emulator of a terminal that keeps up with full screens in true colour."""

import re
from functools import cache

import pyte

_COLOURS = re.compile(r"(\x1b\[[0-9;]*m)")


@cache
def _numbers(sequence: str) -> tuple[int, ...]:
    """Return the parameters of a sequence that sets colours."""
    return tuple(int(number or 0) for number in sequence[2:-1].split(";"))


class Emulator(pyte.Stream):  # type: ignore[misc]  # which has no types
    """Takes a sequence of colours as a whole; the library reads each of its characters by itself.

    That was a third of what the tests of screens took.
    """

    def feed(self, data: str) -> None:
        """Draw what a program wrote on the screen."""
        if not self._taking_plain_text:
            # The end of a sequence that began before.
            super().feed(data)
            return
        assert self.listener is not None
        for place, piece in enumerate(_COLOURS.split(data)):
            if place % 2 and self._taking_plain_text:
                self.listener.select_graphic_rendition(*_numbers(piece))
            elif piece:
                super().feed(piece)

"""Lines out of a pipe, none of them longer than an event can be."""

import os
import selectors
from collections.abc import Callable, Iterator

LONGEST_BYTES = 16_000_000
"""Of a line; an event has some hundred bytes, and a long reply is many of them."""
_READ_BYTES = 1 << 16
_IDLE_SECONDS = 5.0


def lines(descriptor: int, idle: Callable[[], None]) -> Iterator[bytes]:
    """Yield lines until the pipe ends; one that is too long as its first `LONGEST_BYTES` bytes.

    `idle` is called about every 5 seconds, and after as many reads as give 16 MB.
    """
    rest, skipping, reads = bytearray(), False, 0
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(_IDLE_SECONDS):
                idle()
                continue
            read = os.read(descriptor, _READ_BYTES)
            if not read:
                break
            reads += 1
            if reads % 256 == 0:
                idle()
            *whole, last = read.split(b"\n")
            for piece in whole:
                if skipping:
                    skipping = False
                    continue
                rest += piece
                yield bytes(rest)
                rest.clear()
            if skipping:
                continue
            rest += last
            if len(rest) > LONGEST_BYTES:
                yield bytes(rest[:LONGEST_BYTES])
                rest, skipping = bytearray(), True
    if rest:
        yield bytes(rest)

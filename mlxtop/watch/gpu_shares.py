"""Which process keeps the GPU busy, where the system counts GPU time by process: macOS."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping

from mlxtop.clock import now
from mlxtop.sensors.macos.gpu_time import Client, used

Shares = Mapping[int, float]
"""Process number → share of the time since the last reading, in percent."""


class GpuShares:
    """Turns the clients' counters into shares of time by process."""

    def __init__(
        self, clients: Callable[[], Mapping[int, Client]], clock: Callable[[], float] = now
    ) -> None:
        """Read `clients`, by registry entry id, at times of `clock`."""
        self._clients = clients
        self._clock = clock
        self._last: Mapping[int, Client] = {}
        self._last_t = float("nan")

    def read(self) -> Shares:
        """Return the shares; none at the first reading, nor where the system does not answer."""
        try:
            clients = self._clients()
        except OSError:
            return {}
        t = self._clock()
        passed = t - self._last_t
        shares: defaultdict[int, float] = defaultdict(float)
        for client, nanoseconds in used(self._last, clients, passed):
            if client.pid is not None:
                shares[client.pid] += nanoseconds / passed / 1e7
        self._last, self._last_t = clients, t
        return {pid: round(min(100.0, share), 1) for pid, share in shares.items()}


def gpu_shares(system: str = sys.platform) -> Callable[[], Shares]:
    """Return what reads this machine's shares; on a machine that does not count them, nothing.

    NVIDIA's driver counts by the host's process numbers, which in a container are somebody else's.
    """
    if system == "darwin":
        from mlxtop.sensors.macos.gpu import read_clients
        from mlxtop.sensors.macos.iokit import Registry

        try:
            registry = Registry()
        except (OSError, AttributeError):
            return dict
        creators: dict[int, int | None] = {}
        return GpuShares(lambda: read_clients(registry, creators)).read
    return dict

"""Turns the clients' counters of GPU time into shares: pure, for any values."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# GPU time is counted when a command buffer ends, so a shorter window would jump.
WINDOW_SECONDS = 0.5
# Clients may overlap, up to hundreds of percent; above this, a counter has jumped.
LARGEST_SHARE = 64.0


@dataclass(frozen=True)
class Client:
    """GPU time of one client since it was opened."""

    pid: int | None
    gpu_nanoseconds: int


def used(
    before: Mapping[int, Client], now: Mapping[int, Client], seconds: float
) -> Iterator[tuple[Client, int]]:
    """Yield each client and the GPU nanoseconds that it used between two readings.

    A new client yields nothing, because its start is unknown; nor does one whose counter fell, or
    grew by far more than the time: it has jumped.
    """
    if not seconds > 0:
        return
    longest = 1e9 * LARGEST_SHARE * seconds
    for number, client in now.items():
        last = before.get(number)
        if last is not None and 0 <= client.gpu_nanoseconds - last.gpu_nanoseconds <= longest:
            yield client, client.gpu_nanoseconds - last.gpu_nanoseconds


class GpuTime:
    """Adds up the growth of the counters, and computes shares over the last half second."""

    def __init__(self) -> None:
        """Begin without a reading: the first has no share."""
        self._last: Mapping[int, Client] = {}
        self._points: deque[tuple[float, float, float]] = deque()
        self._total = 0.0
        self._engine = 0.0
        self._engine_pid: int | None = None
        self._engine_since = float("-inf")

    def update(
        self, t: float, clients: Mapping[int, Client], engine_pid: int | None
    ) -> tuple[float | None, float | None]:
        """Return the shares of all clients and of `engine_pid` in percent, 0 to 100.

        `clients` by registry entry id. None until half a second has passed, for the engine also
        after its process changed. Overlapping clients are clamped to 100.
        """
        pid = self._engine_pid
        if engine_pid != pid:
            self._engine_pid, self._engine_since = engine_pid, t
        seconds = t - self._points[-1][0] if self._points else 0.0
        for client, nanoseconds in used(self._last, clients, seconds):
            self._total += nanoseconds
            if pid is not None and client.pid == pid:
                self._engine += nanoseconds
        self._last = dict(clients)
        self._points.append((t, self._total, self._engine))
        total, engine = self._share(1), self._share(2)
        known = engine_pid is not None and self._points[0][0] >= self._engine_since
        return total, engine if known else None

    def _share(self, part: int) -> float | None:
        t = self._points[-1][0]
        # The newest point at least a window old, with a tolerance for ticks of exactly 0.1 s.
        while len(self._points) > 1 and t - self._points[1][0] >= WINDOW_SECONDS - 1e-6:
            self._points.popleft()
        first, last = self._points[0], self._points[-1]
        if last[0] - first[0] < WINDOW_SECONDS - 1e-6:
            return None
        share = (last[part] - first[part]) / (last[0] - first[0]) / 1e7
        return round(min(100.0, max(0.0, share)), 2)

"""The processes of a machine, by psutil: memory, CPU, and which of them serve models."""

import heapq
import pwd
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TypeVar

import psutil

from mlxtop import clock
from mlxtop.clock import now
from mlxtop.sensors.macos.gpu_time import Client, used
from mlxtop.sensors.processes import ProcessMemory, process_memory
from mlxtop.text import one_line
from mlxtop.watch.served import Served, Server
from mlxtop.watch.servers import is_candidate, model_of, port_of, recognise, title

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
        """Return the shares; none at the first reading, or if the system does not answer."""
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
    """Return a reader of this machine's shares; it returns none if they are not available.

    NVIDIA's driver uses the host's process numbers, which are different in a container.
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


T = TypeVar("T")

KEPT = 60
"""Processes kept in a reading, each of those with the most memory, CPU and GPU."""
NAME_CHARACTERS = 60
COMMAND_CHARACTERS = 300
PORT_SECONDS = 10.0
"""How long until a server's port is read again."""
_SLICE = 25
"""Processes read at once; other threads run between two slices."""


@dataclass(frozen=True, slots=True)
class ProcessInfo:
    """A process; None if the system does not report a figure."""

    pid: int
    name: str
    """Printable and short: a process may have any name."""
    memory_bytes: int | None = None
    """Its footprint on macOS, elsewhere resident memory, including shared memory."""
    cpu_percent: float | None = None
    """Of one core; several busy threads pass 100. None at its first reading."""
    gpu_percent: float | None = None
    """Of the GPU's time, if the system counts it by process."""
    server: str = ""
    """The name of a model server; empty for other processes."""
    port: int | None = None
    """The port of a server."""
    started: float = 0.0
    """When it began, by the system's clock: a number is used again, for another process."""
    command: str = ""
    """Its command line, printable. It may be private: it is on the screen and nowhere else."""
    user: str = ""
    """Whose it is; empty if unknown."""
    models: str = ""
    """The models that a server has loaded, as it says; empty if it did not say."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The processes at one moment: model servers, and those with the highest use."""

    t: float
    processes: tuple[ProcessInfo, ...]
    total: int
    """Number of all processes."""
    seconds: float = 0.0
    """CPU time of the reading in its thread."""

    @property
    def servers(self) -> tuple[ProcessInfo, ...]:
        """The model servers, the largest first."""
        return tuple(p for p in by_memory(self.processes) if p.server)


@dataclass(slots=True)
class _Known:
    """Data of a process kept between readings."""

    process: psutil.Process
    raw_name: str
    name: str
    server: str
    argued_port: int | None
    argued_model: str
    cpu_seconds: float
    t: float
    port: int | None = None
    port_at: float = float("-inf")
    command: str | None = None
    """None until it is needed."""
    user: str = ""


class ProcessReader:
    """Reads all processes; CPU shares are over the time since the last reading."""

    def __init__(
        self,
        listed: Callable[[], Iterable[psutil.Process]] = psutil.process_iter,
        pause: Callable[[], object] = lambda: time.sleep(0.001),
        gpu: Callable[[], Shares] | None = None,
        memory: ProcessMemory | None = None,
        *,
        details: bool = False,
        served: Served | None = None,
    ) -> None:
        """Begin without data; `pause` is called between slices of the work.

        `gpu` reads shares of the GPU's time by process, `memory` the memory of a process. With
        `details` a reading has command lines and users, with `served` the models of servers.
        """
        self._listed = listed
        self._pause = pause
        self._gpu = gpu or gpu_shares()
        self._memory = memory or process_memory()
        self._details = details
        self._served = served
        self._known: dict[int, _Known] = {}

    def read(self) -> Reading:
        """Return the current processes, without those that end meanwhile."""
        begun = time.thread_time()
        found: list[ProcessInfo] = []
        gpu = self._gpu()
        for place, process in enumerate(self._listed()):
            if place % _SLICE == _SLICE - 1:
                self._pause()
            try:
                with process.oneshot():
                    found.append(self._read(process, gpu))
            except (psutil.NoSuchProcess, ProcessLookupError):
                self._known.pop(process.pid, None)
        alive = {info.pid for info in found}
        self._known = {pid: known for pid, known in self._known.items() if pid in alive}
        if self._served is not None:
            self._served.keep({self._server(info) for info in found if info.server})
        processes = kept(found)
        if self._details:
            processes = tuple(map(self._detailed, processes))
        return Reading(clock.now(), processes, len(found), time.thread_time() - begun)

    def _detailed(self, info: ProcessInfo) -> ProcessInfo:
        """Return a process with what is read once, and only of those that are kept."""
        known = self._known[info.pid]
        if known.command is None:
            try:
                arguments = _or_none(known.process.cmdline) or []
                known.command = command_line(arguments) or known.name
                known.user = _user(known.process)
            except (psutil.NoSuchProcess, ProcessLookupError):
                known.command = known.name
        return replace(info, command=known.command, user=known.user)

    def _read(self, process: psutil.Process, gpu: Shares) -> ProcessInfo:
        pid, t = process.pid, clock.now()
        raw_name = _or_none(process.name) or f"pid {pid}"
        times = _or_none(process.cpu_times)
        cpu_seconds = None if times is None else times.user + times.system
        known = self._known.get(pid)
        # The process became another program, or its number was reused.
        if known is not None and (
            known.raw_name != raw_name or (cpu_seconds or 0.0) < known.cpu_seconds
        ):
            known = None
        share = None
        if known is None:
            known = self._known[pid] = self._first_seen(process, raw_name, cpu_seconds or 0.0, t)
        elif cpu_seconds is not None and t > known.t:
            share = 100 * (cpu_seconds - known.cpu_seconds) / (t - known.t)
            known.cpu_seconds, known.t = cpu_seconds, t
        if known.server and t - known.port_at >= PORT_SECONDS:
            known.port, known.port_at = _listening(process) or known.argued_port, t
        info = ProcessInfo(
            pid=pid,
            name=known.name,
            memory_bytes=_or_none(lambda: self._memory.read(process)),
            cpu_percent=None if share is None else round(share, 1),
            gpu_percent=gpu.get(pid),
            server=known.server,
            port=known.port,
            started=_or_none(known.process.create_time) or 0.0,
        )
        if self._served is None or not info.server:
            return info
        return replace(info, models=self._served.models(self._server(info)))

    def _server(self, info: ProcessInfo) -> Server:
        return Server(info.pid, info.server, info.port, self._known[info.pid].argued_model)

    def _first_seen(self, process: psutil.Process, raw_name: str, cpu: float, t: float) -> _Known:
        # Arguments are read once, and only for a possible server.
        arguments = (_or_none(process.cmdline) or []) if is_candidate(raw_name) else []
        return _Known(
            process,
            raw_name,
            one_line(title(raw_name, arguments), NAME_CHARACTERS),
            recognise(raw_name, arguments),
            port_of(arguments),
            model_of(arguments),
            cpu,
            t,
        )


def _or_none(read: Callable[[], T]) -> T | None:
    """Return the value; None if the system does not allow it, as for other users on macOS."""
    try:
        return read()
    except (psutil.NoSuchProcess, ProcessLookupError):
        raise
    # For a failed call on macOS psutil raises RuntimeError, or OSError with a reason.
    except (psutil.Error, OSError, RuntimeError):
        return None


def _listening(process: psutil.Process) -> int | None:
    """Return the lowest port on which a process listens; None if unknown."""
    connections = _or_none(lambda: process.net_connections(kind="tcp")) or []
    ports = [c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN and c.laddr]
    return min(ports, default=None)


def command_line(arguments: Sequence[str]) -> str:
    """Return a command line as one printable line; the program without its directory."""
    if not arguments:
        return ""
    program = PurePosixPath(arguments[0].strip()).name or arguments[0]
    return one_line(" ".join((program, *arguments[1:])), COMMAND_CHARACTERS)


def _user(process: psutil.Process) -> str:
    uids = _or_none(process.uids)
    return "" if uids is None else _name_of(uids.real)


@lru_cache(maxsize=256)
def _name_of(uid: int) -> str:
    try:
        return one_line(pwd.getpwuid(uid).pw_name, NAME_CHARACTERS)
    except KeyError:
        return str(uid)


def by_memory(processes: Iterable[ProcessInfo]) -> list[ProcessInfo]:
    """Return the processes with the most memory first; unknown figures are last."""
    return sorted(processes, key=lambda p: (-(p.memory_bytes or 0), p.pid))


def by_cpu(processes: Iterable[ProcessInfo]) -> list[ProcessInfo]:
    """Return the processes with the most CPU first; memory decides between equals."""
    return sorted(processes, key=lambda p: (-(p.cpu_percent or 0.0), -(p.memory_bytes or 0), p.pid))


def by_gpu(processes: Iterable[ProcessInfo]) -> list[ProcessInfo]:
    """Return the processes with the most GPU time first; memory decides between equals."""
    return sorted(processes, key=lambda p: (-(p.gpu_percent or 0.0), -(p.memory_bytes or 0), p.pid))


def kept(processes: list[ProcessInfo], number: int = KEPT) -> tuple[ProcessInfo, ...]:
    """Return the servers, and the `number` with the most memory, CPU and GPU time."""
    chosen = {p.pid: p for p in processes if p.server}
    chosen |= {p.pid: p for p in heapq.nlargest(number, processes, key=_memory) if p.memory_bytes}
    chosen |= {p.pid: p for p in heapq.nlargest(number, processes, key=_cpu) if p.cpu_percent}
    chosen |= {p.pid: p for p in heapq.nlargest(number, processes, key=_gpu) if p.gpu_percent}
    return tuple(by_memory(chosen.values()))


def _memory(process: ProcessInfo) -> int:
    return process.memory_bytes or 0


def _gpu(process: ProcessInfo) -> float:
    return process.gpu_percent or 0.0


def _cpu(process: ProcessInfo) -> float:
    return process.cpu_percent or 0.0

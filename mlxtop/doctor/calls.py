"""The calls into macOS, each tried once: shows why a sensor uses a program instead."""

import os
from collections.abc import Callable
from time import thread_time_ns

from mlxtop.doctor.measure import number
from mlxtop.doctor.report import Call
from mlxtop.sensors.macos.footprint import SOURCE as FOOTPRINT
from mlxtop.sensors.macos.footprint import Footprints
from mlxtop.sensors.macos.gpu import ACCELERATOR, CLIENT, read_clients, read_statistics
from mlxtop.sensors.macos.iokit import Registry
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.parse import parse_number
from mlxtop.sensors.macos.sources import MEMSIZE, PRESSURE, SHARE_FREE, SWAP
from mlxtop.sensors.macos.thermal import THERMAL_PRESSURE, NotifyState
from mlxtop.sensors.source import reason_of


def mac_calls(
    kernel: Callable[[], Kernel] = Kernel,
    registry: Callable[[], Registry] = Registry,
    notify: str | None = None,
    footprints: Callable[[], Footprints] = Footprints,
) -> list[Call]:
    """Return the result of each call; `notify` is the library of notify(3)."""

    def statistics() -> str:
        return f"{len(kernel().vm_statistics64())} bytes"

    def value(name: str) -> Callable[[], str]:
        return lambda: str(parse_number(kernel().sysctl(name)))

    def swap() -> str:
        return f"{len(kernel().sysctl(SWAP))} bytes"

    def footprint() -> str:
        found = footprints().of(os.getpid())
        if found is None:
            raise OSError("it does not count this process")
        return f"{found} bytes"

    def thermal() -> str:
        state = NotifyState(THERMAL_PRESSURE, notify)
        try:
            return str(state.state())
        finally:
            state.close()

    def counted(read: Callable[[Registry], int]) -> Callable[[], str]:
        def ask() -> str:
            bound = registry()
            try:
                return str(read(bound))
            finally:
                bound.close()

        return ask

    return [
        tried("host_statistics64 HOST_VM_INFO64", statistics),
        *(tried(f"sysctlbyname {name}", value(name)) for name in (MEMSIZE, PRESSURE, SHARE_FREE)),
        tried(f"sysctlbyname {SWAP}", swap),
        tried(FOOTPRINT, footprint),
        tried(f"notify_get_state {THERMAL_PRESSURE}", thermal),
        tried(
            f"IOKit {ACCELERATOR}s with PerformanceStatistics",
            counted(lambda bound: len(read_statistics(bound))),
        ),
        tried(f"IOKit {CLIENT}s", counted(lambda bound: len(read_clients(bound, {})))),
    ]


def tried(name: str, ask: Callable[[], str]) -> Call:
    """Return the answer of `ask`, or its failure."""
    begun = thread_time_ns()
    answer, failure = "", ""
    code: int | None = 0
    try:
        answer = ask()
    # A binding fails with AttributeError if a library lacks a symbol.
    except (OSError, AttributeError) as error:
        failure, code = reason_of(error), number(error)
    return Call(
        name=name,
        answer=answer,
        failure=failure,
        return_code=code,
        cpu_microseconds=round((thread_time_ns() - begun) / 1000, 1),
    )

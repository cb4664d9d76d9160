"""The output of programs and calls of macOS that may be shared in a capture."""

import re
from collections.abc import Callable, Iterator, Sequence

from mlxtop.sensors.linux.kept_files import only
from mlxtop.sensors.macos import kept_output
from mlxtop.sensors.macos.kernel import Kernel
from mlxtop.sensors.macos.machine import SYSTEM_PROFILER
from mlxtop.sensors.macos.power import find_macmon
from mlxtop.sensors.macos.sensors import IOREG
from mlxtop.sensors.macos.sources import run
from mlxtop.sensors.macos.thermal import PROGRAM as NOTIFYUTIL
from mlxtop.sensors.source import Net

CLIENTS = ["ioreg", "-r", "-c", "AGXDeviceUserClient", "-d", "1", "-w", "0"]
SYSCTL = ["sysctl", "-i", *kept_output.KEYS]


def pieces(
    clean: Net,
    run: Callable[[Sequence[str]], str] = run,
    kernel: Callable[[], Kernel] = Kernel,
    macmon: Callable[[], str | None] = find_macmon,
) -> Iterator[tuple[str, str]]:
    """Yield (path below the capture, text) of each program with output.

    The parsers' tests expect these folders and endings; files are named after the chip.
    """

    def printed(command: Sequence[str]) -> str:
        try:
            return run(command)
        except OSError:
            return ""

    sysctl = kept_output.sysctl(printed(SYSCTL), clean)
    chip = slug(sysctl)
    swap = "".join(line for line in sysctl.splitlines(True) if line.startswith("vm.swapusage"))
    yield f"sysctl/{chip}.txt", sysctl
    yield f"sysctl/swapusage-{chip}.txt", swap
    yield f"vm_stat/{chip}.txt", only(printed(["vm_stat"]), kept_output.VM_STAT)
    yield f"ioreg/{chip}.txt", kept_output.ioreg(printed(IOREG), clean)
    plist = printed([IOREG[0], "-a", *IOREG[1:]])
    yield f"ioreg/{chip}.plist", kept_output.ioreg_plist(plist, clean)
    yield f"ioreg/clients-{chip}.txt", kept_output.ioreg(printed(CLIENTS), clean)
    yield f"misc/notifyutil-{chip}.txt", only(printed(NOTIFYUTIL), kept_output.NOTIFYUTIL)
    yield f"misc/pmset-therm-{chip}.txt", only(printed(["pmset", "-g", "therm"]), kept_output.PMSET)
    yield f"misc/sw_vers-{chip}.txt", only(printed(["sw_vers"]), kept_output.SW_VERS)
    yield f"misc/displays-{chip}.json", kept_output.displays(printed(SYSTEM_PROFILER), clean)
    if program := macmon():
        line = printed([program, "pipe", "-s", "1", "-i", "1000"])
        yield f"misc/macmon-{chip}.ndjson", kept_output.macmon(line)
    yield f"misc/host_statistics64-{chip}.txt", _statistics(kernel, clean)


def slug(sysctl: str) -> str:
    """Return the chip's name as part of a file name: `apple-m4-max`; `mac` if it has none."""
    found = re.search(r"^machdep\.cpu\.brand_string: (.+)$", sysctl, re.MULTILINE)
    name = re.sub(r"[^a-z0-9]+", "-", found.group(1).lower()).strip("-") if found else ""
    return name[:60] or "mac"


def _statistics(kernel: Callable[[], Kernel], clean: Net) -> str:
    try:
        return kernel().vm_statistics64().hex() + "\n"
    except (OSError, AttributeError) as error:
        return f"{clean(str(error))}\n"

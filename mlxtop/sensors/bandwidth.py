"""Memory bandwidth: the figure of the manufacturer, or one measured on this machine."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlxtop import child_process
from mlxtop.sensors.bounds import bounded
from mlxtop.sensors.mlx_build import is_cuda
from mlxtop.state import recall, remember

REMEMBERED = "memory_bandwidth"
MEASURED = "measured"
_CHILD = "mlxtop.sensors.bandwidth_child"
_PATIENCE_SECONDS = 30.0
# Above this share of all cores, or of one core by a model, other work shares the memory.
_BUSY_PERCENT = 25.0
_MODEL_PERCENT = 10.0
_WATCHED_SECONDS = 0.5
_MODELS = ("mlxtop.engine", "mlx_lm")
# No machine is faster; a larger figure is a clock that failed.
_LARGEST = 1e14


@dataclass(frozen=True)
class Bandwidth:
    """Bytes a second, and where it comes from: "measured", "NVML …", "Apple's table"."""

    bytes_per_second: float
    source: str

    @property
    def label(self) -> str:
        """Return the figure's name with its kind."""
        kind = MEASURED if self.source.startswith(MEASURED) else "theoretical"
        return f"memory bandwidth, {kind}"


def specified(
    chip: str, gpu_cores: int | None, memory_bytes: int | None, nvml: Any = None
) -> Bandwidth | None:
    """Return the figure of Apple's table or NVML; None if neither has this machine."""
    if chip.startswith("Apple"):
        from mlxtop.sensors.macos.chips import memory_bandwidth_bytes_per_second

        rate = memory_bandwidth_bytes_per_second(chip, gpu_cores, memory_bytes)
        return None if rate is None else Bandwidth(rate, "Apple's table, by chip and GPU cores")
    from mlxtop.sensors.linux import nvidia

    # A model on the CPU reads the machine's memory, whatever GPU there is.
    nvml = nvml or (nvidia.load_nvml() if is_cuda() else None)
    if nvml is not None and (rate := nvidia.nvidia_bandwidth_bytes_per_second(nvml)):
        return Bandwidth(rate, "NVML: bus width × memory clock × 2, of the GPU")
    return None


def remembered(chip: str, cpu_cores: int | None) -> Bandwidth | None:
    """Return an earlier measurement of this machine; None if there is none."""
    known, _ = recall()
    kept = known.get(REMEMBERED)
    if not isinstance(kept, Mapping) or (kept.get("chip"), kept.get("cpu_cores")) != (
        chip,
        cpu_cores,
    ):
        return None
    rate, source = kept.get("bytes_per_second"), kept.get("source")
    if not isinstance(rate, int | float) or not isinstance(source, str):
        return None
    return Bandwidth(float(rate), source) if bounded(rate, _LARGEST) else None


def find(
    chip: str, cpu_cores: int | None, gpu_cores: int | None = None, memory_bytes: int | None = None
) -> Bandwidth | None:
    """Return the specified or remembered figure; measures nothing, costs milliseconds."""
    return specified(chip, gpu_cores, memory_bytes) or remembered(chip, cpu_cores)


def why_not_now() -> str:
    """Return why nothing should be measured now, in a phrase; empty if nothing prevents it.

    Watches the CPU for half a second: a model that generates would be slowed down, and the figure
    would be wrong.
    """
    import psutil

    models = []
    for process in psutil.process_iter():
        try:
            if any(name in part for part in process.cmdline() for name in _MODELS):
                process.cpu_percent(None)
                models.append(process)
        except psutil.Error:
            continue
    busy = psutil.cpu_percent(_WATCHED_SECONDS)
    for process in models:
        try:
            if process.cpu_percent(None) > _MODEL_PERCENT:
                return f"a model is running (process {process.pid})"
        except psutil.Error:
            continue
    return f"the CPU is {busy:.0f} % busy" if busy > _BUSY_PERCENT else ""


def measure(
    chip: str, cpu_cores: int | None, why_not: Callable[[], str] = why_not_now
) -> tuple[Bandwidth | None, str]:
    """Measure in a separate process, for about a second, and remember the figure.

    Returns the figure, or None and a short reason. Never measures while a model runs.
    """
    if reason := why_not():
        return None, reason
    try:
        done = subprocess.run(
            child_process.command(_CHILD),
            env=child_process.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
            check=True,
        )
        result = json.loads(done.stdout)
        rate = bounded(float(result["bytes_per_second"]), _LARGEST)
        spread = 100 * (1 - result["median_bytes_per_second"] / result["bytes_per_second"])
        source = (
            f"{MEASURED}: {result['threads']} threads copy "
            f"{result['buffer_bytes'] >> 20} MiB each, "
            f"read + written, best round; the median is {spread:.0f} % lower"
        )
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        return None, lines[
            -1
        ] if lines else f"the measuring process exited with status {error.returncode}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"the measuring process failed ({error})"
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return None, "the measuring process printed no result"
    if not rate:
        return None, "the measuring process printed no result"
    found = Bandwidth(rate, source)
    problem = remember(
        {
            REMEMBERED: {
                "chip": chip,
                "cpu_cores": cpu_cores,
                "bytes_per_second": rate,
                "source": source,
            }
        }
    )
    return found, problem or ""


def find_or_measure(
    chip: str,
    cpu_cores: int | None,
    gpu_cores: int | None = None,
    memory_bytes: int | None = None,
    system: str = sys.platform,
) -> tuple[Bandwidth | None, str]:
    """Return the bandwidth, on Linux measured if it is unknown; or None and the reason."""
    found = find(chip, cpu_cores, gpu_cores, memory_bytes)
    if found is not None:
        return found, ""
    if not system.startswith("linux"):
        return None, "this chip is not in Apple's table"
    return measure(chip, cpu_cores)

"""GPU power by the energy counter of `zeus-apple-silicon`, an optional package, or by macmon."""

import importlib.util
import os
import selectors
import shutil
import subprocess
import sys
from collections.abc import Callable
from math import isfinite
from typing import Protocol

import msgspec

from mlxtop.clock import now
from mlxtop.sensors.bounds import Traffic, bounded
from mlxtop.sensors.source import Sensor, Values
from mlxtop.text import one_line

PROGRAM = "macmon"
COMMAND = ["pipe", "-i", "1000"]
CLOCK = "gpu.clock_hertz"
TEMPERATURE = "gpu.temperature_celsius"
POWER = "gpu.power_watts"
# Less than the half second that the sampler waits for its threads.
WAIT_SECONDS = 0.4
# It prints a line each second: after this time without one, it hangs.
SILENT_SECONDS = 10.0
LARGEST_LINE = 1 << 16
# For an idle GPU macmon prints 5 to 10 °C, and 0 if a sensor cannot be read. No running Mac is
# that cold: it is made for rooms of at least 10 °C.
COLDEST_CELSIUS = 10.0


class NotMacmon(ValueError):
    """The program named macmon prints something else."""


def parse_macmon(line: bytes) -> Values:
    """Return clock, temperature and power from a line of `macmon pipe`.

    An impossible figure is None. Raises NotMacmon for any other line.
    """
    try:
        found = msgspec.json.decode(line)
    # RecursionError: a line of ten thousand brackets.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    # Version 0.7 and older print the clock only in `gpu_usage`, 0.8.0 only in `gpu_freq_mhz`,
    # newer versions in both.
    clock = {"gpu_usage", "gpu_freq_mhz"}
    if not isinstance(found, dict) or "gpu_power" not in found or not clock & found.keys():
        raise NotMacmon(f"the {PROGRAM} on PATH is another program: its output is different")
    usage, temperature = found.get("gpu_usage"), found.get("temp")
    first = usage[0] if isinstance(usage, list) and usage else None
    megahertz = _number(found.get("gpu_freq_mhz", first), 1e5)
    heat = temperature.get("gpu_temp_avg") if isinstance(temperature, dict) else None
    celsius = _number(heat, 150.0)
    return {
        CLOCK: None if megahertz is None else megahertz * 1e6,
        TEMPERATURE: None if celsius is None or celsius <= COLDEST_CELSIUS else celsius,
        POWER: _number(found["gpu_power"], 5e3),
    }


def _number(value: object, largest: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        return None
    return bounded(round(float(value), 3), largest)


class Macmon(Sensor):
    """Keeps the program running and reads its newest line."""

    slow = True

    def __init__(
        self, hz: float, program: str, *, power: bool, clock: Callable[[], float] = now
    ) -> None:
        """Run `program`; with `power` false another sensor reads that figure."""
        source = f"program {PROGRAM} {' '.join(COMMAND)}"
        figures = [
            (CLOCK, f"{source} gpu_freq_mhz"),
            (TEMPERATURE, f"{source} gpu_temp_avg"),
            (POWER, f"{source} gpu_power"),
        ]
        super().__init__("macmon", hz, figures if power else figures[:2])
        self._program = program
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = b""
        self._heard = 0.0
        self._other: NotMacmon | None = None

    def read(self) -> Values:
        """Return the newest line's figures; empty if there is no new line.

        Raises OSError if the program cannot be run or has ended, NotMacmon if it is another one.
        """
        if self._other is not None:
            raise self._other
        try:
            return self._newest(self._process or self._start())
        except NotMacmon as error:
            # Not restarted: it will still be another program.
            self._other = error
            self.close()
            raise
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """End the program; the next reading starts it again."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [self._program, *COMMAND],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl+C in the terminal is for the app only.
            start_new_session=True,
        )
        self._begun, self._heard = b"", self._clock()
        return self._process

    def _newest(self, process: subprocess.Popen[bytes]) -> Values:
        lines = (self._begun + self._available(process)).split(b"\n")
        self._begun = lines.pop()
        if len(self._begun) > LARGEST_LINE:
            raise NotMacmon(f"the {PROGRAM} on PATH prints no lines")
        if not lines:
            if self._clock() - self._heard > SILENT_SECONDS:
                raise OSError(f"{PROGRAM} has printed nothing for {SILENT_SECONDS:g} s")
            return {}
        self._heard = self._clock()
        values = parse_macmon(lines[-1])
        return {info.name: values[info.name] for info in self.infos}

    def _available(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(WAIT_SECONDS):
                return b""
        read = os.read(process.stdout.fileno(), LARGEST_LINE)
        if not read:
            raise OSError(f"{PROGRAM} has ended")
        return read


def find_macmon() -> str | None:
    """Return where the program is on PATH; None if it is not."""
    return shutil.which(PROGRAM)


PACKAGE = "zeus_apple_silicon"
LARGEST_WATTS = 5e3
# If a chip has no energy counters (a virtual machine, an Intel Mac), the package passes NULL to
# CoreFoundation, which ends the process. So a separate process tries it first.
TRIED = "import mlxtop.sensors.macos.power as power; power.zeus_monitor().get_cumulative_energy()"
LONGEST_SECONDS = 20.0


class EnergyMetrics(Protocol):
    """The answer of the package's monitor."""

    @property
    def gpu_mj(self) -> int | None:
        """Energy used by the GPU, in millijoules; None if this chip does not count it."""


class EnergyMonitor(Protocol):
    """The package's `AppleEnergyMonitor`."""

    def get_cumulative_energy(self) -> EnergyMetrics:
        """Return the counters as they are now."""
        ...


def zeus_monitor() -> EnergyMonitor:
    """Return the package's monitor; raises whatever it raises."""
    from zeus_apple_silicon import AppleEnergyMonitor

    monitor: EnergyMonitor = AppleEnergyMonitor()
    return monitor


def try_zeus(code: str = TRIED, seconds: float = LONGEST_SECONDS) -> None:
    """Try the package once in a separate process; raises OSError if that fails."""
    try:
        tried = subprocess.run(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"{PACKAGE} did not answer within {seconds:g} s") from None
    if tried.returncode < 0:
        raise OSError(f"{PACKAGE} crashes on this machine (signal {-tried.returncode})")
    if tried.returncode:
        lines = tried.stderr[-4096:].decode("utf-8", "replace").strip().splitlines()
        raise OSError(f"{PACKAGE} fails: {one_line(lines[-1] if lines else '', 120)}")


class GpuEnergy(Sensor):
    """Power of the GPU alone: the growth of its energy counter over the time between readings."""

    slow = True

    def __init__(
        self,
        hz: float,
        monitor: Callable[[], EnergyMonitor] = zeus_monitor,
        clock: Callable[[], float] = now,
        attempt: Callable[[], None] = try_zeus,
    ) -> None:
        """Create the monitor in the sensor's own thread, after `attempt` has succeeded."""
        super().__init__("gpu energy", hz, [(POWER, f"{PACKAGE} gpu_mj (IOReport)")])
        self._make = monitor
        self._monitor: EnergyMonitor | None = None
        self._clock = clock
        self._attempt = attempt
        self._refused: OSError | None = None
        self._traffic = Traffic()

    def read(self) -> Values:
        """Return the mean power since the last reading; empty at the first. Raises OSError."""
        if self._refused is not None:
            # Not retried: the chip will still have no counters.
            raise self._refused
        if self._monitor is None:
            try:
                self._attempt()
            except OSError as error:
                self._refused = error
                raise
            self._monitor = self._make()
        first = not self._traffic.known("gpu")
        energy = self._monitor.get_cumulative_energy()
        rate = self._traffic.rate("gpu", energy.gpu_mj, self._clock())
        if first and rate is None:
            return {}
        return {POWER: None if rate is None else bounded(round(rate / 1000, 3), LARGEST_WATTS)}


def power_sensors(
    slow_hz: float,
    find: Callable[[], str | None] = find_macmon,
    package: str = PACKAGE,
) -> list[Sensor]:
    """Return the installed optional sensors; only one of them reads power."""
    sensors: list[Sensor] = []
    if importlib.util.find_spec(package) is not None:
        sensors.append(GpuEnergy(slow_hz))
    if program := find():
        sensors.append(Macmon(slow_hz, program, power=not sensors))
    return sensors

"""The effects of kill −9 of the app, its engine or both, at random moments of real runs.

    python -m benchmarks.kill_app --kills 200

Each run is the built-in model's tour, in a terminal or without a screen. Each recording is compared
with the moment of the kill: how long before it the last token of an open turn and the last reading
came, minus a reading's period; whether a line before the last is broken; whether the death of an
engine is recorded; and whether an engine outlives its app.

The times are upper bounds: what a busy machine did not do in time counts as lost. Lines are written
in the order of the recorder, so a reading missing before an existing line was never taken; and the
end of an engine loses no reading.
"""

import argparse
import contextlib
import fcntl
import os
import pty
import random
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil

from mlxtop import events
from mlxtop.clock import now
from mlxtop.recording import Recording, RecordingError

PROMISED_SECONDS = 0.25
PERIOD_SECONDS = 0.2
LONGEST_SECONDS = 3.0
"""Latest time of a kill after the recording's first byte."""
START_SECONDS = 60.0
ORPHAN_SECONDS = 3.0
"""An engine that exists this long after its app is an orphan."""
COMMAND = [sys.executable, "-m", "mlxtop", "demo"]


@dataclass(frozen=True)
class Killed:
    """The result of a kill."""

    what: str
    """`app`, `engine` or `both`, and how it ran."""
    tokens_seconds: float
    """From the last token to the kill while a turn was open; 0 if none was."""
    readings_seconds: float
    """From when the first reading is missing to the kill."""
    bad_lines: int
    refused: str
    """Why the recording cannot be opened; empty if it can."""
    told: bool
    """The death of an engine is recorded, or the app died too."""
    orphans: int


class Run:
    """A process in a terminal of its own, or without a screen; its output is discarded."""

    def __init__(self, data: Path, *, screen: bool) -> None:
        own = {"MLXTOP_DATA_DIR": str(data), "MLXTOP_CONFIG_DIR": str(data / "config")}
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 160, 0, 0))
        words = [] if screen else ["--prompt", "Give me the tour", "--headless"]
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=os.environ | own | {"TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(slave)
        self._typed = not screen
        self._recordings = data / "recordings"

    def wait(self, seconds: float) -> None:
        """Let time pass, and read what is drawn."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self._master], [], [], left)[0]:
                return
            try:
                os.read(self._master, 1 << 16)
            except OSError:
                time.sleep(left)
                return

    def start(self) -> None:
        """Wait until there is a recording: a reply was asked for."""
        end = time.monotonic() + START_SECONDS
        while not any(path.stat().st_size for path in self._recordings.glob("*.jsonl")):
            if time.monotonic() > end:
                raise SystemExit("No recording began: is the machine too busy?")
            self.wait(0.2)
            if not self._typed and self.engines():
                self.wait(3.0)
                os.write(self._master, b"Give me the tour")
                self.wait(0.3)
                os.write(self._master, b"\r")
                self._typed = True

    def engines(self) -> list[psutil.Process]:
        """Return the engine, once it is there."""
        try:
            return psutil.Process(self.process.pid).children()
        except psutil.NoSuchProcess:
            return []

    def close(self) -> None:
        """End the process."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)


def kill(data: Path, target: str, moment: float, *, screen: bool) -> Killed:
    """Let a run continue for `moment` seconds of its recording, and kill the target."""
    run = Run(data, screen=screen)
    try:
        run.start()
        run.wait(moment)
        engines = run.engines()
        killed_at = now()
        for engine in engines if target != "app" else []:
            _end(engine.pid)
        if target != "engine":
            _end(run.process.pid)
        run.wait(ORPHAN_SECONDS / 2)
        _, left = psutil.wait_procs(engines, timeout=ORPHAN_SECONDS / 2)
        orphans = [one for one in left if _lives(one)]
        return _held_against(data, f"{target}, {'screen' if screen else 'headless'}",
                             killed_at, target, len(orphans))  # fmt: skip
    finally:
        engines = run.engines()
        run.close()
        for engine in engines:
            _end(engine.pid)


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _held_against(data: Path, what: str, killed_at: float, target: str, orphans: int) -> Killed:
    (path,) = (data / "recordings").glob("*.jsonl")
    opened: set[int] = set()
    token = reading = latest = killed_at
    told = target != "engine"
    refused, bad = "", 0
    try:
        with Recording(path) as recording:
            for event in recording.events():
                told = told or (isinstance(event, events.Error) and event.engine_stopped)
                if event.t > killed_at or isinstance(event, events.End):
                    continue
                latest = event.t
                match event:
                    case events.Sample():
                        reading = event.t
                    case events.TurnStart():
                        opened, token = {event.turn}, killed_at
                    case events.Tokens():
                        token = event.t
                    case events.TurnEnd():
                        opened.discard(event.turn)
                    case _:
                        pass
            bad = recording.report.bad
    except RecordingError as error:
        refused = str(error)
    return Killed(
        what=what,
        tokens_seconds=killed_at - token if opened else 0.0,
        readings_seconds=0.0 if target == "engine" else _after(killed_at, reading, latest),
        bad_lines=bad,
        refused=refused,
        told=told,
        orphans=orphans,
    )


def _after(killed_at: float, reading: float, latest: float) -> float:
    """Return the seconds from when the next reading was due to the kill."""
    return max(0.0, killed_at - max(reading + PERIOD_SECONDS, latest))


def tell(found: list[Killed]) -> None:
    """Print the outcome of all kills."""
    print(f"{len(found)} kills: " + ", ".join(
        f"{count} of {what}" for what, count in sorted(Counter(one.what for one in found).items())
    ))  # fmt: skip
    for name, seconds in (
        ("tokens", sorted(one.tokens_seconds for one in found)),
        ("readings", sorted(one.readings_seconds for one in found)),
    ):
        middle, most = seconds[len(seconds) // 2], seconds[-1]
        high = seconds[int(0.99 * (len(seconds) - 1))]
        over = sum(one > PROMISED_SECONDS for one in seconds)
        print(
            f"  {name} missing before the kill: p50 {1e3 * middle:.0f} ms, p99 {1e3 * high:.0f} ms,"
            f" worst {1e3 * most:.0f} ms; over {1e3 * PROMISED_SECONDS:.0f} ms: {over}"
        )
    print(f"  bad lines before the last: {sum(one.bad_lines for one in found)}")
    print(f"  files that cannot be opened: {sum(bool(one.refused) for one in found)}")
    print(f"  deaths of an engine that are not recorded: {sum(not one.told for one in found)}")
    print(f"  orphans: {sum(one.orphans for one in found)}")


def main() -> None:
    """Kill as often as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    found: list[Killed] = []
    for number in range(options.kills):
        with tempfile.TemporaryDirectory() as place:
            target = ("app", "engine", "both")[number % 3]
            moment = chance.uniform(0.0, LONGEST_SECONDS)
            one = kill(Path(place), target, moment, screen=number // 3 % 3 != 2)
        found.append(one)
        print(number, one, file=sys.stderr, flush=True)
    tell(found)


if __name__ == "__main__":
    main()

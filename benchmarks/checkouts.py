"""This checkout against another one: CPU time of the start, of the first frame, and of watching.

    python -m benchmarks.checkouts OTHER [--pairs 40] [--seconds 8] [--only NAME]

Pairs in turn, this one first and second by turns; this checkout against itself is the control.
Both run in this interpreter with the packages of this one's installation.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.pairs import interval
from benchmarks.screen import Screen

HERE = Path(__file__).resolve().parents[1]
RECORDING = HERE / "recordings" / "demo.jsonl"
PROMPT = "Give me the tour"

Measure = Callable[[Path, Path, float], float]


def _ended_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def version(checkout: Path, home: Path, seconds: float) -> float:
    """Return the CPU seconds of five `mlxtop --version`."""
    before = _ended_children()
    for _ in range(5):
        subprocess.run(
            [sys.executable, "-m", "mlxtop", "--version"],
            cwd=checkout,
            env=os.environ | {"MLXTOP_CONFIG_DIR": str(home), "MLXTOP_DATA_DIR": str(home)},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return _ended_children() - before


def first_frame(checkout: Path, home: Path, seconds: float) -> float:
    """Return the CPU seconds from the start to the first whole frame of a replay, 200×50."""
    arguments = ["replay", "--paused", "--at", "0:09", str(RECORDING)]
    # The current figure in the pane's title comes with the first whole frame.
    screen = Screen(arguments, home, awaited=b"tok/s", checkout=checkout)
    process = psutil.Process(screen.pid)
    deadline = time.monotonic() + 60
    while screen.seen is None and time.monotonic() < deadline:
        time.sleep(0.002)
    used = process.cpu_times()
    screen.quit()
    if screen.seen is None:
        raise TimeoutError("the replay drew nothing")
    return used.user + used.system


def watching(checkout: Path, home: Path, seconds: float) -> float:
    """Return the CPU seconds of the screen's process while nothing is asked."""
    screen = Screen(["demo", "--hz", "5", "--no-record"], home, checkout=checkout)
    time.sleep(5)
    used = _used_in(screen, seconds)
    screen.quit()
    return used


def replying(checkout: Path, home: Path, seconds: float) -> float:
    """Return the CPU seconds of the screen's process from a question to the end of its reply."""
    screen = Screen(["demo", "--hz", "5"], home / f"{time.monotonic_ns()}", checkout=checkout)
    time.sleep(5)
    process = psutil.Process(screen.pid)
    before = process.cpu_times()
    screen.type(f"{PROMPT}\r")
    screen.wait_for("turn_end", 1)
    after = process.cpu_times()
    screen.quit()
    return after.user + after.system - before.user - before.system


def _used_in(screen: Screen, seconds: float) -> float:
    process = psutil.Process(screen.pid)
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system


MEASURES: dict[str, Measure] = {
    "version": version,
    "first frame": first_frame,
    "watching": watching,
    "replying": replying,
}


def main() -> None:
    """Run the pairs and print the ratios, this checkout by the other, with the control."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--only", choices=[*MEASURES], action="append")
    options = parser.parse_args()
    other = options.other.resolve()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in options.only or MEASURES:
            measure = MEASURES[name]
            ratios: list[float] = []
            control: list[float] = []
            for number in range(options.pairs):
                sides = [HERE, other, HERE]
                if number % 2:
                    sides.reverse()
                used = [measure(side, home, options.seconds) for side in sides]
                mine = used[0] if number % 2 == 0 else used[2]
                ratios.append(mine / used[1])
                control.append(used[0] / used[2])
            print(f"{name:12} this / other {interval(ratios)}")
            print(f"{'':12} control      {interval(control)}", flush=True)


if __name__ == "__main__":
    main()

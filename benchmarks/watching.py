"""What watching costs: CPU of the screen's process, as a share of one core, 200×50 at 5 Hz.

    python -m benchmarks.watching [--seconds 20]

Idle with the demo model loaded, while it answers, and while a recording is replayed.
"""

import argparse
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.screen import Screen

RECORDING = Path(__file__).parents[1] / "recordings" / "demo.jsonl"
PROMPT = "Give me the tour"


def share(process: psutil.Process, seconds: float) -> float:
    """Return the CPU time of a process in percent of one core, over some seconds."""
    before, begun = process.cpu_times(), time.monotonic()
    time.sleep(seconds)
    after, passed = process.cpu_times(), time.monotonic() - begun
    return 100 * (after.user - before.user + after.system - before.system) / passed


def main() -> None:
    """Watch three situations and print their shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as home:
        screen = Screen(["demo", "--hz", "5"], Path(home))
        process = psutil.Process(screen.pid)
        time.sleep(6)
        print(f"watching, nothing asked     {share(process, seconds):5.1f} % of a core")
        screen.type(f"{PROMPT}\r")
        screen.wait_for("turn_end", 1)
        time.sleep(2)
        print(f"watching after a long reply {share(process, seconds):5.1f} % of a core")
        screen.type(f"{PROMPT}\r")
        screen.wait_for("turn_start", 2)
        print(f"while it answers            {share(process, 3.0):5.1f} % of a core")
        screen.quit()
        screen = Screen(["replay", str(RECORDING)], Path(home))
        process = psutil.Process(screen.pid)
        time.sleep(2)
        print(f"playing a recording         {share(process, 10.0):5.1f} % of a core")
        screen.quit()


if __name__ == "__main__":
    main()

"""How long until something is seen: `mlxtop --version`, and the first frame of a replay.

    python -m benchmarks.startup [--runs 20]

Beside each, in turn with it, what the interpreter alone takes, and for the replay what a Textual
app with nothing on it takes: that is the floor.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.screen import Screen

RECORDING = Path(__file__).parents[1] / "recordings" / "demo.jsonl"
EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App[None]):
    def compose(self):
        yield Static("hello")
    def on_mount(self):
        self.call_after_refresh(self.exit)
Empty().run(headless=True)
"""


def command(*words: str) -> float:
    """Return the seconds that a command takes."""
    begun = time.monotonic()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def first_frame(home: Path) -> float:
    """Return the seconds until the speed pane of a replay is drawn, 200×50."""
    # The current figure in the pane's title comes with the first whole frame.
    screen = Screen(["replay", "--paused", "--at", "0:09", str(RECORDING)], home, awaited=b"tok/s")
    deadline = time.monotonic() + 60
    while screen.seen is None and time.monotonic() < deadline:
        time.sleep(0.005)
    screen.quit()
    if screen.seen is None:
        raise TimeoutError("the replay drew nothing")
    return screen.seen


def main() -> None:
    """Run everything in turn and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        cases: dict[str, Callable[[], float]] = {
            "python -c pass": lambda: command("-c", "pass"),
            "mlxtop --version": lambda: command("-m", "mlxtop", "--version"),
            "an empty Textual app": lambda: command("-c", EMPTY_APP),
            "first frame of a replay": lambda: first_frame(home),
        }
        seconds: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(runs):
            for name, run in cases.items():
                seconds[name].append(run())
    for name, found in seconds.items():
        print(
            f"{name:26} {statistics.median(found):6.3f} s (median)   "
            f"{min(found):.3f} to {max(found):.3f} over {runs} runs"
        )


if __name__ == "__main__":
    main()

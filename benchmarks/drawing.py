"""What drawing costs: % of one core for all panes and the strip, 200×50, 5 frames a second.

The app runs in a terminal of its own (a pty), because without one Textual writes nothing. The
timeline grows as in a run: readings and tokens arrive in real time while every frame is drawn.
Printed is the CPU time of the app's process; "nothing drawn" is the same app and the same
timeline without panes.
"""

import argparse
import fcntl
import json
import os
import pty
import struct
import sys
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from mlxtop.events import Tokens, TurnStart
from mlxtop.timeline import Timeline
from mlxtop.tui.panes import CPU, GPU, MEMORY, PRESSURE, SPEED, Pane
from mlxtop.tui.themes import register_themes, variable_defaults
from mlxtop.tui.widgets.playback import PlaybackState
from mlxtop.tui.widgets.timeline_strip import TimelineStrip
from tests.tui.timelines import run, sample

HZ, TOKENS_PER_SECOND, WARM_UP_SECONDS = 5, 150, 3.0
LAYOUTS = ("nothing drawn", "panes right", "panes right, strip", "panes over the whole width")


class Bench(App[None]):
    CSS = "#panes { width: 5fr; } #left { width: 6fr; } TimelineStrip { height: 3; }"

    def __init__(self, layout: str, seconds: float) -> None:
        super().__init__()
        self.layout_name, self.seconds = layout, seconds
        self.store: Timeline = run(100.0, mac=True)
        self.offset = time.monotonic() - (self.store.last or 0.0)
        self.step = 500
        self.frames = 0
        self.cost: dict[str, float] = {}

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        with Horizontal():
            if "whole" not in self.layout_name:
                yield Static("chat", id="left")
            if "panes" in self.layout_name:
                with Vertical(id="panes"):
                    yield Pane(SPEED)
                    yield Pane(MEMORY)
                    yield Pane(PRESSURE)
                    yield Pane(GPU)
                    yield Pane(CPU)
        if "strip" in self.layout_name:
            yield TimelineStrip()

    def on_mount(self) -> None:
        register_themes(self)
        self.theme = "mlxtop-dark"
        now = time.monotonic() - self.offset
        self.store.add(TurnStart(t=now, turn=99, index=1))
        self.set_interval(1 / HZ, self.frame)
        self.set_timer(WARM_UP_SECONDS, self.begin)

    def begin(self) -> None:
        self.cost = {"cpu": time.process_time(), "wall": time.monotonic(), "frames": self.frames}
        self.set_timer(self.seconds, self.end)

    def end(self) -> None:
        self.cost = {
            "cpu": time.process_time() - self.cost["cpu"],
            "wall": time.monotonic() - self.cost["wall"],
            "frames": self.frames - self.cost["frames"],
        }
        self.exit()

    def frame(self) -> None:
        now = time.monotonic() - self.offset
        self.step += 1
        self.frames += 1
        self.store.add(sample(now, mac=True, busy=0.9, step=self.step))
        count = TOKENS_PER_SECOND // HZ
        gap = 1 / TOKENS_PER_SECOND
        times = [now - gap * (count - place) for place in range(count)]
        self.store.add(Tokens(t=now, turn=99, times=times, text=["x"] * count))
        for pane in self.query(Pane):
            pane.show(self.store, now)
        for strip in self.query(TimelineStrip):
            strip.show(self.store, now, PlaybackState("live"))


def child(layout: str, seconds: float, result: str) -> None:
    app = Bench(layout, seconds)
    app.run()
    Path(result).write_text(json.dumps(app.cost))


def measure(layout: str, seconds: float, size: tuple[int, int]) -> tuple[dict[str, float], int]:
    """Return what the app's process used, and the bytes it wrote to its terminal."""
    result = f"/tmp/mlxtop-drawing-{os.getpid()}.json"
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        time.sleep(0.3)
        arguments = ["--child", layout, "--seconds", str(seconds), "--result", result]
        os.execv(sys.executable, [sys.executable, __file__, *arguments])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    written = 0
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        written += len(data)
    os.waitpid(pid, 0)
    os.close(terminal)
    cost = json.loads(Path(result).read_text())
    Path(result).unlink()
    return cost, written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--child", choices=LAYOUTS, help=argparse.SUPPRESS)
    parser.add_argument("--result", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.seconds, given.result)
        return
    print(f"{given.columns}×{given.rows}, {HZ} Hz, {given.seconds:g} s each")
    for layout in LAYOUTS:
        cost, written = measure(layout, given.seconds, (given.columns, given.rows))
        share = 100 * cost["cpu"] / cost["wall"]
        print(
            f"{layout:<28} {share:5.1f} % of a core   {cost['frames'] / cost['wall']:.1f} Hz"
            f"   {written / 1000:.0f} kB written"
        )


if __name__ == "__main__":
    main()

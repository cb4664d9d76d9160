"""A recording of 24 hours at 5 Hz with two million tokens: its size, and what opening it costs.

    python -m benchmarks.day [--machine mac] [--share 1.0] [--file FILE]

`--share` makes a shorter day; `--file` looks at a recording that is there. Each part runs in a
process of its own: sizes, reading (lines a second, time of a poll, memory), the first frame of the
app, random moments, and the screen at 200×50 at such moments; the last two count CPU time.
"""

import argparse
import asyncio
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from math import inf
from pathlib import Path
from typing import ParamSpec

import psutil

from benchmarks.day_recording import write
from benchmarks.screen import Screen
from mlxtop.config import Config
from mlxtop.recording import Recording
from mlxtop.sources.options import LiveOptions
from mlxtop.sources.replay import READ_SECONDS, REST_SECONDS, Replay
from mlxtop.timeline import Timeline
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.panes import PANES
from mlxtop.tui.panes.base import Frame, draw_pane
from mlxtop.tui.recording_request import OpenedRecording
from mlxtop.tui.run.header import machine_words, model_words, pace_words
from mlxtop.tui.widgets.playback import PlaybackState
from mlxtop.tui.widgets.timeline_rows import draw_strip
from mlxtop.tui.zoom.charts import Axes
from mlxtop.tui.zoom.view import draw_zoom

MOMENTS = 300
P = ParamSpec("P")
_KIND = re.compile(rb'"kind":"(\w+)"')


def say(what: str, words: str) -> None:
    print(f"  {what:42} {words}", flush=True)


def spread(what: str, seconds: Sequence[float]) -> None:
    """Print median, 99th percentile and worst, in milliseconds."""
    ordered = sorted(1000 * one for one in seconds)
    p99 = ordered[int(0.99 * (len(ordered) - 1))]
    words = f"p50 {ordered[len(ordered) // 2]:7.2f}   p99 {p99:7.2f}   worst {ordered[-1]:7.2f} ms"
    say(what, words)


def timed(act: Callable[P, object], *given: P.args, **named: P.kwargs) -> float:
    """Return the seconds of CPU time that a call takes: what runs beside it does not count."""
    begun = time.thread_time()
    act(*given, **named)
    return time.thread_time() - begun


def resident() -> str:
    return f"{psutil.Process().memory_info().rss / 1e6:,.0f} MB"


def sizes(path: Path) -> None:
    """Print what an hour and what a token takes."""
    written: Counter[str] = Counter()
    tokens, first, last = 0, inf, 0.0
    for line in path.open("rb"):
        found = _KIND.search(line)
        kind = found.group(1).decode() if found else ""
        written[kind] += len(line)
        if kind == "tokens":
            tokens += line.split(b'"times":[', 1)[1].split(b"]", 1)[0].count(b",") + 1
        if kind == "sample":
            t = float(line.split(b'"t":', 1)[1].split(b",", 1)[0])
            first, last = min(first, t), max(last, t)
    hours = (last - first) / 3600
    say("the file", f"{sum(written.values()) / 1e6:,.0f} MB, {hours:.1f} h, {tokens:,} tokens")
    machine = written["sample"] + written["anchor"]
    say("the machine's figures", f"{machine / hours / 1e6:.1f} MB an hour")
    say("tokens", f"{written['tokens'] / tokens:.1f} bytes each")
    rest = sum(written.values()) - machine - written["tokens"]
    say("all else (MLX's memory, prefill, text)", f"{rest / tokens:.1f} bytes a token")


def reading(path: Path) -> None:
    """Print how fast the file becomes a timeline, and what that takes."""
    begun, spent = time.perf_counter(), time.process_time()
    recording = Recording(path)
    source = Replay(recording)
    say("first frame of the source", f"{time.perf_counter() - begun:.3f} s")
    polls, rested = [], 0.0
    while source.reading:
        at = time.perf_counter()
        source.poll()
        polls.append(time.perf_counter() - at)
        rested += REST_SECONDS
        time.sleep(REST_SECONDS)
    passed, spent = time.perf_counter() - begun - rested, time.process_time() - spent
    lines = recording.report.lines
    say("lines a second", f"{lines / passed:,.0f} ({lines / spent:,.0f} of CPU time), {lines:,}")
    if polls:
        spread("a poll while it reads on", polls)
    say("resident memory with the timeline", resident())


def first_frame(path: Path) -> None:
    """Print when the app, started as a user does, has drawn its first whole frame."""
    with tempfile.TemporaryDirectory() as home:
        screen = Screen(["replay", "--paused", str(path)], Path(home), awaited=b"tok/s")
        deadline = time.monotonic() + 60
        while screen.seen is None and time.monotonic() < deadline:
            time.sleep(0.005)
        say("first frame of the app", f"{screen.seen or inf:.3f} s")
        screen.quit()


def ask(timeline: Timeline, t: float) -> None:
    """Ask all that a frame of 200×50 asks, and draw it as rows."""
    for face in PANES.values():
        draw_pane(face, timeline, t, 100, 10, Frame())
    draw_strip(timeline, t, PlaybackState("paused"), 200, 3)
    timeline.transcript.at(t)
    model_words(timeline, t)
    machine_words(timeline, t)
    pace_words(timeline, t, 5.0)
    for log in (timeline.notices, timeline.loading, timeline.marks, timeline.engine):
        log.between(t - 8.0, t)


def loaded(path: Path) -> Timeline:
    source = Replay(Recording(path))
    settle(source)
    return source.timeline


def settle(source: Replay) -> None:
    """Read everything and make it ready, as a screen does that stands open for a while."""
    source.read_all()
    clock = count(step=READ_SECONDS / 2).__next__
    for _ in range(100):
        source.poll(clock)


def moments(timeline: Timeline, count: int) -> list[float]:
    rng = random.Random(3)
    first, last = timeline.origin or 0.0, timeline.last or 0.0
    return [rng.uniform(first, last) for _ in range(count)]


def seeking(path: Path) -> None:
    """Print what is asked of the timeline at random moments, and what charts over any range are."""
    timeline = loaded(path)
    end = timeline.last or 0.0
    spread(
        "a frame's questions and rows, any moment",
        [timed(ask, timeline, t) for t in moments(timeline, MOMENTS)],
    )
    for name, span in (("a minute", 60.0), ("an hour", 3600.0), ("the whole day", inf)):
        found, drawn = [], []
        for t in [*moments(timeline, 6), end]:
            length = min(span, t - (timeline.origin or 0.0))
            for face in PANES.values():
                found.append(timed(face.enlarged, Axes(timeline, t, length, 200, 46)))
                drawn.append(timed(draw_zoom, face, timeline, t, span, 200, 46))
        spread(f"figures of a chart over {name}", found)
        spread("the same drawn by plotext", drawn)
    say("resident memory after that", resident())


async def screens(path: Path) -> None:
    """Print how long the real screen takes to show random moments, without a terminal."""
    opened = OpenedRecording(path)
    opened.paused = True
    assert isinstance(opened.source, Replay)
    settle(opened.source)
    app = MlxtopApp(Config(), LiveOptions(recordings=path.parent), replay=opened)
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        screen = app.run_screen
        assert screen is not None
        frames, drawn = [], []
        for t in moments(screen.timeline, MOMENTS):
            screen.playhead.go_to(t)
            frames.append(timed(screen.frame))
            begun = time.thread_time()
            await pilot.pause()
            drawn.append(time.thread_time() - begun)
        spread("the screen's frame at any moment", frames)
        spread("what Textual does after it", drawn)
    say("resident memory with the screen", resident())


PARTS: dict[str, Callable[[Path], None]] = {
    "sizes": sizes,
    "reading": reading,
    "first frame": first_frame,
    "seeking": seeking,
    "screens": lambda path: asyncio.run(screens(path)),
}


def main() -> None:
    """Make the day and run every part in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machine", choices=("mac", "linux"), default="mac")
    parser.add_argument("--share", type=float, default=1.0, help="of a day")
    parser.add_argument("--file", type=Path, help="look at this recording, make none")
    parser.add_argument("--part", choices=PARTS, help="run only this, in this process")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.file or Path(folder) / "day.jsonl"
        if arguments.file is None:
            write(path, arguments.machine, arguments.share)
        if arguments.part:
            PARTS[arguments.part](path)
            return
        for part in PARTS:
            print(part, flush=True)
            command = [sys.executable, "-m", "benchmarks.day", "--file", str(path), "--part", part]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()

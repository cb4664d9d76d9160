"""Make the recordings that are shipped: real runs of the demo model, driven by a script.

    python -m tools.record [demo] [engine-died] [sweep] [tour] [tour-kv-8]

Each is a run like any other (engine, sensors, recorder); its header says how it was made and
names no host, and the model's folder is left out.
"""

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from mlxtop import events, paths
from mlxtop.bench.expansion import expanded
from mlxtop.bench.plan import Plan
from mlxtop.bench.runner import Runner
from mlxtop.sources.live import open_live
from mlxtop.sources.options import LiveOptions, ModelSpec

POLL_SECONDS = 0.02
PREROLL_SECONDS = 3.0
PAUSE_SECONDS = 1.5
DEMO = ModelSpec(model=str(paths.demo_model_dir()))


class Script:
    """A live run and what a person does in it."""

    def __init__(self, folder: Path, made: str) -> None:
        self.live = open_live(LiveOptions(recordings=folder, made=made))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.live.poll()
            time.sleep(POLL_SECONDS)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Let time pass until something holds."""
        while not condition():
            self.live.poll()
            time.sleep(POLL_SECONDS)

    def load(self) -> None:
        """Start everything and load the demo model."""
        self.live.start()
        self.wait(PREROLL_SECONDS)
        self.live.load(DEMO)
        self.wait_until(lambda: not self.live.loading)
        self.wait(PAUSE_SECONDS)

    def ask(self, text: str) -> None:
        """Say something and wait for the whole answer."""
        self.live.send(text)
        self.wait_until(lambda: not self.live.answering)
        self.wait(PAUSE_SECONDS)

    def measure(self, plan: Plan) -> None:
        """Run a plan on the demo model to its end."""
        self.live.start()
        self.wait(PREROLL_SECONDS)
        runner = Runner(plan, expanded(plan, [DEMO]).points, self.live)
        self.wait_until(lambda: not runner.step())
        self.wait(PAUSE_SECONDS)

    def tokens(self) -> int:
        """Return how many tokens of the newest reply have come."""
        turn = self.live.timeline.turns.get(self.live.turn)
        return 0 if turn is None else len(turn.times)


def demo(script: Script) -> None:
    """A question, the tour with a mark in it, a follow-up that uses the cache."""
    script.load()
    script.ask("What is wired memory?")
    script.live.send("Give me the tour")
    script.wait_until(lambda: script.tokens() > 500)
    script.live.mark("the middle of the tour")
    script.wait_until(lambda: not script.live.answering)
    script.wait(PAUSE_SECONDS)
    script.ask("How do I load a real model?")


def engine_died(script: Script) -> None:
    """The engine is killed in the middle of an answer and started again."""
    script.load()
    script.ask("What does TTFT mean?")
    script.live.send("Give me the tour")
    script.wait_until(lambda: script.tokens() > 300)
    pid = script.live.engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    script.wait_until(lambda: not script.live.answering)
    script.wait(PAUSE_SECONDS)
    script.live.restart_engine()
    script.wait_until(lambda: not script.live.loading)
    script.ask("Which key sets a mark?")


def tour(script: Script) -> None:
    """The tour, to be compared with the same under another setting."""
    script.load()
    script.ask("Give me the tour")


def tour_kv_8(script: Script) -> None:
    """The tour with a KV cache of 8 bits."""
    script.live.sampling = structs.replace(script.live.sampling, kv_bits=8)
    tour(script)


def sweep(script: Script) -> None:
    """A benchmark: what the bits of the KV cache cost, three trials of each."""
    script.measure(
        Plan(
            kind="sweep",
            sweep={"kv_bits": (None, 4, 8)},
            prompt_tokens=512,
            generation_tokens=96,
            trials=3,
        )
    )


SCRIPTS: dict[str, tuple[Callable[[Script], None], str]] = {
    "demo": (demo, "A real run of the built-in demo model, driven by tools/record.py."),
    "engine-died": (
        engine_died,
        "A real run of the built-in demo model, driven by tools/record.py, which killed the "
        "engine in the middle of an answer.",
    ),
    "sweep": (
        sweep,
        "A real benchmark of the built-in demo model, whose plan tools/record.py holds: a sweep of "
        "the KV cache's bits.",
    ),
    "tour": (tour, "A real run of the built-in demo model, driven by tools/record.py."),
    "tour-kv-8": (
        tour_kv_8,
        "A real run of the built-in demo model with a KV cache of 8 bits, driven by "
        "tools/record.py.",
    ),
}


def shipped(line: bytes) -> bytes:
    """Return a line without the folder in which the model lay."""
    event = events.decode(line)
    if isinstance(event, events.LoadStart | events.LoadEnd):
        event = structs.replace(event, path=Path(event.path).name)
    return events.encode(event)


def main() -> None:
    """Record the scripts named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*SCRIPTS, []])
    names = parser.parse_args().names or list(SCRIPTS)
    for name in names:
        act, made = SCRIPTS[name]
        with tempfile.TemporaryDirectory() as folder:
            script = Script(Path(folder), made)
            try:
                act(script)
            finally:
                script.live.close()
            (recording,) = Path(folder).glob("*.jsonl")
            target = paths.shipped_recordings_dir() / f"{name}.jsonl"
            target.write_bytes(b"".join(shipped(line) for line in recording.open("rb")))
            print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

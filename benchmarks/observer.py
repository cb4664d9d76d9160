"""Does the screen slow down what it measures? `mlxtop bench` on its screen against headless.

    python -m benchmarks.observer [--pairs 40] [-p 128] [-g 256] [--model mlxtop/demo]

Each round: a trial headless, one on the screen (200×50 in a pseudo-terminal, 5 Hz), and one
headless again; both with engine, sensors at 5 Hz and recording. While headless runs, the screen's
processes are stopped; while the screen runs, headless waits. The rate is (n − 1) / (last − first
token's time). The ratio headless / headless is the control: what this machine calls equal.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.agreement import stepped
from benchmarks.pairs import interval
from benchmarks.screen import Screen
from mlxtop.bench.measurement import Measuring
from mlxtop.bench.plan import Plan
from mlxtop.sources.options import LiveOptions, ModelSpec

GOAL = 0.98


class OnScreen:
    """A benchmark on its screen, a trial at a time."""

    def __init__(self, arguments: list[str], home: Path) -> None:
        self._screen = Screen(arguments, home)
        # It starts by itself; after the warm-up and the first trial it waits.
        self._screen.wait_for("turn_start", 1)
        self._screen.type(" ")
        self._turns = len(self._screen.wait_for("turn_end", 2))
        self._screen.stop()

    def trial(self) -> float:
        """Run one trial; return its tokens per second."""
        screen = self._screen
        screen.resume()
        screen.type(" ")
        self._turns += 1
        screen.wait_for("turn_start", self._turns)
        screen.type(" ")
        screen.wait_for("turn_end", self._turns)
        times: list[float] = [
            t for one in screen.events("tokens") if one["turn"] == self._turns for t in one["times"]
        ]
        screen.stop()
        return (len(times) - 1) / (times[-1] - times[0])

    def close(self) -> None:
        """End it."""
        self._screen.resume()
        self._screen.quit()


def main() -> None:
    """Run the pairs and print rates, ratio and control."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("-p", type=int, default=128)
    parser.add_argument("-g", type=int, default=256)
    parser.add_argument("--model", default=str(Path(__file__).parents[1] / "mlxtop" / "demo"))
    options = parser.parse_args()
    plan = Plan(
        prompt_tokens=options.p,
        generation_tokens=options.g,
        trials=2 * options.pairs + 2,
        cool_limit_seconds=0.0,
        most_repeats=0,
    )
    sizes = ["-p", str(options.p), "-g", str(options.g), "-n", str(plan.trials), "--yes"]
    rounds: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        screen = OnScreen(["bench", options.model, *sizes], Path(folder) / "screen")
        measuring = Measuring(
            plan, [ModelSpec(options.model)], LiveOptions(recordings=Path(folder))
        )
        with measuring:
            trial = stepped(measuring)

            def headless() -> float:
                rate = trial().generation_tokens_per_second
                assert rate is not None
                return rate

            for _ in range(2):
                headless()
            screen.trial()
            for number in range(options.pairs):
                rounds.append((headless(), screen.trial(), headless()))
                words = "  ".join(f"{rate:6.1f}" for rate in rounds[-1])
                print(f"{number + 1:3}  headless, screen, headless  {words} tok/s", file=sys.stderr)
        screen.close()
    result = interval([shown / ((a + b) / 2) for a, shown, b in rounds])
    control = interval([b / a for a, _, b in rounds])
    print(f"headless              {statistics.median(one[0] for one in rounds):.1f} tok/s (median)")
    print(f"on the screen         {statistics.median(one[1] for one in rounds):.1f} tok/s (median)")
    print(f"screen / headless     {result}")
    print(f"headless / headless   {control}")
    reached = "reached" if result.low >= GOAL else "not reached"
    print(f"goal: the whole interval at least {GOAL}: {reached}")


if __name__ == "__main__":
    main()

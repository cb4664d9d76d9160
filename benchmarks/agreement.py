"""Do our figures agree with those of mlx_lm.benchmark, same model, same sizes?

    python -m benchmarks.agreement [--pairs 40] [-p 512] [-g 128] [-b 1] [--model mlxtop/demo]

Each round: a trial of `mlx_lm.benchmark` itself, one of `mlxtop bench` (its engine, its sensors at
5 Hz, its recording), and one of `mlx_lm.benchmark` again. Its own pause between trials (`--delay`)
is what is waited in; nothing else of it is touched. Compared are the figures that it prints, by
mlx-lm's definitions. The ratio of its own two trials is the control: what this machine calls equal.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.pairs import interval
from mlxtop.bench.measurement import Measuring
from mlxtop.bench.plan import Plan
from mlxtop.bench.trial import Trial
from mlxtop.sources.options import LiveOptions, ModelSpec

GOAL = 0.02

THEIRS = """
import runpy, sys, time

def wait_for_a_line(_seconds):
    if not sys.stdin.readline():
        sys.exit()

time.sleep = wait_for_a_line
sys.argv = ["mlx_lm.benchmark", "--num-trials", "1000000", "--delay", "1", *sys.argv[1:]]
runpy.run_module("mlx_lm.benchmark", run_name="__main__")
"""
_LINE = re.compile(r"Trial \d+:\s+prompt_tps=([\d.]+), generation_tps=([\d.]+)")

Rates = tuple[float, float]
"""Tokens a second of prompt and of generation."""


class Theirs:
    """mlx_lm.benchmark in a process of its own, a trial at a time."""

    def __init__(self, arguments: list[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-c", THEIRS, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"HF_HUB_OFFLINE": "1"},
        )

    def trial(self) -> Rates:
        """Run one trial."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if found := _LINE.match(line):
                return float(found[1]), float(found[2])
        raise SystemExit("mlx_lm.benchmark ended by itself")

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def stepped(measuring: Measuring) -> Callable[[], Trial]:
    """Return what runs one trial of ours."""
    runner, steps = measuring.runner, measuring.steps()
    runner.paused = True

    def trial() -> Trial:
        count = len(runner.trials)
        runner.paused = False
        while len(runner.trials) == count:
            next(steps)
            runner.paused = runner.doing.point is not None
        return runner.trials[-1]

    return trial


def rates(trial: Trial) -> Rates:
    """Return the figures that mlx_lm.benchmark has too."""
    prompt, generated = trial.prompt_tokens_per_second, trial.mlx_lm_generation_tokens_per_second
    assert prompt is not None
    assert generated is not None
    return prompt, generated


def tell(name: str, rounds: list[tuple[float, float, float]]) -> None:
    """Print the ratio of a figure, and the control."""
    result = interval([own / ((first + second) / 2) for first, own, second in rounds])
    control = interval([second / first for first, _, second in rounds])
    theirs = statistics.median([rate for one in rounds for rate in (one[0], one[2])])
    own = statistics.median(one[1] for one in rounds)
    print(f"{name}: mlx_lm.benchmark {theirs:.1f} (median), mlxtop bench {own:.1f}")
    print(f"  ours / theirs          {result}")
    print(f"  theirs / theirs (A/A)  {control}")
    reached = result.low >= 1 - GOAL and result.high <= 1 + GOAL
    words = "reached" if reached else "not reached"
    print(f"  goal: the whole interval within {GOAL:.0%} of 1: {words}")


def main() -> None:
    """Run the pairs and print both figures, their ratio and the control."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("-p", type=int, default=512)
    parser.add_argument("-g", type=int, default=128)
    parser.add_argument("-b", type=int, default=1)
    parser.add_argument("--model", default=str(Path(__file__).parents[1] / "mlxtop" / "demo"))
    options = parser.parse_args()
    sizes = ["-p", str(options.p), "-g", str(options.g), "-b", str(options.b)]
    plan = Plan(
        kind="batch" if options.b > 1 else "tokens",
        prompt_tokens=options.p,
        generation_tokens=options.g,
        batch=(options.b,),
        trials=options.pairs + 2,
        cool_limit_seconds=0.0,
        most_repeats=0,
    )
    theirs = Theirs(["--model", options.model, *sizes])
    rounds: list[tuple[Rates, Rates, Rates]] = []
    with tempfile.TemporaryDirectory() as folder:
        measuring = Measuring(
            plan, [ModelSpec(options.model)], LiveOptions(recordings=Path(folder))
        )
        with measuring:
            run = stepped(measuring)
            for _ in range(2):
                theirs.trial()
                run()
            for number in range(options.pairs):
                rounds.append((theirs.trial(), rates(run()), theirs.trial()))
                first, own, second = rounds[-1]
                print(
                    f"{number + 1:3}  prompt {first[0]:8.0f} {own[0]:8.0f} {second[0]:8.0f}"
                    f"  generation {first[1]:7.1f} {own[1]:7.1f} {second[1]:7.1f} tok/s",
                    file=sys.stderr,
                )
    theirs.close()
    for place, name in enumerate(("prompt tok/s", "generation tok/s")):
        tell(name, [(one[place], two[place], three[place]) for one, two, three in rounds])


if __name__ == "__main__":
    main()

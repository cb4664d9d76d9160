"""Does watching slow down what is watched? Generation inside mlxtop against plain mlx-lm.

    python -m benchmarks.generation [--pairs 40] [--tokens 300] [--model mlxtop/demo]

Each round: plain `stream_generate` in a process of its own, the same reply inside mlxtop (200×50
in a pseudo-terminal, 5 Hz, recording on), and plain again. While plain runs, mlxtop is stopped;
while mlxtop runs, plain waits. The rate is (n − 1) / (last − first token's time) in both. The
ratio plain / plain is the control: what this machine calls equal.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.pairs import interval
from benchmarks.screen import Screen

PROMPT = "Give me the tour"
GOAL = 0.97
PAUSE_SECONDS = 1.0
"""Both begin after a pause: a machine that has just worked is a few percent faster than a rested
one, and a prompt is typed before it is sent."""

PLAIN = """
import json, sys, time
from mlx_lm import load, stream_generate
model, tokenizer = load(sys.argv[1])
prompt = tokenizer.apply_chat_template(
    [{"role": "user", "content": sys.argv[2]}], add_generation_prompt=True)
for line in sys.stdin:
    times = [time.monotonic() for _ in stream_generate(
        model, tokenizer, prompt, max_tokens=int(sys.argv[3]))]
    print(json.dumps(times), flush=True)
"""


def rate(times: list[float]) -> float:
    """Return tokens per second between the first and the last token."""
    return (len(times) - 1) / (times[-1] - times[0])


def main() -> None:
    """Run the pairs and print rates, ratio and control."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--tokens", type=int, default=300)
    parser.add_argument("--model", default=str(Path(__file__).parents[1] / "mlxtop" / "demo"))
    options = parser.parse_args()
    plain = subprocess.Popen(
        [sys.executable, "-c", PLAIN, options.model, PROMPT, str(options.tokens)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )
    assert plain.stdin is not None
    assert plain.stdout is not None

    def run_plain() -> float:
        time.sleep(PAUSE_SECONDS)
        assert plain.stdin is not None
        assert plain.stdout is not None
        plain.stdin.write("go\n")
        plain.stdin.flush()
        return rate(json.loads(plain.stdout.readline()))

    with tempfile.TemporaryDirectory() as home:
        screen = Screen(
            [options.model, "--max-tokens", str(options.tokens), "--hz", "5"], Path(home)
        )
        turns = 0

        def run_inside() -> float:
            nonlocal turns
            turns += 1
            screen.type(f"\x0e{PROMPT}")
            time.sleep(PAUSE_SECONDS)
            screen.type("\r")
            screen.wait_for("turn_end", turns)
            batches: list[dict[str, Any]] = [
                batch for batch in screen.events("tokens") if batch["turn"] == turns
            ]
            return rate([t for batch in batches for t in batch["times"]])

        time.sleep(5)
        for _ in range(2):
            run_inside()
        screen.stop()
        for _ in range(2):
            run_plain()
        watched, control, rates = [], [], []
        for pair in range(options.pairs):
            first = run_plain()
            screen.resume()
            inside = run_inside()
            screen.stop()
            second = run_plain()
            # The mean of the plain runs before and after: drift cancels.
            watched.append(inside / ((first + second) / 2))
            control.append(second / first)
            rates.append((first, inside, second))
            print(
                f"{pair + 1:3}  plain {first:6.1f}  inside {inside:6.1f}  plain {second:6.1f} tok/s"
                f"  ratio {watched[-1]:.3f}",
                file=sys.stderr,
            )
        screen.resume()
        screen.quit()
    plain.stdin.close()
    plain.wait()
    medians = [statistics.median(column) for column in zip(*rates, strict=True)]
    print(f"plain mlx-lm        {medians[0]:.1f} tok/s (median)")
    print(f"inside mlxtop       {medians[1]:.1f} tok/s (median)")
    result = interval(watched)
    print(f"inside / plain      {result}")
    print(f"plain / plain (A/A) {interval(control)}")
    verdict = "reached" if result.low >= GOAL else "not reached"
    print(f"goal: the whole interval at least {GOAL}: {verdict}")


if __name__ == "__main__":
    main()

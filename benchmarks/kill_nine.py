"""How much of a run its recording lacks after kill −9, compared with a witness.

    python -m benchmarks.kill_nine --kills 200

A process records tokens (125 a second, in the engine's batches of 48 ms) and readings (five a
second, 24 figures) and says each on a pipe before the recorder has it. It is killed at a random
moment of its first two seconds.
"""

import argparse
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.recording.killing import STEP_SECONDS as STEP
from tests.recording.killing import Killed, kill

LONGEST_SECONDS = 2.0
PROMISED_SECONDS = 0.25


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=2, help="processes side by side")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    moments = [chance.randrange(round(LONGEST_SECONDS / STEP)) for _ in range(options.kills)]
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(options.at_once) as pool:

        def one(number: int) -> Killed:
            directory = Path(place) / str(number)
            directory.mkdir()
            return kill(directory, moments[number])

        found = list(pool.map(one, range(options.kills)))
    tell(found)


def tell(found: list[Killed]) -> None:
    short = sorted(1e3 * one.short_seconds for one in found)
    opened = sum(not one.info.problem for one in found)
    print(f"{len(found)} kills, {sum(one.said for one in found):,} tokens and readings said")
    print(f"  files that open: {opened}")
    print(f"  called incomplete: {sum(not (one.info.clean or one.info.running) for one in found)}")
    print(f"  bad lines before the last: {sum(one.bad_lines for one in found)}")
    print(f"  only the end is missing: {sum(one.only_the_end for one in found)}")
    print(
        f"  missing before the kill: p50 {short[len(short) // 2]:.0f} ms, "
        f"p99 {short[int(0.99 * (len(short) - 1))]:.0f} ms, worst {short[-1]:.0f} ms"
    )
    over = sum(one > 1e3 * PROMISED_SECONDS for one in short)
    print(f"  over {1e3 * PROMISED_SECONDS:.0f} ms: {over}")


if __name__ == "__main__":
    main()

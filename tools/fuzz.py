"""Give mlxtop damaged recordings, and stop at the first that breaks it.

    python -m tools.fuzz --seconds 60             # random damage, the same for the same seed
    python -m tools.fuzz --atheris --seconds 600  # guided by coverage

A file that breaks it is kept in the folder for temporary files; `python -m tools.fuzz FILE` gives
it again.
"""

import argparse
import gzip
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard

from tools.fuzz_target import look

ROOT = Path(__file__).parents[1]
LINES = 60
"""Of a recording that is damaged: enough for a load and two turns, and quick to draw."""
NUMBERS: tuple[Any, ...] = (
    0, -1, -0.0, 0.5, 1e-320, 1e12, 1e12 + 1, 1e15, 1e308, -1e308, 2**31, 2**63, 2**64 + 1, 10**400,
)  # fmt: skip
TEXTS = (
    "",
    "\x1b[2J",
    "\u202e\u200b",
    "[bold]",
    "\x00",
    "漢字👩‍👩‍👧‍👦",
    "x" * 3000,
    "| a |\n|-|\n" * 40,
)
OTHERS: tuple[Any, ...] = (None, True, [], {}, [[]], *NUMBERS, *TEXTS)
PIECES = (b"\n", b"\0", b"{", b"[" * 2000, b"9" * 400, b"NaN", b"Infinity", b"\xff", b'"', b"\r")


def seeds() -> list[list[bytes]]:
    """Return the lines of the shipped recordings, in parts of few lines with a header each."""
    parts: list[list[bytes]] = []
    for path in sorted((ROOT / "recordings").glob("*.jsonl")):
        header, *rest = path.read_bytes().splitlines(keepends=True)
        parts += [[header, *rest[at : at + LINES]] for at in range(0, len(rest), LINES)]
    return parts


def damaged(lines: list[bytes], chance: random.Random) -> tuple[str, bytes]:
    """Return a file's suffix and its content: the lines with some damage, packed now and then."""
    lines = list(lines)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        chance.choice((_change, _change, _change, _move, _repeat, _drop))(lines, chance)
    data = b"".join(lines)
    for _ in range(chance.choice((0, 0, 1, 3))):
        data = chance.choice((_flip, _cut, _insert))(data, chance)
    suffix = chance.choice((".jsonl",) * 8 + (".jsonl.gz", ".jsonl.zst"))
    if suffix.endswith(".gz"):
        data = gzip.compress(data, 1)
    elif suffix.endswith(".zst"):
        data = zstandard.compress(data, 1)
    if suffix != ".jsonl" and chance.random() < 0.5:
        data = chance.choice((_flip, _cut, _insert))(data, chance)
    return suffix, data


def _change(lines: list[bytes], chance: random.Random) -> None:
    """Give one field of one line another value."""
    at = chance.randrange(len(lines))
    try:
        line = json.loads(lines[at])
    except ValueError:
        return
    place: Any = line
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = chance.choice(keys)
        if not isinstance(place[key], dict | list) or chance.random() < 0.3:
            break
        place = place[key]
    old = place[key]
    numbers = isinstance(old, int | float) and not isinstance(old, bool)
    pool = NUMBERS if numbers else TEXTS if isinstance(old, str) else OTHERS
    place[key] = chance.choice(pool if chance.random() < 0.8 else OTHERS)
    if numbers and abs(old) < 1e300 and chance.random() < 0.3:
        place[key] = old * chance.choice((-1, 0.5, 2, 1e3, 1e9))
    lines[at] = json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _move(lines: list[bytes], chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines))))


def _repeat(lines: list[bytes], chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))


def _drop(lines: list[bytes], chance: random.Random) -> None:
    if len(lines) > 2:
        del lines[chance.randrange(1, len(lines))]


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(PIECES) + data[at:]


class Bench:
    """Puts content into a file, looks at it, and counts the outcomes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        self.bytes = 0

    def give(self, suffix: str, data: bytes) -> None:
        path = self._folder / f"file{suffix}"
        path.write_bytes(data)
        began = time.perf_counter()
        try:
            refused = look(path)
        except Exception:
            kept = Path(tempfile.gettempdir()) / f"mlxtop-fuzz{suffix}"
            kept.write_bytes(data)
            traceback.print_exc()
            print(f"broken by {kept}", file=sys.stderr)
            raise
        self.slowest = max(self.slowest, time.perf_counter() - began)
        self.bytes += len(data)
        self.outcomes["refused in a sentence" if refused else "opened"] += 1

    def tell(self) -> None:
        number = self.outcomes.total()
        told = ", ".join(f"{count:,} {word}" for word, count in self.outcomes.items())
        print(f"{number:,} files, {self.bytes / 1e6:.1f} MB: {told}; none broke it.")
        print(f"The slowest took {self.slowest:.2f} s.")


def at_random(bench: Bench, seconds: float, seed: int) -> None:
    chance, parts = random.Random(seed), seeds()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        bench.give(*damaged(chance.choice(parts), chance))


def guided(give: Callable[[str, bytes], None], seconds: float, seed: int, corpus: Path) -> None:
    """Let atheris choose the bytes, by which new code they reach; it ends the process."""
    try:
        import atheris
    except ImportError:
        sys.exit("tools.fuzz: --atheris needs atheris: `pip install atheris` beside mlxtop.")
    for number, part in enumerate(seeds()):
        (corpus / str(number)).write_bytes(b"".join(part[:20]))
    atheris.instrument_all()
    words = [f"-max_total_time={seconds:.0f}", f"-seed={seed}", "-max_len=20000", "-timeout=20"]
    atheris.Setup(
        [sys.argv[0], *words, "-rss_limit_mb=2048", str(corpus)], lambda data: give(".jsonl", data)
    )
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="give this one and nothing else")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="guided by coverage")
    options = parser.parse_args()
    if options.file is not None:
        print(look(options.file) or "It opens.")
        return
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(Path(place))
        if options.atheris:
            corpus = Path(place) / "corpus"
            corpus.mkdir()
            guided(bench.give, options.seconds, options.seed, corpus)
        at_random(bench, options.seconds, options.seed)
        bench.tell()


if __name__ == "__main__":
    main()

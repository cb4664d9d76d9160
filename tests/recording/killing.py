"""Kills a recording process, and says what its recording lacks of what had happened."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mlxtop import events
from mlxtop.clock import now
from mlxtop.recording import Recording, RecordingInfo, recordings

WITNESS = Path(__file__).parent / "witness.py"
ROOT = Path(__file__).parents[2]
STEP_SECONDS = 0.008
"""Between two tokens of the witness: 125 a second."""


@dataclass(frozen=True)
class Killed:
    """A recording whose process was killed, held against what the witness said."""

    info: RecordingInfo
    said: int
    """Tokens and readings that the witness said."""
    lost: int
    """Those of them that are not in the file."""
    short_seconds: float
    """From the first that is missing to the kill; 0 where none is missing."""
    only_the_end: bool
    """Nothing is missing before something that is there, of tokens and of readings."""
    bad_lines: int


def kill(directory: Path, lines: int) -> Killed:
    """Run the witness, and kill it `lines` lines after its recording had a first byte."""
    child = subprocess.Popen(
        [sys.executable, str(WITNESS), str(directory), str(STEP_SECONDS)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert child.stdout is not None
    # The pipe says what happened, independently of the file.
    said: list[bytes] = []
    while not any(path.stat().st_size for path in directory.glob("*.jsonl")):
        said.append(child.stdout.readline())
    said += [child.stdout.readline() for _ in range(lines)]
    killed_at = now()
    child.send_signal(signal.SIGKILL)
    said += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    return _held_against(directory, [line for line in said if line.endswith(b"\n")], killed_at)


def _held_against(directory: Path, said: list[bytes], killed_at: float) -> Killed:
    (info,) = recordings(directory)
    there: dict[str, set[float]] = {"token": set(), "reading": set()}
    with Recording(info.path) as recording:
        for event in recording.events():
            if isinstance(event, events.Tokens):
                there["token"].update(event.times)
            elif isinstance(event, events.Sample):
                there["reading"].add(event.t)
        bad_lines = recording.report.bad
    happened = [(name, float(t)) for name, t in (line.decode().split() for line in said)]
    lost = [(name, t) for name, t in happened if t not in there[name]]
    return Killed(
        info=info,
        said=len(happened),
        lost=len(lost),
        short_seconds=max(0.0, killed_at - lost[0][1]) if lost else 0.0,
        only_the_end=all(t > max(there[name], default=0.0) for name, t in lost),
        bad_lines=bad_lines,
    )

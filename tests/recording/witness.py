"""Records to the directory given as a run does, and says on standard output what happened.

One line for each token and each reading, at the moment it happens and so before the recorder has
it: its name and its time. A step, and with it a token, comes every so many seconds, until it is
killed.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, os.getcwd())

from mlxtop import events
from mlxtop.clock import now
from mlxtop.recording import Recorder

TOKENS_A_BATCH = 6
STEPS_A_READING = 25
FIGURES = [f"figure{number}.level" for number in range(24)]


def happened(name: str) -> float:
    """Say that something happens now; return its time."""
    t = round(now(), 6)
    os.write(1, f"{name} {t}\n".encode())
    return t


directory, step_seconds = Path(sys.argv[1]), float(sys.argv[2])
header = events.Header(t=now(), schema=1, wall=time.time(), clock="", mlxtop="0")
recorder = Recorder(directory, header=header)
recorder.start()
recorder.put(events.Message(t=now(), index=0, role="user", text="hello"))
recorder.put(events.TurnStart(t=now(), turn=1, index=1))
batch: list[float] = []
step = 0
while True:
    batch.append(happened("token"))
    if len(batch) == TOKENS_A_BATCH:
        # The engine gathers tokens for 50 ms, which count as lost time as well.
        text = ["word "] * TOKENS_A_BATCH
        recorder.put(events.Tokens(t=batch[-1], turn=1, times=batch, text=text))
        batch = []
    if step % STEPS_A_READING == 0:
        t = happened("reading")
        recorder.put(events.Sample(t=t, values=dict.fromkeys(FIGURES, float(step))))
    step += 1
    time.sleep(step_seconds)

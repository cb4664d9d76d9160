"""Records to the directory given, and says on standard output what it put, until it is killed."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, os.getcwd())

from mlxtop import events
from mlxtop.clock import now
from mlxtop.recording import Recorder

header = events.Header(t=now(), schema=1, wall=0.0, clock="", mlxtop="0")
recorder = Recorder(Path(sys.argv[1]), header=header)
recorder.start()
recorder.put(events.Message(t=now(), index=0, role="user", text="hello"))
while True:
    t = round(now(), 6)
    recorder.put(events.Sample(t=t, values={"a": 1.0}))
    os.write(1, f"{t}\n".encode())
    time.sleep(0.004)

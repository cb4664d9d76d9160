"""A tape on a clock that stands still, and short ways to make events."""

import os
from errno import ENOSPC
from pathlib import Path

from mlxtop import events
from mlxtop.events import AnyEvent
from mlxtop.recording.quota import Quota
from mlxtop.recording.reader import Recording
from mlxtop.recording.session import RecordingSession

HEADER = events.Header(
    t=1.0, schema=1, wall=1_700_000_001.0, clock="TEST", mlxtop="0", chip="Abacus"
)


class Disk:
    """Stands for os.write: takes `room` bytes, the last of them in part, then refuses."""

    def __init__(self) -> None:
        self.room = 1 << 30
        self._write = os.write

    def write(self, descriptor: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(ENOSPC, "No space left on device")
        taken = self._write(descriptor, bytes(data)[: self.room])
        self.room -= taken
        return taken


class AtOnce(Quota):
    """Reads the directory at once instead of in a thread."""

    def refresh(self) -> None:
        self._scan()


class Desk:
    """A tape writing to `directory`; `t` is the clock."""

    def __init__(
        self,
        directory: Path,
        *,
        text: bool = True,
        anonymous: bool = False,
        on: bool = True,
        limit: int | None = None,
        bound: int = 1 << 20,
    ) -> None:
        self.directory = directory
        self.t = 100.0
        self.quota = AtOnce(directory, limit)
        self.quota.refresh()
        self.tape = RecordingSession(
            directory,
            HEADER,
            text=text,
            anonymous=anonymous,
            on=on,
            quota=self.quota,
            wall=lambda: self.t + 1_700_000_000.0,
            clock=lambda: self.t,
            bound_bytes=bound,
        )

    def finish(self) -> None:
        """End the recording as the recorder does at the end of a run."""
        self.tape.close("closed")
        self.tape.switch(False)

    def put(self, *given: AnyEvent) -> None:
        for event in given:
            self.tape.take(event)

    def work(self, after: float = 0.1) -> str:
        """Let time pass, do what is due, return the state."""
        self.t += after
        self.tape.work()
        return self.tape.status.state

    def files(self) -> list[Path]:
        # In the order they were begun: a second one of the same second ends in "-2".
        return sorted(self.directory.glob("*.jsonl"), key=lambda path: (len(path.name), path.name))

    def read(self, place: int = -1) -> list[AnyEvent]:
        return list(Recording(self.files()[place]).events())


def sample(t: float, value: float = 1.0) -> events.Sample:
    return events.Sample(t=t, values={"a": value})


def user(t: float, index: int = 0, text: str = "hello") -> events.Message:
    return events.Message(t=t, index=index, role="user", text=text)


def turn(
    t: float, index: int = 1, number: int = 1, pieces: tuple[str, ...] = ("so ", "it is")
) -> list[AnyEvent]:
    """Return a whole turn of one second."""
    return [
        events.TurnStart(t=t, turn=number, index=index),
        events.Prefill(t=t + 0.2, turn=number, done_tokens=5, total_tokens=5),
        events.Tokens(t=t + 0.5, turn=number, times=[t + 0.4] * len(pieces), text=list(pieces)),
        events.TurnEnd(t=t + 1, turn=number, finish_reason="stop", tail_text="."),
    ]

"""What the recorder is doing, for the sign on the screen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RecorderState = Literal["off", "waiting", "recording", "paused", "failed"]


@dataclass(frozen=True)
class RecorderStatus:
    """A snapshot: replaced as a whole, never changed."""

    state: RecorderState
    sentence: str
    """The state in words, with what to do where something is to be done."""
    path: Path | None = None
    """The file that is written now, or was written last."""
    bytes: int = 0
    """Bytes of that file handed to the system so far."""
    since: float | None = None
    """Where that file's time begins, seconds on the shared clock."""
    kept_bytes: int = 0
    """Bytes of events that wait in memory to be written."""
    lost_events: int = 0
    """Events that could be neither written nor kept, in this run."""
    files: tuple[Path, ...] = ()
    """The files of this run that hold something, in their order."""
    shortfall: str = ""
    """Which part of the run is in no file, and why, in a sentence; empty if none is known."""
    refused: bool = False
    """Whether that is because the system did not take it; else the limit was reached."""

    @property
    def where(self) -> str:
        """Where a run that is over is recorded: its files, `cut off` where they lack something."""
        if not self.files:
            return "none"
        words = ", ".join(map(str, self.files))
        return f"{words} (cut off)" if self.shortfall else words

"""What every source is, seen from a screen."""

from typing import Literal, Protocol

from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline


class Source(Protocol):
    """Fills a timeline and holds the moment of it that is being looked at."""

    @property
    def timeline(self) -> Timeline:
        """The store that this source fills."""

    @property
    def playhead(self) -> Playhead:
        """The moment being looked at."""

    def poll(self) -> None:
        """Bring everything that has happened into the timeline; called once a frame."""

    def close(self) -> None:
        """Let go of processes, threads and files; returns within about a second."""


FileState = Literal["replay", "running", "ended"]
"""A recording that is replayed; one that another process still writes; one that was followed."""


class RecordedSource(Source, Protocol):
    """A source that is a recording."""

    @property
    def state(self) -> FileState:
        """Whether the recording is still written."""

    @property
    def reading(self) -> bool:
        """Whether there is more of the file to read before all that is in it is known."""

    @property
    def broke_off(self) -> bool:
        """Whether the file was read to its end, and the run was never ended properly."""

    @property
    def sentence(self) -> str:
        """What is to be said of the file: how far it is read, and what is wrong with it."""

"""The interface of every source for a screen."""

from typing import Literal, Protocol

from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline


class Source(Protocol):
    """Fills a timeline and has the playhead that is viewed."""

    @property
    def timeline(self) -> Timeline:
        """The store that this source fills."""

    @property
    def playhead(self) -> Playhead:
        """The viewed moment."""

    def poll(self) -> None:
        """Bring everything that has happened into the timeline; called once a frame."""

    def close(self) -> None:
        """Release processes, threads and files; returns within about a second."""


FileState = Literal["replay", "running", "ended"]
"""A recording that is replayed; one still being written; one that was followed to its end."""


class RecordedSource(Source, Protocol):
    """A source that reads a recording."""

    @property
    def state(self) -> FileState:
        """Whether the recording is still being written."""

    @property
    def reading(self) -> bool:
        """Whether part of the file is not read yet."""

    @property
    def broke_off(self) -> bool:
        """Whether the file was read to its end and the run did not end properly."""

    @property
    def sentence(self) -> str:
        """The progress of reading the file, or what is wrong with it."""

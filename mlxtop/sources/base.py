"""What every source is, seen from a screen."""

from typing import Protocol

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

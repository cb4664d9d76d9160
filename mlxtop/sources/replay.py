"""A recording as a source."""

from collections.abc import Iterable

from mlxtop.events import AnyEvent
from mlxtop.sources.playhead import Playhead
from mlxtop.timeline import Timeline


class Replay:
    """A timeline filled from events that happened before."""

    def __init__(self, events: Iterable[AnyEvent]) -> None:
        self.timeline = Timeline()
        for event in events:
            self.timeline.add(event)
        self.playhead = Playhead(self.timeline, live=False)
        self.playhead.go_start()
        self.playhead.playing = False

    def poll(self) -> None:
        """Nothing new comes from a file that was read."""

    def close(self) -> None:
        """Nothing to let go of: the file was closed when it had been read."""

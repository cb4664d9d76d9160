"""Where a timeline's events come from: a live run, or a file."""

from mlxtop.sources.base import Source
from mlxtop.sources.playhead import Playhead

__all__ = ["Playhead", "Source"]

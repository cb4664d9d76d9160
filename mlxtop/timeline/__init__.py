"""The store of a run: all its events, with answers for any moment."""

from mlxtop.timeline.store import Timeline

__all__ = ["Timeline"]

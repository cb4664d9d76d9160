"""The one store: everything a run said, answerable for any moment of it."""

from mlxtop.timeline.store import Timeline

__all__ = ["Timeline"]

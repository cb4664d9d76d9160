"""Handlers of every screen are timed."""

from tests.slow import nothing_slow

__all__ = ["nothing_slow"]

"""Watching a machine without a model: readings, processes, and how they are printed."""

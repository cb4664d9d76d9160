"""The engine: a child process, the only place that imports mlx, and the parent's handle on it."""

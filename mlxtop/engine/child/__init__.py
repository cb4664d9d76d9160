"""The engine's child process: the only place that imports mlx."""

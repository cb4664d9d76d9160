"""The figures of processes: the app, the engine, and MLX's allocator in it."""

from mlxtop.figures.figure import Chart, Compared, Figure
from mlxtop.figures.of_machine import MEMORY_PLOT
from mlxtop.figures.units import COUNT

MLX = (
    Figure(
        "mlx.active_bytes",
        "MLX active",
        "memory of arrays in use, of MLX's allocator",
        chart=Chart(MEMORY_PLOT, "MLX active", "speed", 3, "m"),
        compared=Compared("mlx", "MLX memory", 1, from_zero=False),
    ),
    Figure("mlx.cache_bytes", "MLX cache", "memory that MLX's allocator keeps for later"),
    Figure("mlx.peak_bytes", "MLX peak", "the most that was active"),
)

PROCESSES = (
    Figure("engine.cpu_percent", "engine", "0–100 of one core: the engine's process"),
    Figure(
        "engine.memory_bytes",
        "engine process",
        "the engine's memory: on macOS its footprint, elsewhere resident memory",
        chart=Chart(MEMORY_PLOT, "engine process", "cpu", 1, "e"),
    ),
    Figure("app.cpu_percent", "mlxtop itself", "0–100 of one core: the app's own process"),
    Figure(
        "app.memory_bytes",
        "mlxtop itself",
        "the app's own memory: on macOS its footprint, elsewhere resident memory",
    ),
    Figure("app.samples_taken", "readings", "only grows: readings of the sampler", COUNT),
    Figure("app.samples_late", "late", "only grows: readings over 25 ms late", COUNT),
    Figure("app.samples_dropped", "dropped", "only grows: readings left out", COUNT),
    Figure(
        "app.sampling_gaps",
        "gaps",
        "only grows: times the machine slept or mlxtop was stopped",
        COUNT,
    ),
)

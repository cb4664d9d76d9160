"""The pressure level, derived from figures if the system does not report it; never recorded."""

from collections.abc import Mapping

NORMAL, WARN, CRITICAL = 0, 1, 2

LEVEL_FIGURES = (
    "pressure.some_avg10_percent",
    "pressure.full_avg10_percent",
    "memory.available_bytes",
    "memory.limit_bytes",
    "memory.limit_left_bytes",
    "memory.total_bytes",
    "swap.total_bytes",
    "swap.used_bytes",
)
"""The figures that a level is derived from."""


def pressure_level(values: Mapping[str, float | None]) -> float | None:
    """Return 0 normal, 1 warn, 2 critical from one tick's readings; None if they do not show it.

    macOS reports the level itself. On Linux: CRITICAL at PSI full avg10 ≥ 40 %, or available
    memory under 5 % with swap free under 5 % or no swap; WARN at some avg10 ≥ 10 %,
    full ≥ 5 %, or available memory under 10 %. systemd-oomd acts at 60 % for 30 s and earlyoom
    at 10 % available, so these warn before either.
    """
    level = values.get("pressure.level")
    if level is not None:
        return level
    some = values.get("pressure.some_avg10_percent")
    full = values.get("pressure.full_avg10_percent")
    share = available_share(values)
    if some is None and full is None and share is None:
        return None
    swap_total = values.get("swap.total_bytes")
    swap_used = values.get("swap.used_bytes") or 0.0
    swap_short = not swap_total or (swap_total - swap_used) / swap_total < 0.05
    if (full or 0.0) >= 40 or (share is not None and share < 0.05 and swap_short):
        return CRITICAL
    if (some or 0.0) >= 10 or (full or 0.0) >= 5 or (share is not None and share < 0.10):
        return WARN
    return NORMAL


def available_share(values: Mapping[str, float | None]) -> float | None:
    """Return the available share of the memory, 0–1; None if it is not known.

    The smaller of the machine's share and that below a cgroup's limit: each can run out.
    """
    available, total = values.get("memory.available_bytes"), values.get("memory.total_bytes")
    limit, left = values.get("memory.limit_bytes"), values.get("memory.limit_left_bytes")
    if limit and left is None:  # older recordings only have the limit
        total = limit
    pairs = ((available, total), (left, limit))
    shares = [part / whole for part, whole in pairs if part is not None and whole]
    return min(shares, default=None)


def pressure_source(values: Mapping[str, float | None]) -> str:
    """Return the source of the level: `macOS`, `PSI`, `cgroup`, `meminfo`, or "" for none."""
    if values.get("pressure.raw_level") is not None:
        return "macOS"
    if values.get("pressure.some_avg10_percent") is not None:
        return "PSI"
    if values.get("memory.limit_left_bytes") is not None:
        return "cgroup"
    return "meminfo" if values.get("memory.available_bytes") is not None else ""

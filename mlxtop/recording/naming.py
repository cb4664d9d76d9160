"""Names of recordings: when they began and with which model."""

import re
import time

SUFFIX = ".jsonl"
_LONGEST_SLUG = 48


def slug(model: str) -> str:
    """Return a model's name made safe and short for a file name: its last part, ASCII only."""
    last = model.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-._")
    return safe[:_LONGEST_SLUG].strip("-._") or "no-model"


def stem(wall: float, model: str) -> str:
    """Return the file name without suffix; `wall` is seconds since the epoch, shown local."""
    return f"{time.strftime('%Y-%m-%dT%H-%M-%S', time.localtime(wall))}_{slug(model)}"

"""Names of recordings: when they began and with which model."""

import re
import time

SUFFIX = ".jsonl"
WATCH = "watch"
"""What a recording is called that has no model because none was wanted."""
_LONGEST_SLUG = 48
_STEM = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d_(?P<slug>.+?)(?P<again>-\d+)?")


def slug(model: str) -> str:
    """Return a model's name made safe and short for a file name: its last part, ASCII only."""
    last = model.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-._")
    return safe[:_LONGEST_SLUG].strip("-._") or "no-model"


def stem(wall: float, model: str) -> str:
    """Return the file name without suffix; `wall` is seconds since the epoch, shown local."""
    return f"{time.strftime('%Y-%m-%dT%H-%M-%S', time.localtime(wall))}_{slug(model)}"


def is_given(name: str, model: str) -> bool:
    """Return whether the user chose this file name (without suffix), whatever it begins with.

    `model` is the first that was loaded in it.
    """
    found = _STEM.fullmatch(name)
    if found is None:
        return True
    own = {slug(model), slug(""), WATCH}
    return found["slug"] not in own and found["slug"] + (found["again"] or "") not in own

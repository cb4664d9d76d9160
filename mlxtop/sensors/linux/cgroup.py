"""The memory limit of this process's cgroup, and what is left of it.

In a container this is the available memory.
"""

from pathlib import Path, PurePosixPath

from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.parse import (
    parse_cgroup1_path,
    parse_cgroup_path,
    parse_file_pages,
    parse_limit,
    parse_size,
)

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def limit_files(own: str, root: Path = ROOT) -> list[Path]:
    """Return the files whose limits apply to the process, innermost first.

    `own` is the text of /proc/self/cgroup. Limits of the groups above apply too. If memory is
    under cgroup v1, its tree is mounted separately, and v2's has no limits.
    """
    trees = [
        (parse_cgroup_path(own), root, "memory.max"),
        (parse_cgroup1_path(own), root / "memory", "memory.limit_in_bytes"),
    ]
    return [
        tree / group / name
        for path, tree, name in trees
        if path is not None and "\0" not in path
        for group in _groups(path)
    ]


def _groups(path: str) -> list[PurePosixPath]:
    inside = PurePosixPath(path.lstrip("/"))
    # With a path of "/.." (a group outside the namespace) only the root is visible.
    return [PurePosixPath()] if ".." in inside.parts else [inside, *inside.parents]


def memory_limit(files: list[Path]) -> int | None:
    """Return the smallest limit of `files` in bytes; None if there is none."""
    limits = (parse_limit(try_text(path)) for path in files)
    return min((limit for limit in limits if limit is not None), default=None)


def memory_left(files: list[Path]) -> int | None:
    """Return how many more bytes the limits of `files` allow; None if there is none.

    Cached pages of files count toward the limit, and are released when it is reached: most of
    them belong to the model's file.
    """
    left: list[int] = []
    for path in files:
        limit, used = parse_limit(try_text(path)), _used(path)
        if limit is not None and used is not None:
            pages = min(used, parse_file_pages(try_text(path.parent / "memory.stat")))
            left.append(max(0, min(limit, limit - used + pages)))
    return min(left, default=None)


def _used(limit: Path) -> int | None:
    name = "memory.current" if limit.name == "memory.max" else "memory.usage_in_bytes"
    return parse_size(try_text(limit.parent / name))


def pressure_file(files: list[Path]) -> Path | None:
    """Return the pressure of the innermost group that has a limit; None if there is none.

    At a group's limit, work waits for memory even if the machine has plenty; the pressure of the
    whole machine may hardly show that.
    """
    for path in files:
        found = path.parent / "memory.pressure"
        if parse_limit(try_text(path)) is not None and found.exists():
            return found
    return None

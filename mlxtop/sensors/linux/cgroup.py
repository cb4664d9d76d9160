"""The memory limit of the cgroup this process lives in: in a container, the memory there is."""

from pathlib import Path, PurePosixPath

from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.parse import parse_cgroup1_path, parse_cgroup_path, parse_limit

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def limit_files(own: str, root: Path = ROOT) -> list[Path]:
    """Return the files whose limits bind the process, innermost first.

    `own` is the text of /proc/self/cgroup. A limit of any group above binds too. Where memory is
    under cgroup v1 its tree is mounted beside the others, and v2's has no limits.
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
    # With a path of "/.." (a group outside the namespace) only the visible root is left.
    return [PurePosixPath()] if ".." in inside.parts else [inside, *inside.parents]


def memory_limit(files: list[Path]) -> int | None:
    """Return the smallest limit of `files` in bytes; None where there is none."""
    limits = (parse_limit(try_text(path)) for path in files)
    return min((limit for limit in limits if limit is not None), default=None)

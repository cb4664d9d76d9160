"""The memory limit of the cgroup this process lives in: in a container, the memory there is."""

from pathlib import Path, PurePosixPath

from mlxtop.sensors.linux.files import try_text
from mlxtop.sensors.linux.parse import parse_cgroup_path, parse_limit

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def limit_files(own: str, root: Path = ROOT) -> list[Path]:
    """Return the memory.max files that bind the process, innermost first.

    `own` is the text of /proc/self/cgroup. A limit of any group above binds too.
    """
    path = parse_cgroup_path(own)
    if path is None or "\0" in path:
        return []
    # With a path of "/.." (a group outside the namespace) only the visible root is left.
    inside = PurePosixPath(path).relative_to("/")
    groups = [inside, *inside.parents] if ".." not in inside.parts else [PurePosixPath()]
    return [root / group / "memory.max" for group in groups]


def memory_limit(files: list[Path]) -> int | None:
    """Return the smallest limit of `files` in bytes; None where there is none."""
    limits = (parse_limit(try_text(path)) for path in files)
    return min((limit for limit in limits if limit is not None), default=None)

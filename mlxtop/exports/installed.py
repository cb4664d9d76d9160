"""Exports of installed packages, found by their entry points and not trusted to work.

A package declares an `Export`, or several with one name, in the group `mlxtop.exports`; the entry
point has the same name. Any error becomes one sentence.
"""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from msgspec.structs import replace

from mlxtop.exports.table import EXPORTS, GROUP, Export, failure
from mlxtop.text import one_line


def installed(name: str = "") -> tuple[list[Export], list[str]]:
    """Return the exports of packages, all or those named `name`, and sentences on errors."""
    found: list[Export] = []
    problems: list[str] = []
    there = entry_points(group=GROUP, name=name) if name else entry_points(group=GROUP)
    for point in sorted(there, key=lambda one: (one.name, _package(one))):
        package = _package(point)
        try:
            loaded = _exports(point)
        # A package may do anything when it is imported, end the process included.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            title = f"{one_line(point.name, 40)} of {package}"
            problems.append(failure(title, "cannot be loaded", error))
            continue
        for one in loaded:
            known = [(other.family, other.name) for other in (*EXPORTS, *found)]
            if (one.family, one.name) in known:
                problems.append(
                    f"The export {one.name} of {package} has a name that is already taken."
                )
            else:
                # Its own texts go to the terminal.
                words = one_line(one.help, 200)
                found.append(replace(one, package=package, help=words, option="", usual=0))
    return found, problems


def _exports(point: EntryPoint) -> list[Export]:
    """Return the exports of an entry point; raises whatever the package raises."""
    loaded = point.load()
    several: Iterable[object] = loaded if isinstance(loaded, list | tuple) else [loaded]
    found = []
    for one in several:
        if not isinstance(one, Export):
            raise TypeError(f"{type(one).__name__} instead of Export")
        if one.name != point.name:
            raise ValueError(f"its entry point is not named {one.name}")
        found.append(one)
    return found


def _package(point: EntryPoint) -> str:
    dist = point.dist
    return one_line(f"{dist.name} {dist.version}", 80) if dist is not None else "a package"

"""Finds a model's directory and looks at its files before anything heavy is tried."""

from dataclasses import dataclass
from pathlib import Path

from mlxtop.engine.child.refusal import Refused
from mlxtop.engine.protocol import NO_TEXT
from mlxtop.models.fault import Fault
from mlxtop.models.locate import cannot_be_loaded, locate
from mlxtop.text import one_line, scrub


@dataclass(frozen=True)
class Place:
    """A model directory, its name for people and the bytes of its weight files."""

    name: str
    path: Path
    weights_bytes: int


def resolve(model: str) -> Place:
    """Return where a path or a cached Hugging Face id leads; raise Refused where none can load."""
    try:
        found = locate(model)
        path = found.path.expanduser().resolve()
    except (Fault, OSError, RuntimeError, ValueError) as error:
        raise Refused(str(error)) from None
    if scrub(str(path)) != str(path):
        raise Refused(NO_TEXT.format(path=one_line(str(path))))
    name = name_of(model, path)
    if problem := cannot_be_loaded(found, name):
        raise Refused(problem)
    return Place(name=name, path=path, weights_bytes=found.size_bytes)


def name_of(model: str, path: Path | None = None) -> str:
    """Return what a model is called: its id, or its directory's name."""
    found = path or _existing(model)
    if found is None:
        return one_line(model)
    for parent in found.parents:
        if parent.name.startswith("models--"):
            return parent.name.removeprefix("models--").replace("--", "/")
    return found.name or one_line(model)


def _existing(model: str) -> Path | None:
    """Return the path where there is one; None too where no path can have that name."""
    try:
        path = Path(model).expanduser()
        return path.resolve() if path.exists() else None
    except (OSError, RuntimeError, ValueError):
        return None

"""Finds models: directories, the local Hugging Face cache, and what a name refers to."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mlxtop.models.catalogue import ModelInfo, inspect
from mlxtop.models.json_file import Fault
from mlxtop.models.known import Known
from mlxtop.text import one_line

_PREFIX = "models--"
_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9](?!.*--)[\w.-]{0,95}(?<![.-])", re.ASCII)
_URL = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([^/\s?#]+/[^/\s?#]+)", re.ASCII)


def cache_dir() -> Path:
    """Return the cache directory of huggingface_hub, by the variables that it reads."""
    environment = os.environ
    home = environment.get("XDG_CACHE_HOME") or "~/.cache"
    hub = environment.get("HF_HOME") or os.path.join(home, "huggingface")
    named = environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE")
    return Path(os.path.expandvars(os.path.expanduser(named or os.path.join(hub, "hub"))))


def cache_away(directory: Path | None = None) -> str:
    """Return a sentence if the configured cache does not exist, else an empty text.

    A default cache may be missing: the first download creates it.
    """
    cache = directory or cache_dir()
    with suppress(OSError):
        if cache.is_dir():
            return ""
    names = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME")
    chosen = next((name for name in names if os.environ.get(name)), "")
    linked = any(path.is_symlink() and not path.exists() for path in (cache, *cache.parents))
    if not chosen and not linked:
        return ""
    why = f"set by {chosen}" if chosen else "through a link"
    return (
        f"There is no Hugging Face cache at {one_line(str(cache), 120)} ({why}): connect its drive "
        "if it is not mounted; a download creates it."
    )


def hub_id(text: str) -> str | None:
    """Return the `owner/name` in a typed or pasted text, also in the address of a model's page."""
    text = text.strip()
    if match := _URL.match(text):
        text = match.group(1)
    if not _ID.fullmatch(text) or ".." in text or "--" in text or text.endswith((".git", ".", "-")):
        return None
    return text if max(map(len, text.split("/"))) <= 96 else None


def scan(directory: Path | None = None, known: Known | None = None) -> Iterator[ModelInfo]:
    """Yield every model of the cache, newest first, one by one: each costs a few file reads."""
    for repository in _repositories(directory or cache_dir()):
        if (found := _model(repository, known)) is not None:
            yield found


def find(model: str, directory: Path | None = None) -> ModelInfo | None:
    """Return a model of the cache by its id; None if the cache does not have it.

    A few old ids of the hub have no owner (gpt2).
    """
    if hub_id(model) != model and not _NAME.fullmatch(model):
        return None
    repository = (directory or cache_dir()) / (_PREFIX + model.replace("/", "--"))
    return _model(repository, None) if repository.is_dir() else None


def cached_ids() -> list[str]:
    """Return the ids of the models of the cache, newest first; nothing in them is read."""
    return [_id(repository) for repository in _repositories(cache_dir())]


def _id(repository: Path) -> str:
    return one_line(repository.name.removeprefix(_PREFIX).replace("--", "/"), 120)


def _repositories(directory: Path) -> list[Path]:
    dated = []
    with suppress(OSError):  # no cache yet, or one that cannot be read: no models
        for path in directory.iterdir():
            with suppress(OSError):
                if path.name.startswith(_PREFIX) and path.is_dir():
                    snapshots = path / "snapshots"
                    dated.append(
                        ((snapshots if snapshots.is_dir() else path).stat().st_mtime, path)
                    )
    return [path for _, path in sorted(dated, reverse=True)]


def _model(repository: Path, known: Known | None) -> ModelInfo | None:
    """Return the repository's best snapshot: `main`, else one that can be loaded."""
    name = _id(repository)
    first: ModelInfo | None = None
    for snapshot in _snapshots(repository):
        found = inspect(snapshot, name, known)
        if not found.problem:
            return found
        first = first or found
    return first


def _snapshots(repository: Path) -> list[Path]:
    """Return at most eight snapshots: that of `main`, then from new to old."""
    main = ""
    reference = repository / "refs" / "main"
    if reference.is_file():
        with suppress(OSError, ValueError), reference.open(encoding="ascii") as file:
            main = file.read(200).strip()
    dated = []
    with suppress(OSError):
        for path in (repository / "snapshots").iterdir():
            with suppress(OSError):
                if path.is_dir():
                    dated.append((path.name == main, path.stat().st_mtime, path))
    return [path for _, _, path in sorted(dated, reverse=True)][:8]


def looked_at(model: str) -> ModelInfo | None:
    """Return a description of a model before it is loaded; None if it is not on this disk.

    A path takes precedence over an id; for an id, this is the snapshot that the first screen lists.
    """
    return inspect(model) if _exists(model) else find(model)


def locate(model: str) -> ModelInfo:
    """Return the model that a name refers to; raise Fault with a sentence if there is none."""
    if (found := looked_at(model)) is not None:
        return found
    shown = one_line(model, 200)
    if model.startswith(("/", ".", "~")) or model.count("/") != 1 or model.endswith("/"):
        raise Fault(f"There is nothing at {shown}: check the path, or give a Hugging Face id.")
    if hub_id(model) != model:
        raise Fault(f"{shown} is neither a directory here nor a Hugging Face id like owner/name.")
    if away := cache_away():
        raise Fault(f"{shown} cannot be looked up. {away}")
    raise Fault(
        f"{shown} is neither a directory here nor in the Hugging Face cache "
        f"({one_line(str(cache_dir()), 120)}): download it first, or check the name."
    )


def cannot_be_loaded(found: ModelInfo, name: str = "") -> str:
    """Return a sentence on a model with a problem; empty if it has none."""
    if not found.problem or not found.path.expanduser().is_dir():
        return found.problem  # if it is not a directory, the sentence names the path
    first, _, rest = found.problem.partition(" ")
    words = f"{first.lower() if first.isalpha() and first.istitle() else first} {rest}"
    again = "; download or copy it again" if found.incomplete else ""
    return f"{name or found.id} cannot be loaded: {words.removesuffix('.')}{again}."


def _exists(model: str) -> bool:
    try:
        return Path(model).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False

"""What a name leads to: one answer for the command line, lists, benchmarks and the engine."""

from pathlib import Path

from mlxtop.models.catalogue import ModelInfo, inspect
from mlxtop.models.fault import Fault
from mlxtop.models.hub_cache import cache_away, cache_dir, find, hub_id
from mlxtop.text import one_line


def looked_at(model: str) -> ModelInfo | None:
    """Return what is known of a model before it is loaded; None where it is not on this disk.

    A path comes before an id; of an id the snapshot is taken that the first screen lists.
    """
    return inspect(model) if _exists(model) else find(model)


def locate(model: str) -> ModelInfo:
    """Return what lies where a name leads; raise Fault with a whole sentence where nothing does."""
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
    """Return a sentence on a model with a problem; empty where it has none."""
    if not found.problem or not found.path.expanduser().is_dir():
        return found.problem  # of no directory it is a sentence that names the path
    first, _, rest = found.problem.partition(" ")
    words = f"{first.lower() if first.isalpha() and first.istitle() else first} {rest}"
    again = "; download or copy it again" if found.incomplete else ""
    return f"{name or found.id} cannot be loaded: {words.removesuffix('.')}{again}."


def _exists(model: str) -> bool:
    try:
        return Path(model).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False

"""Finds a model's directory and looks at its files before anything heavy is tried."""

from dataclasses import dataclass
from pathlib import Path

from mlxtop.engine.child.refusal import Refused
from mlxtop.engine.protocol import NO_TEXT
from mlxtop.models.describe import model_type
from mlxtop.models.fault import Fault, Incomplete
from mlxtop.models.json_file import read_object
from mlxtop.models.tokenizer import check_tokenizer
from mlxtop.models.weights import read_weights, weight_files
from mlxtop.text import one_line, scrub


@dataclass(frozen=True)
class Place:
    """A model directory, its name for people and the bytes of its weight files."""

    name: str
    path: Path
    weights_bytes: int


def resolve(model: str) -> Path:
    """Return the directory of a path or of a cached Hugging Face id; raise Refused."""
    if found := _existing(model):
        return found
    shown = one_line(model)
    if model.startswith(("/", ".", "~")) or model.count("/") != 1 or model.endswith("/"):
        raise Refused(f"There is nothing at {shown}: check the path, or give a Hugging Face id.")
    return _cached(model)


def _cached(model: str) -> Path:
    from huggingface_hub.errors import HFValidationError
    from mlx_lm.utils import hf_repo_to_path

    try:
        return Path(hf_repo_to_path(model))
    except HFValidationError:
        raise Refused(
            f"{one_line(model)} is neither a directory here nor a Hugging Face id like owner/name."
        ) from None
    except OSError:  # not in the cache, or only a part of it is
        raise Refused(
            f"{one_line(model)} is neither a directory here nor complete in the Hugging Face "
            "cache: download it first, or check the name."
        ) from None


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


def inspect(path: Path, name: str) -> Place:
    """Check that a directory holds a model with whole weight files; raise Refused."""
    if scrub(str(path)) != str(path):
        raise Refused(NO_TEXT.format(path=one_line(str(path))))
    if not path.is_dir():
        raise Refused(f"{path} is a file: give the directory that holds config.json.")
    try:
        config = read_object(path / "config.json")
        if config is None:
            raise Incomplete("it has no config.json.")
        if not model_type(config):
            raise Fault("its config.json names no model_type.")
        weights = read_weights(weight_files(path))
        check_tokenizer(path)
    except Fault as fault:
        again = "; download or copy it again" if isinstance(fault, Incomplete) else ""
        reason = str(fault).removesuffix(".")
        raise Refused(f"{name} cannot be loaded: {reason}{again}.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from None
    return Place(name=name, path=path, weights_bytes=weights.size_bytes)

"""Finds a model's directory and looks at its files before anything heavy is tried."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlxtop.engine.child.refusal import Refused
from mlxtop.engine.protocol import NO_TEXT
from mlxtop.text import one_line, scrub

_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 100_000_000
_TOKENIZER_FILES = (
    "tokenizer*",
    "vocab*",
    "*.tiktoken",
    "*.model",
)


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
    config = read_json(path / "config.json")
    if config is None:
        raise Refused(f"{path} is not a model directory: it has no config.json.")
    if not config.get("model_type"):
        raise Refused(f"{path / 'config.json'} names no model_type: mlx-lm cannot load it.")
    files = sorted(path.glob("model*.safetensors"))
    index = read_json(path / "model.safetensors.index.json") or {}
    weight_map = index.get("weight_map")
    named = set(weight_map.values()) if isinstance(weight_map, dict) else set()
    missing = sorted(named - {file.name for file in files})
    if missing:
        raise Refused(
            f"{name} lacks {len(missing)} of its {len(named)} weight files ({missing[0]}…): "
            "download it again."
        )
    if not files:
        raise Refused(f"{path} has no weights: no model*.safetensors is there.")
    for file in files:
        check_safetensors(file)
    # Without these transformers makes up an empty tokenizer and says nothing.
    if not any(next(path.glob(pattern), None) for pattern in _TOKENIZER_FILES):
        raise Refused(f"{path} has no tokenizer: download or copy the model again.")
    return Place(name=name, path=path, weights_bytes=sum(os.stat(file).st_size for file in files))


def read_json(path: Path) -> dict[str, Any] | None:
    """Return a JSON object, None where there is no file; raise Refused for anything else."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read as JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Refused(f"{path} cannot be read: it is no JSON object.")
    return value


def check_safetensors(path: Path) -> None:
    """Raise Refused where a safetensors file is cut off or none at all."""
    again = "download or copy it again"
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            if size < _LENGTH_BYTES or length > min(size, _MAX_HEADER_BYTES):
                raise Refused(f"{path} is no whole safetensors file ({size} bytes): {again}.")
            header = json.loads(file.read(length))
        ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
        due = _LENGTH_BYTES + length + max(ends, default=0)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise Refused(f"{path} has a broken safetensors header: {again}.") from None
    if size < due:
        raise Refused(f"{path} is cut off: {size} of {due} bytes are there; {again}.")

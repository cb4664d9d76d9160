"""The weight files of a model directory: which there are, which are missing, what they hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlxtop.models.fault import Fault, Incomplete
from mlxtop.models.json_file import inner, read_object
from mlxtop.models.safetensors import Tensor, read_header
from mlxtop.text import one_line

_SHARD = re.compile(r"(.*-)(\d{5})-of-(\d{5})\.safetensors")


@dataclass(frozen=True)
class Weights:
    """What the headers of all weight files say together."""

    size_bytes: int
    """Bytes of the files."""
    modified: float
    """When the newest of them was written, seconds since the Unix epoch."""
    tensors: Mapping[str, Tensor]


def weight_files(directory: Path) -> list[Path]:
    """Return the files that mlx-lm would load; raise Fault where there are none or some lack."""
    files = {path.name: path for path in sorted(directory.glob("model*.safetensors"))}
    wanted = _indexed(directory) or _counted(list(files))
    missing = sorted(name for name in {*wanted, *files} if not (directory / name).is_file())
    if missing:
        raise Incomplete(
            f"{len(missing)} of {len({*wanted, *files})} weight files are missing "
            f"({one_line(missing[0], 60)}{'…' if len(missing) > 1 else ''})."
        )
    if not files:
        raise _no_weights(directory)
    return list(files.values())


def read_weights(files: list[Path]) -> Weights:
    """Return what the files' headers say; raise Fault for a broken one."""
    tensors: dict[str, Tensor] = {}
    size, modified = 0, 0.0
    for path in files:
        tensors.update(read_header(path))
        status = path.stat()
        size, modified = size + status.st_size, max(modified, status.st_mtime)
    return Weights(size_bytes=size, modified=modified, tensors=tensors)


def _indexed(directory: Path) -> list[str]:
    """Return the names that the index holds: plain file names only, whatever it says."""
    index = read_object(directory / "model.safetensors.index.json") or {}
    names = {name for name in inner(index, "weight_map").values() if isinstance(name, str)}
    return sorted(name for name in names if name == Path(name).name and "\0" not in name)


def _counted(present: list[str]) -> list[str]:
    """Return every shard's name as told by the shards there are ("…-00001-of-00003…")."""
    for name in present:
        if match := _SHARD.fullmatch(name):
            stem, _, last = match.groups()
            # A hostile count must not become a long list; real models stay far below.
            count = min(int(last), 2000)
            return [f"{stem}{i:05}-of-{last}.safetensors" for i in range(1, count + 1)]
    return []


def _no_weights(directory: Path) -> Fault:
    names = sorted(path.name for path in directory.iterdir())
    if gguf := [name for name in names if name.lower().endswith(".gguf")]:
        return Fault(f"it holds GGUF weights ({one_line(gguf[0], 60)}); mlx-lm needs safetensors.")
    if other := [name for name in names if name.endswith(".safetensors")]:
        return Fault(
            f"its weights ({one_line(other[0], 60)}) are not named model*.safetensors, "
            "as mlx-lm needs them."
        )
    if old := [name for name in names if name.endswith((".bin", ".pt", ".pth", ".npz", ".h5"))]:
        return Fault(
            f"its weights ({one_line(old[0], 60)}) are not safetensors, which mlx-lm needs."
        )
    return Incomplete("it has no weights: no model*.safetensors is there.")

"""The files of a model directory: weights, their headers, missing files, the tokenizer."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from mlxtop.models.json_file import Fault, Incomplete, inner, read_object
from mlxtop.text import one_line

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 100_000_000
"""The format's own limit."""

ITEM_BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "U16": 16,
    "I16": 16,
    "F16": 16,
    "BF16": 16,
    "U32": 32,
    "I32": 32,
    "F32": 32,
    "U64": 64,
    "I64": 64,
    "F64": 64,
    "C64": 64,
}

_Natural = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_Shape = Annotated[list[_Natural], msgspec.Meta(max_length=16)]


class Tensor(msgspec.Struct, frozen=True):
    """One tensor: its type, its shape, and where its data is behind the header."""

    dtype: str
    shape: _Shape
    data_offsets: tuple[_Natural, _Natural]

    @property
    def elements(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def size_bytes(self) -> int:
        """Bytes of data."""
        return self.data_offsets[1] - self.data_offsets[0]


_entries = msgspec.json.Decoder(dict[str, msgspec.Raw])
_tensor = msgspec.json.Decoder(Tensor)


def read_header(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name; raise Fault if the file is broken."""
    name = one_line(path.name)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(LENGTH_BYTES), "little")
            if size < LENGTH_BYTES:
                raise Incomplete(f"{name} is cut off after {size} bytes.")
            if length > size - LENGTH_BYTES:
                raise Incomplete(f"{name} is cut off, or is not a safetensors file.")
            if length > MAX_HEADER_BYTES:
                raise Fault(
                    f"{name} is not a safetensors file: its header would be {length} bytes."
                )
            header = file.read(length)
    except OSError as error:
        raise Fault(f"{name} cannot be read: {error.strerror or error}.") from None
    return _parse(header, size - LENGTH_BYTES - length, name)


def _parse(header: bytes, data_bytes: int, name: str) -> dict[str, Tensor]:
    try:
        entries = _entries.decode(header)
        tensors = {
            key: _tensor.decode(raw) for key, raw in entries.items() if key != "__metadata__"
        }
    except (msgspec.DecodeError, RecursionError):
        raise Fault(f"{name} is not a safetensors file: its header is broken.") from None
    for tensor in tensors.values():
        begin, end = tensor.data_offsets
        bits = ITEM_BITS.get(tensor.dtype)
        if end < begin or (bits and tensor.elements * bits != (end - begin) * 8):
            raise Fault(f"{name} is broken: its header contradicts itself.")
    due = max((tensor.data_offsets[1] for tensor in tensors.values()), default=0)
    if due > data_bytes:
        raise Incomplete(f"{name} is cut off: {due - data_bytes} bytes are missing at its end.")
    return tensors


_SHARD = re.compile(r"(.*-)(\d{5})-of-(\d{5})\.safetensors")


@dataclass(frozen=True)
class Weights:
    """The contents of the headers of all weight files."""

    size_bytes: int
    """Bytes of the files."""
    modified: float
    """When the newest of them was written, seconds since the Unix epoch."""
    tensors: Mapping[str, Tensor]


def weight_files(directory: Path) -> list[Path]:
    """Return the files that mlx-lm would load; raise Fault if any are missing."""
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
    """Return the names in the index, plain file names only."""
    index = read_object(directory / "model.safetensors.index.json") or {}
    names = {name for name in inner(index, "weight_map").values() if isinstance(name, str)}
    return sorted(name for name in names if name == Path(name).name and "\0" not in name)


def _counted(present: list[str]) -> list[str]:
    """Return every shard's name by the names of those present ("…-00001-of-00003…")."""
    for name in present:
        if match := _SHARD.fullmatch(name):
            stem, _, last = match.groups()
            # A hostile count must not become a long list; real models have far fewer.
            count = min(int(last), 2000)
            return [f"{stem}{i:05}-of-{last}.safetensors" for i in range(1, count + 1)]
    return []


def _no_weights(directory: Path) -> Fault:
    names = sorted(path.name for path in directory.iterdir())
    if gguf := [name for name in names if name.lower().endswith(".gguf")]:
        return Fault(f"it has GGUF weights ({one_line(gguf[0], 60)}); mlx-lm needs safetensors.")
    if other := [name for name in names if name.endswith(".safetensors")]:
        return Fault(
            f"its weights ({one_line(other[0], 60)}) are not named model*.safetensors, "
            "as mlx-lm needs them."
        )
    if old := [name for name in names if name.endswith((".bin", ".pt", ".pth", ".npz", ".h5"))]:
        return Fault(
            f"its weights ({one_line(old[0], 60)}) are not safetensors, which mlx-lm needs."
        )
    return Incomplete("it has no weights (model*.safetensors).")


_FILES = ("tokenizer.json", "vocab.json", "vocab.txt", "*.model", "*.tiktoken", "tokenization*.py")


def check_tokenizer(directory: Path) -> None:
    """Raise Incomplete if there is none: transformers silently creates an empty one."""
    if not any(path.is_file() for pattern in _FILES for path in directory.glob(pattern)):
        raise Incomplete("it has no tokenizer.")

"""Headers of safetensors files: names, types and shapes, without reading a weight.

A header is untrusted: its length, offsets and shapes are checked against the file.
"""

import math
from pathlib import Path
from typing import Annotated

import msgspec

from mlxtop.models.fault import Fault, Incomplete
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
    """One tensor: its type, its shape, and where its data lie behind the header."""

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
    """Return the tensors of a file by name; raise Fault where the file is not whole."""
    name = one_line(path.name)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(LENGTH_BYTES), "little")
            if size < LENGTH_BYTES:
                raise Incomplete(f"{name} is cut off after {size} bytes.")
            if length > size - LENGTH_BYTES:
                raise Incomplete(f"{name} is cut off, or no safetensors file.")
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

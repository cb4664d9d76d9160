"""Compressed recordings as a stream of plain bytes, in bounded memory and bounded time."""

import io
import zlib
from typing import BinaryIO

import zstandard

MOST_TIMES_LARGER = 1000
ALWAYS_ALLOWED_BYTES = 1 << 30
"""Up to here a file may unpack to any multiple of its size; JSON shrinks to a tenth or so."""
_CHUNK_BYTES = 1 << 16
_WITH_GZIP_HEADER = 31
_LARGEST_WINDOW_BYTES = 1 << 27


class _Gzip:
    """The members of a gzip file one after another; what is there of a cut one is given."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._member = zlib.decompressobj(_WITH_GZIP_HEADER)

    def read(self, most: int) -> bytes:
        """Return up to `most` bytes; none at the end. Raises zlib.error."""
        while True:
            packed = self._member.unconsumed_tail or self._member.unused_data
            if not packed:
                packed = self._file.read(_CHUNK_BYTES)
            if self._member.eof:
                if not packed:
                    return b""
                self._member = zlib.decompressobj(_WITH_GZIP_HEADER)
            data = self._member.decompress(packed, most)
            if data or (not packed and not self._member.eof):
                return data


class Unpacked(io.RawIOBase):
    """The plain bytes of a gzip or zstd file; one that is cut off ends where it was cut."""

    def __init__(self, file: BinaryIO, suffix: str, packed_bytes: int) -> None:
        """Read from an open file of `packed_bytes`; closing this closes it."""
        self._file = file
        self._plain: _Gzip | zstandard.ZstdDecompressionReader
        if suffix == ".gz":
            self._plain = _Gzip(file)
        else:
            unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW_BYTES)
            self._plain = unpacker.stream_reader(file, read_across_frames=True, closefd=False)
        self._allowed = max(ALWAYS_ALLOWED_BYTES, packed_bytes * MOST_TIMES_LARGER)
        self._given = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill the buffer; raises OSError for damaged data and for far too much of them."""
        try:
            data = self._plain.read(len(buffer))
        except (zlib.error, zstandard.ZstdError) as error:
            raise OSError(0, "its compressed data are damaged") from error
        self._given += len(data)
        if self._given > self._allowed:
            raise OSError(0, "it unpacks to far more than any recording holds")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

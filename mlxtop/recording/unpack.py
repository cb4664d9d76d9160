"""Compressed recordings as a stream of plain bytes, in bounded memory and bounded time."""

import io
import zlib
from typing import BinaryIO

import zstandard

MOST_TIMES_LARGER = 1000
"""Compression: recordings shrink to a tenth, hours without changes to one or two percent."""
ALWAYS_ALLOWED_BYTES = 1 << 28
"""Up to here a file may decompress to any multiple of its size."""
ALWAYS_ALLOWED_LINES = 100_000
"""Beyond them a line takes at least one compressed byte, because each has its own time."""
_CHUNK_BYTES = 1 << 16
_ZSTD_CHUNK_BYTES = 1 << 7
"""Compressed bytes per read, which give up to 4 MB for a decompression bomb."""
_WITH_GZIP_HEADER = 31
_LARGEST_WINDOW_BYTES = 1 << 27


class _Gzip:
    """The members of a gzip file one after another, including the part of one that is cut off."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._member = zlib.decompressobj(_WITH_GZIP_HEADER)
        self.taken = 0
        """Compressed bytes read so far."""
        self.cut_off = False

    def read(self, most: int) -> bytes:
        """Return up to `most` bytes, empty at the end. Raises zlib.error."""
        while True:
            packed = self._member.unconsumed_tail or self._member.unused_data
            if not packed:
                packed = self._file.read(_CHUNK_BYTES)
                self.taken += len(packed)
            if self._member.eof:
                if not packed:
                    return b""
                self._member = zlib.decompressobj(_WITH_GZIP_HEADER)
            data = self._member.decompress(packed, most)
            if data:
                return data
            if not packed and not self._member.eof:
                self.cut_off = self.taken > 0
                return b""


class _Zstd:
    """The frames of a zstd file one after another; of one that is cut off the whole blocks."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW_BYTES)
        self._frame = self._unpacker.decompressobj()
        self.taken = 0
        """Compressed bytes read so far."""
        self._ready = memoryview(b"")
        self.cut_off = False

    def read(self, most: int) -> bytes:
        """Return up to `most` bytes, empty at the end. Raises zstandard.ZstdError."""
        while not self._ready:
            packed = self._frame.unused_data
            if not packed:
                packed = self._file.read(_ZSTD_CHUNK_BYTES)
                self.taken += len(packed)
            if not packed:
                self.cut_off = self.taken > 0 and not self._frame.eof
                return b""
            if self._frame.eof:
                self._frame = self._unpacker.decompressobj()
            self._ready = memoryview(self._frame.decompress(packed))
        data, self._ready = bytes(self._ready[:most]), self._ready[most:]
        return data


class Unpacked(io.RawIOBase):
    """The decompressed bytes of a gzip or zstd file; one that is cut off ends there."""

    def __init__(self, file: BinaryIO, *, gzip: bool) -> None:
        """Read from an open gzip or zstd file; closing this closes it."""
        self._file = file
        self._plain = _Gzip(file) if gzip else _Zstd(file)
        self._given = self._lines = 0

    @property
    def cut_off(self) -> bool:
        """Whether the end of the file is missing, after it was read completely."""
        return self._plain.cut_off

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill the buffer; raises OSError for damaged data and for far too much data."""
        try:
            data = self._plain.read(len(buffer))
        except (zlib.error, zstandard.ZstdError) as error:
            raise OSError(0, "its compressed data is damaged") from error
        self._given += len(data)
        self._lines += data.count(b"\n")
        taken = self._plain.taken
        if (
            self._given > max(ALWAYS_ALLOWED_BYTES, taken * MOST_TIMES_LARGER)
            or self._lines > ALWAYS_ALLOWED_LINES + taken
        ):
            raise OSError(0, "it decompresses to far more than any recording contains")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

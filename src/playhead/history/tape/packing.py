"""Columns of integers as bytes: multiples of a unit above a base, by the smallest codec.

A column is a byte ``codec * 16 + width``, the length of its body, base and unit as varints, and
the body. docs/reference/segment-format.md has the table.
"""

import threading

import numpy as np
import zstandard
from pcodec import ChunkConfig, standalone

from playhead.history.tape.columns import NO_TIME, Ints
from playhead.history.tape.errors import CorruptSegment

_RAW, _ZSTD, _PCODEC = 0, 1, 2
_PCODEC_CONFIG = ChunkConfig(compression_level=8)
_ZSTD_LEVEL = 12
_WIDTHS = (1, 2, 4, 8)
_WORTH_COMPRESSING = 8  # values: below that a codec's own header is longer than the numbers


class _Own(threading.local):
    """A decompressor costs more to make than to use, and serves one thread at a time."""

    def __init__(self) -> None:
        self.zstd = zstandard.ZstdDecompressor()


_own = _Own()


def pack(values: Ints, *, compress: bool = True) -> bytes:
    """Return a column. Without ``compress`` the numbers are only made as narrow as they can be."""
    base = int(values.min()) if len(values) else 0
    offsets = values - base
    unit = (int(np.gcd.reduce(offsets)) if len(values) else 0) or 1
    small = offsets // unit
    width = next(w for w in _WIDTHS if not len(small) or int(small.max()) < 1 << (8 * w - 1))
    raw = small.astype(f"<i{width}").tobytes()
    choices = [(_RAW, raw)]
    if compress and len(values) > _WORTH_COMPRESSING:
        choices.append((_ZSTD, zstandard.compress(raw, _ZSTD_LEVEL)))
        choices.append((_PCODEC, standalone.simple_compress(small, _PCODEC_CONFIG)))
    codec, body = min(choices, key=lambda choice: len(choice[1]))
    zigzag = base * 2 if base >= 0 else -base * 2 - 1
    head = bytes((codec * 16 + width,)) + varint(len(body)) + varint(zigzag) + varint(unit)
    return head + body


def unpack(data: bytes, start: int) -> tuple[Ints, int]:
    """Return the column at ``start``, which is the caller's to change, and where the next begins.

    Raises:
        CorruptSegment: The column does not end within ``data``.
    """
    codec, width = divmod(data[start], 16)
    length, start = read_varint(data, start + 1)
    zigzag, start = read_varint(data, start)
    unit, start = read_varint(data, start)
    end = start + length
    if end > len(data):
        raise CorruptSegment("a segment ends in the middle of a column")
    values = _numbers(codec, width, data[start:end])
    if unit != 1:
        values *= unit
    if zigzag:
        values += zigzag // 2 if zigzag % 2 == 0 else -(zigzag + 1) // 2
    return values, end


def _numbers(codec: int, width: int, body: bytes) -> Ints:
    if codec == _PCODEC:
        return np.asarray(standalone.simple_decompress(body), dtype=np.int64)
    raw = _own.zstd.decompress(body) if codec == _ZSTD else body
    return np.frombuffer(raw, dtype=f"<i{width}").astype(np.int64)


def pack_times(times: Ints) -> bytes:
    """Return which times are known (an empty column: all of them) and then the known ones."""
    known = times != NO_TIME
    which = np.empty(0, np.int64) if known.all() else known.astype(np.int64)
    return pack(which) + pack(times[known])


def unpack_times(data: bytes, start: int, events: int) -> tuple[Ints, int]:
    """Return the times of ``events`` events, and where the next column begins."""
    known, end = unpack(data, start)
    values, end = unpack(data, end)
    if not len(known):
        return values, end
    times = np.full(events, NO_TIME, dtype=np.int64)
    times[known.astype(bool)] = values
    return times, end


def varint(value: int) -> bytes:
    """Return ``value`` >= 0 in LEB128: seven bits a byte, low ones first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data: bytes, start: int) -> tuple[int, int]:
    """Return the varint at ``start``, and where it ends."""
    value = shift = 0
    while True:
        byte = data[start]
        start += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, start
        shift += 7

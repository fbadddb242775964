"""Columns of integers as bytes: multiples of a unit above a base, by the smallest codec.

docs/reference/segment-format.md has the table of a column's bytes.
"""

import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import zstandard
from pcodec import ChunkConfig, standalone

from playhead.history.tape.columns import NO_TIME, Ints
from playhead.history.tape.errors import CorruptSegment

_SHORT = struct.Struct("<BHiH")  # codec * 16 + width, length of the body, base, unit
_LONG = struct.Struct("<BIqq")  # the same, where one of them is larger; the codec is 8 higher
_IS_LONG = 8
_EMPTY = 0  # in place of codec and width: a column without numbers
_RAW, _ZSTD, _PCODEC = 0, 1, 2
_PCODEC_CONFIG = ChunkConfig(compression_level=8)
_ZSTD_LEVEL = 19
_WIDTHS = (1, 2, 4, 8)
_WORTH_COMPRESSING = 8  # values: below that a codec's own header is longer than the numbers


class _Own(threading.local):
    """A decompressor costs more to make than to use, and serves one thread at a time."""

    def __init__(self) -> None:
        self.zstd = zstandard.ZstdDecompressor()


_own = _Own()


def pack(values: Ints, *, compress: bool = True) -> bytes:
    """Return a column. Without ``compress`` the numbers are only made as narrow as they can be."""
    if not len(values):
        return bytes((_EMPTY,))
    base = int(values.min())
    offsets = values - base
    unit = int(np.gcd.reduce(offsets)) or 1
    small = offsets // unit
    width = next(w for w in _WIDTHS if int(small.max()) < 1 << (8 * w - 1))
    raw = small.astype(f"<i{width}").tobytes()
    choices = [(_RAW, raw)]
    if compress and len(values) > _WORTH_COMPRESSING:
        choices.append((_ZSTD, zstandard.compress(raw, _ZSTD_LEVEL)))
        choices.append((_PCODEC, standalone.simple_compress(small, _PCODEC_CONFIG)))
    codec, body = min(choices, key=lambda choice: len(choice[1]))
    return _head(codec, width, len(body), base, unit) + body


@dataclass(frozen=True, slots=True)
class Runs:
    """Where in one long column the columns are that it consists of; none of them is empty."""

    starts: Ints
    counts: Ints

    @classmethod
    def of(cls, counts: Sequence[int]) -> Self:
        """Return runs of so many values, one behind the other."""
        lengths = np.array(counts, dtype=np.int64)
        return cls(np.cumsum(lengths) - lengths, lengths)

    def each(self, values: Ints) -> Ints:
        """Return the value of each run once for each of its members."""
        return np.repeat(values, self.counts)


def pack_runs(values: Ints, runs: Runs) -> list[bytes]:
    """Return each run as the column that ``pack`` gives without ``compress``."""
    base = np.minimum.reduceat(values, runs.starts)
    offsets = values - runs.each(base)
    unit = np.maximum(np.gcd.reduceat(offsets, runs.starts), 1)
    small = offsets // runs.each(unit)
    bits = np.array([8 * width - 1 for width in _WIDTHS[:-1]])
    most = np.maximum.reduceat(small, runs.starts)
    width = np.array(_WIDTHS)[np.searchsorted(1 << bits, most, side="right")]
    raw = {each: small.astype(f"<i{each}").tobytes() for each in set(width.tolist())}
    columns = (width, runs.starts * width, runs.counts * width, base, unit)
    return [
        _head(_RAW, each, length, least, step) + raw[each][start : start + length]
        for each, start, length, least, step in zip(*(c.tolist() for c in columns), strict=True)
    ]


def unpack(data: bytes, start: int) -> tuple[Ints, int]:
    """Return the column at ``start``, which is the caller's to change, and where the next begins.

    Raises:
        CorruptSegment: The column does not end within ``data``.
    """
    if data[start] == _EMPTY:
        return np.empty(0, np.int64), start + 1
    head = _LONG if data[start] & _IS_LONG << 4 else _SHORT
    kind, length, base, unit = head.unpack_from(data, start)
    start += head.size
    end = start + length
    if end > len(data):
        raise CorruptSegment("a segment ends in the middle of a column")
    values = _numbers(kind >> 4 & ~_IS_LONG, kind & 15, data[start:end])
    if unit != 1:
        values *= unit
    if base:
        values += base
    return values, end


def _head(codec: int, width: int, length: int, base: int, unit: int) -> bytes:
    if length < 1 << 16 and -(1 << 31) <= base < 1 << 31 and unit < 1 << 16:
        return _SHORT.pack(codec * 16 + width, length, base, unit)
    return _LONG.pack((codec | _IS_LONG) * 16 + width, length, base, unit)


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

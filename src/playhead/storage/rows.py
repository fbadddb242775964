"""Rows for COPY in PostgreSQL's binary format, built from columns.

Integers are laid out without a loop over rows; what varies in length follows them, row by row.

Source: PostgreSQL documentation, "COPY", section "Binary Format".
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_LENGTH = struct.Struct(">i")
_NO_VALUE = _LENGTH.pack(-1)
NULL = np.iinfo(np.int64).min
"""Stands for SQL's NULL in a column of int64."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of integers: ``width`` is 2, 4 or 8 bytes, as the table has it; 1 for booleans."""

    name: str
    width: int
    values: NDArray[np.int64]
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Blobs:
    """One column of bytes, or of text in UTF-8; None stands for SQL's NULL."""

    name: str
    values: Sequence[bytes | None]


def ints(values: Iterable[int | None]) -> NDArray[np.int64]:
    """Return ``values`` as a column has them: NULL for None."""
    return np.array([NULL if value is None else value for value in values], dtype=np.int64)


def binary_copy(columns: Sequence[Column], blobs: Sequence[Blobs] = ()) -> Iterator[bytes]:
    """Yield the whole COPY stream for ``columns`` and then ``blobs``, which are equally long.

    Rows that have the same columns NULL are of equal length on the wire, so each run of such rows
    is one structured array.
    """
    yield _SIGNATURE
    tails = [[_counted(value) for value in column.values] for column in blobs]
    count = len(columns[0].values)
    pattern = np.zeros(count, dtype=np.int64)
    for bit, column in enumerate(columns):
        if column.nullable:
            pattern |= (column.values == NULL).astype(np.int64) << bit
    edges = np.flatnonzero(np.diff(pattern)) + 1
    bounds = [0, *edges.tolist(), count]
    for start, stop in pairwise(bounds):
        if stop > start:
            rows = slice(start, stop)
            yield _same_nulls(columns, rows, int(pattern[start]), [tail[rows] for tail in tails])
    yield _TRAILER


def _same_nulls(
    columns: Sequence[Column], rows: slice, nulls: int, tails: Sequence[Sequence[bytes]]
) -> bytes:
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for bit, column in enumerate(columns):
        layout.append((f"length{bit}", ">i4"))
        if not nulls >> bit & 1:
            layout.append((f"value{bit}", f">i{column.width}"))
    packed = np.empty(rows.stop - rows.start, dtype=layout)
    packed["fields"] = len(columns) + len(tails)
    for bit, column in enumerate(columns):
        if nulls >> bit & 1:
            packed[f"length{bit}"] = -1
        else:
            packed[f"length{bit}"] = column.width
            packed[f"value{bit}"] = column.values[rows]
    return _followed(packed.tobytes(), packed.itemsize, tails) if tails else packed.tobytes()


def _followed(rows: bytes, size: int, tails: Sequence[Sequence[bytes]]) -> bytes:
    """Return rows of ``size`` bytes, each followed by its part of every tail."""
    heads = [rows[start : start + size] for start in range(0, len(rows), size)]
    return b"".join(chain.from_iterable(zip(heads, *tails, strict=True)))


def _counted(value: bytes | None) -> bytes:
    return _NO_VALUE if value is None else _LENGTH.pack(len(value)) + value

"""Rows of integers for COPY in PostgreSQL's binary format, built from columns without a loop.

Source: PostgreSQL documentation, "COPY", section "Binary Format".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
NULL = np.iinfo(np.int64).min
"""Stands for SQL's NULL in a column of int64."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of integers: ``width`` is 2, 4 or 8 bytes, as the table has it."""

    name: str
    width: int
    values: NDArray[np.int64]
    nullable: bool = False


def binary_copy(columns: Sequence[Column]) -> Iterator[bytes]:
    """Yield the whole COPY stream for ``columns``, which are equally long.

    Rows that have the same columns NULL are of equal length on the wire, so each run of such rows
    is one structured array.
    """
    yield _SIGNATURE
    count = len(columns[0].values)
    pattern = np.zeros(count, dtype=np.int64)
    for bit, column in enumerate(columns):
        if column.nullable:
            pattern |= (column.values == NULL).astype(np.int64) << bit
    edges = np.flatnonzero(np.diff(pattern)) + 1
    bounds = [0, *edges.tolist(), count]
    for start, stop in pairwise(bounds):
        if stop > start:
            yield _same_nulls(columns, slice(start, stop), int(pattern[start]))
    yield _TRAILER


def _same_nulls(columns: Sequence[Column], rows: slice, nulls: int) -> bytes:
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for bit, column in enumerate(columns):
        layout.append((f"length{bit}", ">i4"))
        if not nulls >> bit & 1:
            layout.append((f"value{bit}", f">i{column.width}"))
    packed = np.empty(rows.stop - rows.start, dtype=layout)
    packed["fields"] = len(columns)
    for bit, column in enumerate(columns):
        if nulls >> bit & 1:
            packed[f"length{bit}"] = -1
        else:
            packed[f"length{bit}"] = column.width
            packed[f"value{bit}"] = column.values[rows]
    return packed.tobytes()

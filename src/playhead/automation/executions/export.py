"""Write an organisation's executions as a file, row after row, however many there are."""

import csv
import io
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from playhead.automation.executions.reading import Execution, ExecutionReader, Filter
from playhead.automation.executions.schemas import ExecutionRow, execution_row
from playhead.base.time import Micros
from playhead.web.pages import Place, Slice
from playhead.web.streaming import NDJSON
from playhead.web.wire import encode

ROWS_AT_ONCE = 20
"""Whole outputs are held for so many rows: 20 MiB at most."""

WHOLE = 2**31 - 1
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NESTED = frozenset({"skill", "usage"})
_TOKENS = ("input", "cached_input", "cache_write", "output", "reasoning")


class ExportFormat(StrEnum):
    """How the file is written: a table, a JSON array, or a JSON object a line."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"

    @property
    def media_type(self) -> str:
        """What the file is called on the wire."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.NDJSON: NDJSON,
}


async def export(
    reader: ExecutionReader, org_id: UUID, asked: Filter, form: ExportFormat, now: Micros
) -> AsyncGenerator[bytes, None]:
    """Yield the file, the newest execution first: those that were made before ``now``.

    In a table, a text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    asked = replace(asked, until=min(now, asked.until or now))
    yield _opening(form)
    before: Place | None = None
    while True:
        rows, _ = await reader.page(
            org_id, asked, Slice(ROWS_AT_ONCE, 0, before, counted=False), shown=WHOLE
        )
        if rows:
            yield _written(rows, form, is_first=before is None)
        if len(rows) < ROWS_AT_ONCE:
            break
        before = Place(at=rows[-1].created_at, id=rows[-1].execution_id)
    if form is ExportFormat.JSON:
        yield b"]\n"


def _opening(form: ExportFormat) -> bytes:
    if form is ExportFormat.CSV:
        return _line([*_columns(), *(f"{name}_tokens" for name in _TOKENS)])
    return b"[" if form is ExportFormat.JSON else b""


def _written(rows: Sequence[Execution], form: ExportFormat, *, is_first: bool) -> bytes:
    views = [execution_row(row) for row in rows]
    if form is ExportFormat.CSV:
        return b"".join(_line(_cells(view)) for view in views)
    if form is ExportFormat.NDJSON:
        return b"".join(encode(view) + b"\n" for view in views)
    return (b"" if is_first else b",\n") + b",\n".join(encode(view) for view in views)


def _columns() -> list[str]:
    return [name for name in ExecutionRow.__struct_fields__ if name not in _NESTED]


def _cells(view: ExecutionRow) -> list[object]:
    told: dict[str, Any] = msgspec.to_builtins(view)
    return [*(told[name] for name in _columns()), *(told["usage"][name] for name in _TOKENS)]


def _line(cells: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode()


def _harmless(cell: object) -> object:
    risky = isinstance(cell, str) and cell.startswith(_RISKY)
    return f"'{cell}" if risky else cell

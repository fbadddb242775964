"""How one would do it at first: decode each frame, write each change as a row."""

import json
from decimal import Decimal
from itertools import islice

import psycopg

from benchmarks.captures import frames_of
from playhead.history.capture import CaptureStore, Record

_FRAMES_A_COMMIT = 1_000
_TABLE = """
    CREATE TABLE plain_changes (
        ticker text NOT NULL, seq bigint NOT NULL, received_at bigint NOT NULL,
        exchange_at bigint NOT NULL, side text NOT NULL, price bigint NOT NULL,
        size bigint NOT NULL);
    CREATE INDEX ON plain_changes (ticker, received_at)"""
_COPY = "COPY plain_changes FROM STDIN"
_MICRO_DOLLARS, _HUNDREDTHS = 1_000_000, 100
PlainRow = tuple[str, int, int, int, str, int, int]


def copy_row_by_row(connection: psycopg.Connection, captures: CaptureStore, frames: int) -> None:
    """Write the changes of the first ``frames`` frames; no sequence is checked, no book is kept."""
    connection.execute(_TABLE)
    connection.commit()
    records = islice(frames_of(captures), frames)
    while group := list(islice(records, _FRAMES_A_COMMIT)):
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for record in group:
                if (row := _row(record)) is not None:
                    copy.write_row(row)
        connection.commit()


def _row(record: Record) -> PlainRow | None:
    frame = json.loads(record.payload)
    if frame["type"] != "orderbook_delta":
        return None
    change = frame["msg"]
    return (
        change["market_ticker"],
        frame["seq"],
        (record.received_at or 0) // 1000,
        change["ts_ms"] * 1000,
        change["side"],
        int(Decimal(change["price_dollars"]) * _MICRO_DOLLARS),
        int(Decimal(change["delta_fp"]) * _HUNDREDTHS),
    )

"""All that a tape says, taken out of its tables row by row and segment by segment."""

from collections.abc import Iterator
from typing import NamedTuple

from playhead.history.tape import decode
from playhead.storage.postgres import Session


class Change(NamedTuple):
    """One event of the tape; ``level`` is (side, price)."""

    position: int
    ticker: str
    ours: int
    theirs: int
    level: tuple[str, int]
    change: int


class Known(NamedTuple):
    """One interval of coverage."""

    position: int
    ticker: str
    ours: tuple[int | None, int | None]
    theirs: tuple[int | None, int | None]
    cause: str


def intervals(session: Session) -> list[Known]:
    """Every interval of coverage, by position."""
    rows = session.fetch_all(
        "SELECT * FROM coverage JOIN markets USING (market_id) ORDER BY from_position"
    )
    return [
        Known(
            row.from_position,
            row.ticker,
            (row.received_from, row.received_to),
            (row.exchange_from, row.exchange_to),
            row.closed_by,
        )
        for row in rows
    ]


def sealed_changes(session: Session) -> list[Change]:
    """Every event of every segment, by position."""
    rows = session.fetch_all("SELECT ticker, data FROM segment_data JOIN markets USING (market_id)")
    return sorted(change for row in rows for change in _of_segment(row.ticker, row.data))


def unsealed_changes(session: Session) -> list[Change]:
    """Every event that is a row, by position, whether a segment holds it too or not."""
    rows = session.fetch_all(
        "SELECT position, ticker, received_at, exchange_at, side, price, size"
        " FROM events JOIN markets USING (market_id) ORDER BY position"
    )
    return [
        Change(
            row.position,
            row.ticker,
            row.received_at,
            row.exchange_at,
            (_side(row.side), row.price),
            row.size,
        )
        for row in rows
    ]


def _of_segment(ticker: str, data: bytes) -> Iterator[Change]:
    columns = decode(data).columns
    for position, ours, theirs, level, change in zip(
        columns.position.tolist(),
        columns.received_at.tolist(),
        columns.exchange_at.tolist(),
        columns.level.tolist(),
        columns.change.tolist(),
        strict=True,
    ):
        yield Change(position, ticker, ours, theirs, (_side(level & 1), level >> 1), change)


def _side(number: int) -> str:
    return ("yes", "no")[number]

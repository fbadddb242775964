"""Fills the plain tables from the rows of a tape, for one market's questions."""

import psycopg
from psycopg import sql

from benchmarks.plain_rows import CHANGES_A_SNAPSHOT, INDEXES, TABLES, Levels
from playhead.history.tape import levels_from_bytes

_OPENINGS = """
    SELECT from_position, received_from, keyframe FROM coverage
     WHERE market_id = %s ORDER BY from_position"""
_CHANGES = """
    SELECT position, received_at, price::bigint * 2 + side, size FROM events
     WHERE market_id = %s ORDER BY position"""
_ADD_SNAPSHOT = "INSERT INTO plain_snapshots VALUES (%s, %s, %s, %s, %s)"


def fill(url: str, market_id: int) -> None:
    """Copy every row of the tape into the plain table; snapshots are those of one market.

    Call it before anything is sealed: sealed rows are gone.
    """
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL(TABLES))
        connection.execute(
            "INSERT INTO plain_changes"
            " SELECT market_id, position, received_at, side, price, size FROM events"
        )
        _add_snapshots(connection, market_id)
        connection.execute(sql.SQL(INDEXES))


def _add_snapshots(connection: psycopg.Connection, market_id: int) -> None:
    openings = connection.execute(_OPENINGS, (market_id,)).fetchall()
    changes = connection.execute(_CHANGES, (market_id,)).fetchall()
    levels: Levels = {}
    for number, (position, received_at, level, size) in enumerate(changes):
        while openings and openings[0][0] < position:
            opened_at, received_from, keyframe = openings.pop(0)
            opening = levels_from_bytes(keyframe)
            levels = dict(zip(opening.level.tolist(), opening.size.tolist(), strict=True))
            _add(connection, market_id, opened_at, received_from, levels)
        levels[level] = levels.get(level, 0) + size
        if number % CHANGES_A_SNAPSHOT == CHANGES_A_SNAPSHOT - 1:
            _add(connection, market_id, position, received_at, levels)


def _add(
    connection: psycopg.Connection, market_id: int, position: int, at: int, levels: Levels
) -> None:
    kept = {code: size for code, size in levels.items() if size}
    values = (market_id, position, at, list(kept), list(kept.values()))
    connection.execute(_ADD_SNAPSHOT, values)

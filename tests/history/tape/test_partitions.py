"""Dropping a block of rows, also after an earlier attempt was cut off anywhere in it."""

import psycopg
import pytest

from playhead.history.tape import Partitions
from playhead.storage.postgres import Session

SIZE = 64
BLOCK = 1 << 36
TABLES = {f"events_{BLOCK}", f"keyframes_{BLOCK}"}
CUT_OFF = {
    "before it": [],
    "after one was detached": [f"ALTER TABLE events DETACH PARTITION events_{BLOCK}"],
    "after one was dropped": [f"DROP TABLE events_{BLOCK}"],
    "in the middle of detaching": [
        f"UPDATE pg_inherits SET inhdetachpending = true"
        f" WHERE inhrelid = 'events_{BLOCK}'::regclass"
    ],
}


def tables(session: Session) -> set[str]:
    return {row.relname for row in session.fetch_all("SELECT relname FROM pg_class")}


@pytest.mark.parametrize("cut_off", CUT_OFF)
def test_a_block_is_dropped_whole(cut_off: str, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as hand, Session.open(database_url) as own:
        hand.execute("SET allow_system_table_mods = on")
        partitions = Partitions(own, events_a_block=SIZE)
        partitions.prepare(None, BLOCK)
        for statement in CUT_OFF[cut_off]:
            hand.execute(statement.encode())

        partitions.drop_block(BLOCK)

        assert not TABLES & tables(own)

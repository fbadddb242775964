"""What a rebuild must reproduce: a difference in any of it is seen."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from playhead.history.capture import Kind, Record
from playhead.history.tape import Fingerprint, TapeContent, compare
from playhead.storage.postgres import Session
from tests.history.ingest.frames import START, delta, frame, mark, record, snapshot
from tests.history.rewind.asking import run_sql, tape_of

SECOND = 1_000_000


def eventful() -> list[Record]:
    """An audit that agrees and one that does not, two incidents, a lag, a trade, two pauses."""
    return [
        mark(Kind.OPENED),
        snapshot(1, at=0, sending_ts_ms=START // 1000),
        delta(2, at=10),
        record({"id": 5, "params": {"action": "get_snapshot", "sids": [1]}}, kind=Kind.SENT, at=11),
        snapshot(3, at=20, id=5, yes={"0.4200": "5.00"}, sending_ts_ms=START // 1000),
        delta(4, at=30),
        snapshot(5, at=40, id=6, yes={"0.1000": "1.00"}),
        delta(6, at=50),
        delta(9, at=60),
        snapshot(10, at=70, id=7),
        trade(at=80),
        status(at=90, is_active=True),
        status(at=95, is_active=False),
        lifecycle("activated", at=96),
        lifecycle("deactivated", at=97),
        delta(11, at=100),
        snapshot(12, "B", at=60 * SECOND, sending_ts_ms=START // 1000 + 1),
        snapshot(13, "C", at=61 * SECOND, sending_ts_ms=START // 1000 + 61_000),
    ]


def trade(*, at: int) -> Record:
    msg = {
        "trade_id": "one",
        "market_ticker": "A",
        "yes_price_dollars": "0.4200",
        "no_price_dollars": "0.5800",
        "count_fp": "3.00",
    }
    return record(frame("trade", msg, sid=2), at=at)


def status(*, at: int, is_active: bool) -> Record:
    body = {"exchange_active": is_active, "trading_active": is_active}
    answer = {"path": "/trade-api/v2/exchange/status", "query": "", "status": 200}
    return record({**answer, "body": json.dumps(body)}, kind=Kind.REST, at=at, connection=0)


def lifecycle(event: str, *, at: int) -> Record:
    msg = {"market_ticker": "A", "event_type": event}
    return record(frame("market_lifecycle_v2", msg, sid=3), at=at)


@pytest.fixture(scope="module")
def url(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    made = new_database()
    tape_of(made, tmp_path_factory.mktemp("eventful"), {"main": eventful()})
    return made


def fingerprint(url: str) -> Fingerprint:
    with Session.open(url) as session:
        content = TapeContent(session)
        return content.fingerprint(content.extents())


def test_everything_that_happened_is_in_the_fingerprint(url: str) -> None:
    found = fingerprint(url)

    assert [values[:2] for values in found.audits.values()] == [(2, 1)]
    assert [values[2] for values in found.incidents.values()] == ["snapshot_mismatch", "gap"]
    assert [cause for _, cause in found.clock_faults.values()] == ["lag"]
    assert [values for values in found.exchange_states.values()] == [(True,), (False,)]
    assert list(found.lifecycles) == [
        ("A", START + 96, 1, "active"),
        ("A", START + 97, 1, "inactive"),
    ]
    assert found.trades[0] == 1
    assert compare(found, found).is_same


DAMAGES = {
    "an audit lost": "DELETE FROM audits WHERE NOT matches",
    "an audit of another outcome": "UPDATE audits SET matches = true",
    "an audit of another event": "UPDATE audits SET position = position + 1 WHERE matches",
    "an incident lost": "DELETE FROM incidents WHERE cause = 'gap'",
    "an incident of another cause": "UPDATE incidents SET cause = 'stall' WHERE cause = 'gap'",
    "a clock fault lost": "DELETE FROM clock_faults",
    "a clock fault that ends elsewhere": "UPDATE clock_faults SET received_to = received_to + 1",
    "a trade lost": "DELETE FROM trades",
    "a trade at another price": "UPDATE trades SET yes_price = yes_price + 1",
    "a pause lost": "DELETE FROM exchange_states WHERE NOT is_active",
    "a change of status lost": "DELETE FROM lifecycles WHERE status = 'inactive'",
    "a change to another status": "UPDATE lifecycles SET status = 'x' WHERE status = 'inactive'",
    "an interval of another subscription": "UPDATE coverage SET sid = 9 WHERE closed_by = 'gap'",
    "an end noticed later": "UPDATE coverage SET detected_at = 1 WHERE closed_by = 'gap'",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_difference_is_seen(damage: str, url: str) -> None:
    before = fingerprint(url)
    with Session.open(url) as session:
        content, extents = TapeContent(session), TapeContent(session).extents()
        session.execute("BEGIN")
        session.execute(DAMAGES[damage])
        damaged = content.fingerprint(extents)
        session.execute("ROLLBACK")

    assert len(compare(before, damaged).differences) == 1
    assert compare(before, fingerprint(url)).is_same


def test_a_tape_that_got_further_is_the_same_as_far_as_the_other_goes(url: str) -> None:
    kept = fingerprint(url)
    further = replace(
        kept,
        trades=(2, Decimal(7)),
        incidents={**kept.incidents, (9,): ()},
        clock_faults={key: (7, "lag") for key in kept.clock_faults},
    )
    lasting = replace(kept, clock_faults={key: (None, "lag") for key in kept.clock_faults})

    assert compare(lasting, further).is_same


def test_an_emptied_tape_says_nothing_any_more(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = new_database()
    tape_of(url, tmp_path_factory.mktemp("emptied"), {"main": eventful()})
    run_sql(url, "INSERT INTO maintenance (start_at, end_at) VALUES (1, 2)")

    with Session.open(url) as session:
        TapeContent(session).empty()
        tables = session.fetch_all(
            "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        )
        filled = {
            table.name for table in tables if session.fetch_all(f"SELECT FROM {table.name} LIMIT 1")
        }

    assert filled == {"markets", "alembic_version"}

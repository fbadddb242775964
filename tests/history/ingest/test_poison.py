"""Whatever a capture holds, the ingest goes on, and says nothing that it cannot know."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from playhead.base.time import Nanos
from playhead.history.capture import Kind, Record
from playhead.storage.postgres import Session
from tests.history.ingest.frames import delta, frame, mark, record, snapshot
from tests.history.taping import Taping, capture_store, write_capture

NUL = "A\0B"
LONG = "".join(Random(1).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=10_000))
NESTED = "[" * 200_000


def created(ticker: str, **about: Any) -> dict[str, Any]:
    body = {"market_ticker": ticker, "event_type": "created", "additional_metadata": about}
    return frame("market_lifecycle_v2", body, sid=7, seq=1)


def market(**said: Any) -> dict[str, Any]:
    return {"ticker": "R", "status": "active", **said}


def rest(body: object, status: int = 200) -> Record:
    text = body if isinstance(body, str) else json.dumps(body)
    return mark(Kind.REST, path="/markets", query="", status=status, body=text)


def sent(params: object, number: object = 9) -> Record:
    return record({"id": number, "cmd": "delete_markets", "params": params}, kind=Kind.SENT)


def moment(at: Nanos, kind: Kind, payload: bytes = b"") -> Record:
    return Record(0, 0, kind, at, 1, payload)


FRAMES: dict[str, Record] = {
    "sid above int4": delta(2, sid=2**31),
    "sid at the top": delta(2, sid=2**53 - 1),
    "sid above everything": delta(2, sid=2**80),
    "seq at the top": delta(2**53 - 1),
    "seq above everything": delta(2**80),
    "id above everything": record(frame("ok", {}, id=2**80)),
    "price above a dollar": delta(2, price="4000000000.0000"),
    "price too fine": delta(2, price="0.42000001"),
    "size above int8": delta(2, size="99999999999999999999.00"),
    "ticker with NUL": snapshot(2, NUL),
    "change of a ticker with NUL": delta(2, NUL),
    "long ticker": snapshot(2, LONG),
    "created with NUL": record(created(NUL)),
    "created with a title with NUL": record(created("L", title=NUL)),
    "created with a long ticker": record(created(LONG)),
    "created with a long event": record(created("L", event_ticker=LONG)),
    "nested": record(NESTED),
    "nested in a frame": record('{"type":"orderbook_snapshot","sid":1,"seq":2,"msg":' + NESTED),
    "not UTF-8": moment(Nanos(5), Kind.FRAME, b'{"type":"ok","msg":"\xff"}'),
    "ok with NUL": record(frame("ok", {"market_tickers": [NUL]}, sid=1, seq=2)),
    "before 1970": moment(Nanos(-(10**18)), Kind.FRAME, b'{"type":"ok","sid":1,"seq":2}'),
    "long after": moment(Nanos(2**63 - 1), Kind.FRAME, b'{"type":"ok","sid":1,"seq":2}'),
}
OTHERS: dict[str, Record] = {
    "opened, not JSON": moment(Nanos(5), Kind.OPENED, b"\xff"),
    "opened, bad text": moment(Nanos(5), Kind.OPENED, b'{"url":"\xff"}'),
    "opened, nested": moment(Nanos(5), Kind.OPENED, NESTED.encode()),
    "opened twice": mark(Kind.OPENED, at=5),
    "closed for a cause with NUL": mark(Kind.CLOSED, at=5, cause=NUL),
    "closed for no cause": mark(Kind.CLOSED, at=5, cause={"a": 1}),
    "closed, not JSON": moment(Nanos(5), Kind.CLOSED, b'"\xff'),
    "closed, nested": moment(Nanos(5), Kind.CLOSED, NESTED.encode()),
    "sent with NUL": sent({"market_tickers": [NUL]}),
    "sent with a number for a list": sent({"market_tickers": 5}),
    "sent with a large id": sent({"market_ticker": "A"}, 2**80),
    "sent, bad text": moment(Nanos(5), Kind.SENT, b'{"cmd":"delete_markets","a":"\xff"}'),
    "sent, nested": moment(Nanos(5), Kind.SENT, b'{"a":"delete_markets","b":' + NESTED.encode()),
    "markets are null": rest({"markets": None}),
    "markets are a number": rest({"markets": 5}),
    "market is null": rest({"market": None}),
    "market with NUL": rest({"market": market(ticker=NUL)}),
    "title with NUL": rest({"market": market(title=NUL)}),
    "long event": rest({"market": market(event_ticker=LONG)}),
    "long market": rest({"market": market(ticker=LONG)}),
    "market of the year 1": rest({"market": market(open_time="0001-01-01T00:00:00+14:00")}),
    "rest, nested": rest(NESTED),
    "rest, not JSON": moment(Nanos(5), Kind.REST, b"\xff"),
    "rest, nested itself": moment(Nanos(5), Kind.REST, NESTED.encode()),
}


@pytest.mark.parametrize("name", [*FRAMES, *OTHERS])
def test_no_record_stops_the_ingest(name: str, database_url: str, tmp_path: Path) -> None:
    poison = FRAMES.get(name) or OTHERS[name]
    store = capture_store(tmp_path)
    after = [snapshot(1, "Z", connection=2), delta(2, "Z", connection=2)]
    records = [snapshot(1), poison, *after]
    write_capture(store, records)

    Taping(database_url, store).ingest()

    with Session.open(database_url) as session:
        found = session.fetch_optional("SELECT events FROM markets WHERE ticker = 'Z'")
    assert found is not None
    assert found.events == 1


def test_a_damaged_capture_stops_no_other(database_url: str, tmp_path: Path) -> None:
    store = capture_store(tmp_path)
    write_capture(store, [snapshot(1), delta(2)], name="damaged")
    write_capture(store, [snapshot(1, "Z"), delta(2, "Z")], name="whole")
    log = next(store.captures()[0].folder.glob("*.log"))
    content = bytearray(log.read_bytes())
    content[-1] ^= 1
    log.write_bytes(content)

    Taping(database_url, store).ingest()

    with Session.open(database_url) as session:
        found = session.fetch_optional("SELECT events FROM markets WHERE ticker = 'Z'")
    assert found is not None
    assert found.events == 1

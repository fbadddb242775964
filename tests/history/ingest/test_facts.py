"""What is known of a market does not depend on the order in which captures are read."""

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from playhead.history.capture import Kind, Record
from playhead.storage.postgres import Session
from tests.history.ingest.frames import record
from tests.history.taping import Taping, capture_store, write_capture


def said(at: int, **facts: str) -> Record:
    market = {"ticker": "A", "status": "active", **facts}
    body = json.dumps({"markets": [market], "cursor": ""})
    answer = {"path": "/trade-api/v2/markets", "query": "", "status": 200, "body": body}
    return record(answer, kind=Kind.REST, at=at, connection=0)


EARLY = [said(10, title="Old", close_time="2026-12-01T00:00:00Z"), said(20)]
LATE = [said(30, close_time="2026-12-09T00:00:00Z"), said(40, status="closed")]
BETWEEN = [said(25, title="New", close_time="2026-12-05T00:00:00Z")]


@pytest.mark.parametrize("captures", list(permutations((EARLY, BETWEEN, LATE))))
def test_what_was_said_last_wins_fact_by_fact(
    captures: tuple[list[Record], ...], new_database: Callable[[], str], tmp_path: Path
) -> None:
    url, store = new_database(), capture_store(tmp_path)
    for number, records in enumerate(captures):
        write_capture(store, records, name=f"capture-{number}")
    Taping(url, store).ingest()

    with Session.open(url) as session:
        (market,) = session.fetch_all("SELECT title, status, close_at FROM markets")
    assert (market.title, market.status) == ("New", "closed")
    assert market.close_at == 1_796_774_400_000_000

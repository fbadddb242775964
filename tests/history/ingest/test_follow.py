"""Captures on their way to the tape: in any pieces, through any restarts, always the same tape."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playhead.base.time import Micros
from playhead.history.capture import CaptureReader, Kind, Record
from playhead.history.ingest import Follower, IngestOvertaken, IngestStore, follow
from playhead.history.tape import Partitions, compare
from playhead.storage.postgres import Session
from tests.history.ingest.frames import delta, mark, ok, snapshot
from tests.history.taping import Taping, capture_store, now_micros, write_capture

BLOCK = 512


def eventful(seed: int, records: int = 3000) -> Iterator[Record]:
    """A capture with gaps, doubles, restarts, resent snapshots, silent clocks and busy markets."""
    rng = random.Random(seed)
    tickers = [f"MARKET-{n}" for n in range(6)]
    connection, seq = 0, 0
    held: dict[str, int] = {}
    for at in range(records):
        chance = rng.random()
        if connection == 0 or chance < 0.001:
            kind = Kind.CLOSED if chance < 0.0005 else Kind.STARTED
            yield mark(kind, at, connection, cause="disconnect")
            connection, seq, held = connection + 1, 0, {}
            yield mark(Kind.OPENED, at, connection, use_yes_price=False)
        ticker = rng.choices(tickers, [32, 16, 8, 4, 2, 1])[0]
        seq += 2 if chance > 0.997 else 1
        if chance > 0.997:
            held = {}
        if ticker not in held:
            held[ticker] = 0
            yield snapshot(seq, ticker, at=at, connection=connection)
        elif chance < 0.01:
            yield ok(seq, at=at) if connection == 1 else mark(Kind.ALIVE, at, connection)
            seq -= connection != 1
        else:
            size = -held[ticker] if held[ticker] and chance < 0.5 else rng.randint(1, 9)
            held[ticker] += size
            silent = rng.random() < 0.1
            yield delta(
                seq,
                ticker,
                size=f"{size}.00",
                at=at,
                exchange_ms=None if silent else at - 3,
                connection=connection,
            )
    yield mark(Kind.FINISHED, records, 0, cause="end_of_recording")


@pytest.mark.parametrize("seed", range(3))
def test_a_tape_made_in_many_restarts_is_the_tape_made_at_once(
    seed: int,
    new_database: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = capture_store(tmp_path)
    write_capture(store, eventful(seed))
    whole = Taping(new_database(), store, events_a_block=BLOCK)
    pieces = Taping(new_database(), store, events_a_block=BLOCK)
    whole.ingest()
    whole.seal()
    rng = random.Random(seed)
    monkeypatch.setattr(follow, "BATCH_BYTES", 20_000)

    while pieces.ingest(batches=rng.randint(1, 3)):
        if rng.random() < 0.3:
            pieces.seal()
    pieces.seal()

    assert len(whole.fingerprint().segments) > 20
    assert pieces.fingerprint() == whole.fingerprint()


def test_a_tape_made_anew_compares_equal_while_the_first_is_half_sealed(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    store = capture_store(tmp_path)
    write_capture(store, eventful(9, records=1500))
    first, again = (Taping(new_database(), store, events_a_block=BLOCK) for _ in range(2))
    first.ingest()
    first.seal(drop=False)
    again.ingest()
    again.seal(drop=False)

    comparison = compare(first.fingerprint(), again.fingerprint())

    assert comparison.is_same
    assert comparison.segments > 0
    assert comparison.rows > 0


def test_a_difference_of_one_segment_is_seen(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    store = capture_store(tmp_path)
    write_capture(store, eventful(9, records=1500))
    url = new_database()
    taping = Taping(url, store, events_a_block=BLOCK)
    taping.ingest()
    taping.seal()
    before = taping.fingerprint()
    with Session.open(url) as session:
        session.execute(
            "UPDATE segments SET digest = '' WHERE ctid = (SELECT min(ctid) FROM segments)"
        )

    assert len(compare(before, taping.fingerprint()).differences) == 1


def test_two_ingests_of_one_capture_never_write_twice(database_url: str, tmp_path: Path) -> None:
    store = capture_store(tmp_path)
    write_capture(store, eventful(4, records=200))
    with Session.open(database_url) as one, Session.open(database_url) as other:
        slow = IngestStore(one, Partitions(one))
        ingest, offset = slow.load(
            1, name="made", recorder="made", registry=slow.market_registry(), settle=lambda: None
        )
        fast = IngestStore(other, Partitions(other))
        with Follower(store, fast, now=now_micros) as follower:
            follower.catch_up()
        with CaptureReader(store.captures()[0].folder) as reader:
            records = reader.read_batch(offset)
        ingest.feed(records)

        with pytest.raises(IngestOvertaken):
            slow.commit(
                1,
                ingest.take_batch(),
                from_offset=offset,
                to_offset=records[-1].next_offset,
                now=Micros(0),
            )


def test_sealed_blocks_are_dropped_and_the_block_being_written_stays(
    database_url: str, tmp_path: Path
) -> None:
    store = capture_store(tmp_path)
    write_capture(store, list(eventful(5))[:-1])  # without its end
    taping = Taping(database_url, store, events_a_block=BLOCK)
    taping.ingest()
    taping.seal()

    with Session.open(database_url) as session:
        found = session.fetch_optional(
            "SELECT min(position) AS first, max(position) AS last FROM events"
        )
        upto = session.fetch_optional("SELECT last_position FROM captures")
    assert found is not None
    assert upto is not None
    assert found.first // BLOCK == upto.last_position // BLOCK
    assert found.last == upto.last_position

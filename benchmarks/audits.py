"""What it costs an ingest to hold books against the exchange's own, at a recorder's usual rate."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import psycopg

from benchmarks.captures import capture_store
from benchmarks.report import Row
from benchmarks.simulated import Feed
from benchmarks.stats import seconds_of
from benchmarks.tape import follower
from benchmarks.workshop import Workshop
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.capture import CaptureStore, CaptureWriter, Kind
from playhead.history.exchange.server.records import book_record
from playhead.history.kalshi import DEMO
from playhead.history.recorder import RecorderOptions

RATE = 2_500.0
"""Changes a second; with trades and tickers some 3,000 frames, a whole venue's estimated mean."""
REST_PATH = "/trade-api/v2/markets/orderbooks"
REST_BOOKS = 100
AIM = 5.0
_FLUSH_BYTES = 32 * 1024 * 1024
_USUAL = RecorderOptions(hosts=DEMO)


def measure(shop: Workshop) -> list[Row]:
    """Read the same simulated frames on to fresh tapes, with audits among them and without."""
    captures = {
        audited: _recorded(shop.folder / f"audited-{audited}", shop.sizes.frames, audited=audited)
        for audited in (False, True)
    }
    plain, audited = [], []
    for _ in range(max(5, shop.sizes.repeats)):  # in turns, so that a slow minute hits both
        shop.tell("reading frames with audits among them, and without")
        plain.append(_seconds(shop, captures[False]))
        audited.append(_seconds(shop, captures[True]))
    share = 100 * (median(audited) - median(plain)) / median(plain)
    quickest = 100 * (min(audited) - min(plain)) / min(plain)
    compared = _compared(shop, captures[True])
    return [
        Row(
            f"audits, {compared:,} in {shop.sizes.frames:,} frames",
            f"{share:.1f} % of the ingest (of the quickest runs {quickest:.1f} %)",
            "the same frames without",
            "",
            f"<= {AIM:g} %",
        )
    ]


def _seconds(shop: Workshop, captures: CaptureStore) -> float:
    with follower(captures, shop.new_database()) as reader:
        return seconds_of(reader.catch_up)


def _compared(shop: Workshop, captures: CaptureStore) -> int:
    url = shop.new_database()
    with follower(captures, url) as reader:
        reader.catch_up()
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*), count(*) FILTER (WHERE matches) FROM audits")
        found, matched = row.fetchone() or (0, 0)
    assert found == matched > 0
    return int(found)


def _recorded(folder: Path, frames: int, *, audited: bool) -> CaptureStore:
    """Write frames, and what a recorder that audits asks the exchange in the meantime."""
    store = capture_store(folder)
    capture = store.create("bench", recorder="bench", source="benchmarks")
    feed = Feed(seed=1, rate=RATE)
    asking = _asking(feed) if audited else iter(())
    with CaptureWriter(capture.folder) as writer:
        writer.append(Kind.OPENED, b"{}", connection=1, received_at=None)
        for received_at, frame in feed.frames(frames):
            writer.append(Kind.FRAME, frame, connection=1, received_at=received_at)
            for kind, payload in next(asking, ()):
                writer.append(kind, payload, connection=0, received_at=received_at)
            if writer.waiting_bytes > _FLUSH_BYTES:
                writer.flush()
    return store


def _asking(feed: Feed) -> Iterator[list[tuple[Kind, bytes]]]:
    """Ask for snapshots and for REST books as often as a recorder does; a turn for each frame."""
    snapshot_every = round(MICROS_PER_SECOND / _USUAL.audits_per_second)
    rest_every = round(MICROS_PER_SECOND * _USUAL.rest_audit_seconds)
    snapshot_due = rest_due = feed.now
    at = 0
    while True:
        records: list[tuple[Kind, bytes]] = []
        if feed.now >= snapshot_due:
            snapshot_due = Micros(snapshot_due + snapshot_every)
            at += 1
            feed.send_snapshot(at)
        if feed.now >= rest_due:
            rest_due = Micros(rest_due + rest_every)
            records = _rest(feed)
        yield records


def _rest(feed: Feed) -> list[tuple[Kind, bytes]]:
    """The question and the answer of one request for books."""
    tickers = feed.tickers[:REST_BOOKS]
    query = urlencode([("tickers", ticker) for ticker in tickers])
    books = [
        {"ticker": ticker, "orderbook_fp": book_record(feed.market(ticker).book(), 0)}
        for ticker in tickers
    ]
    answer = {"path": REST_PATH, "query": query, "status": 200}
    body = json.dumps({"orderbooks": books})
    return [
        (Kind.SENT, json.dumps({"get": REST_PATH, "query": query}).encode()),
        (Kind.REST, json.dumps({**answer, "body": body}).encode()),
    ]

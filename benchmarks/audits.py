"""What it costs an ingest to hold books against the exchange's own, at a recorder's usual rate."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import psycopg

from benchmarks.captures import capture_store
from benchmarks.processor import processor_seconds
from benchmarks.report import Row
from benchmarks.simulated import Feed
from benchmarks.stats import seconds_of
from benchmarks.tape import follower
from benchmarks.workshop import Workshop
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.capture import CaptureStore, CaptureWriter, Kind
from playhead.history.exchange.server.records import book_record
from playhead.history.ingest import Follower
from playhead.history.kalshi import DEMO
from playhead.history.recorder import RecorderOptions

RATE = 2_500.0
"""Changes a second; with trades and tickers some 3,000 frames, a whole venue's estimated mean."""
REST_PATH = "/trade-api/v2/markets/orderbooks"
REST_BOOKS = 100
AIM = 5.0
_TURNS = 20
_BATCHES = 12
_FLUSH_BYTES = 32 * 1024 * 1024
_USUAL = RecorderOptions(hosts=DEMO)


def measure(shop: Workshop) -> list[Row]:
    """Read the same simulated frames on to fresh tapes, with audits among them and without."""
    captures = {
        audited: _recorded(shop.folder / f"audited-{audited}", shop.sizes.frames, audited=audited)
        for audited in (False, True)
    }
    pairs = list[Pair]()
    for turn in range(max(_TURNS, shop.sizes.repeats)):
        shop.tell("reading frames with audits among them, and without")
        pairs += _pairs(shop, captures, first=turn % 2 == 0)
    compared = _compared(shop, captures[True])
    return [
        Row(
            f"audits, {compared:,} in {shop.sizes.frames:,} frames",
            f"{_share(pairs, lambda cost: cost.elapsed):.1f} % of the ingest's time, "
            f"{_share(pairs, lambda cost: cost.processor):.1f} % of its processor time",
            f"the same stretches without, {len(pairs)} pairs",
            "",
            f"<= {AIM:g} %",
        )
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a frame took: on the clock, and of processors (its own and the server's)."""

    elapsed: float
    processor: float


Pair = dict[bool, Cost]
"""What the same stretch cost with audits (True) and without."""


def _share(pairs: list[Pair], of: Callable[[Cost], float]) -> float:
    """Return by how much audits lengthen an ingest, in percent: the median of all pairs."""
    return 100 * median(of(pair[True]) / of(pair[False]) - 1 for pair in pairs)


def _pairs(shop: Workshop, captures: dict[bool, CaptureStore], *, first: bool) -> Iterator[Pair]:
    """Read both captures, a stretch of the one and the same of the other, on to fresh tapes.

    A neighbour who wants the machine for a second slows down both.
    """
    urls = {audited: shop.new_database() for audited in captures}
    with ExitStack() as stack:
        readers = {
            audited: stack.enter_context(follower(captures[audited], urls[audited]))
            for audited in (first, not first)
        }
        while True:
            costs = {each: _cost(reader, urls[each]) for each, reader in readers.items()}
            if None in costs.values():
                return
            yield {each: cost for each, cost in costs.items() if cost is not None}


def _cost(reader: Follower, url: str) -> Cost | None:
    """Read on for a few batches; None at the end, where there are none."""
    before, used = reader.totals.frames, processor_seconds(url)
    batches = iter(range(_BATCHES))
    elapsed = seconds_of(lambda: reader.catch_up(until=lambda: next(batches, None) is None))
    frames = reader.totals.frames - before
    return Cost(elapsed / frames, (processor_seconds(url) - used) / frames) if frames else None


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

"""Reflexes on markets: what an event costs, and a look at the tape when 10,000 are followed."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from statistics import median

import uvloop

from benchmarks.report import Row
from benchmarks.stats import times
from benchmarks.workshop import Workshop
from playhead.automation.reflexes.conditions import compile_condition
from playhead.automation.reflexes.market.engine import Listening, ReflexFold
from playhead.automation.reflexes.market.facts import MARKET_KINDS
from playhead.automation.reflexes.market.fold import BOOK, MarketFold
from playhead.automation.timeline import BookChanged, BookOpened, Place
from playhead.base.time import MICROS_PER_SECOND, Micros, Nanos
from playhead.entrypoints.timeline import TapeTimeline
from playhead.history.capture import CaptureStore, CaptureWriter, Kind
from playhead.history.ingest import Follower, IngestStore
from playhead.history.tape import Partitions
from playhead.storage.postgres import Database, Session

NEAR = 'book.best_yes_bid > price("0.60") && book.spread <= price("0.02")'
EVENTS = 20_000
JUDGED = 5_000
LEVELS = 40
ON_ONE_MARKET = (0, 1, 10)
"""Reflexes on the market whose events are judged."""
LOOKS = 20
NEWS = 400
"""Events that are new at a look: 4,000 a second, at ten looks a second."""
START = 1_795_262_400 * MICROS_PER_SECOND


def measure(shop: Workshop) -> list[Row]:
    """Judge events of one market, then look at a tape on which many are followed."""
    rows = [_judged(shop, reflexes) for reflexes in ON_ONE_MARKET]
    return [*rows, _condition_row(shop), *_looks(shop)]


def _condition_row(shop: Workshop) -> Row:
    shop.tell("judging one book again and again")
    program, market = compile_condition(NEAR, MARKET_KINDS), MarketFold("A")
    moment = next(_moments())
    kind = market.take(moment)
    assert kind is not None
    facts = market.facts(moment, kind)
    judged, compared = list[float](), list[float]()
    for _ in range(shop.sizes.repeats):
        judged.append(_each(lambda: program.judge(facts)))
        compared.append(_each(lambda: _near(facts)))
    cel, plain = median(judged), median(compared)
    return Row(
        "one CEL condition of two comparisons",
        f"{cel:.1f} us",
        beside=f"the same in Python: {plain:.2f} us",
        ratio=times(cel, plain),
        aim="<= 50 us",
    )


def _near(facts: Mapping[str, object]) -> bool:
    bid, spread = facts["book.best_yes_bid"], facts["book.spread"]
    assert isinstance(bid, int)
    assert isinstance(spread, int)
    return bid > 600_000 and spread <= 20_000


def _each(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(JUDGED):
        work()
    return (time.perf_counter() - began) / JUDGED * 1e6


def _judged(shop: Workshop, reflexes: int) -> Row:
    shop.tell(f"{EVENTS:,} events of a market with {reflexes} reflexes")
    spent = [_seconds(reflexes) for _ in range(shop.sizes.repeats)]
    each = median(spent) / EVENTS * 1e6
    what = "book kept" if not reflexes else f"book kept and {reflexes} CEL condition(s) judged"
    return Row(f"market reflexes: {what}, an event", f"{each:.1f} us")


def _seconds(reflexes: int) -> float:
    market, moments = MarketFold("A"), list(_moments())
    program = compile_condition(NEAR, MARKET_KINDS)
    listening = Listening(1, program, None, frozenset({BOOK}), False, Micros(0))
    folds = [ReflexFold(listening) for _ in range(reflexes)]
    began = time.perf_counter()
    for moment in moments:
        kind = market.take(moment)
        assert kind is not None
        for fold in folds:
            fold.see(market, moment, kind)
    return time.perf_counter() - began


def _moments() -> Iterator[BookOpened | BookChanged]:
    yes = tuple((10_000 * (20 + level), 10_000) for level in range(LEVELS))
    no = tuple((10_000 * (1 + level), 10_000) for level in range(38))
    yield BookOpened("A", 1, Micros(START), None, yes, no, 1)
    for number in range(EVENTS):
        price = 10_000 * (20 + number * 7 % (LEVELS + 1))
        delta = 100 if number % 2 else -100
        at = Micros(START + number)
        yield BookChanged("A", number + 2, at, at, "yes", price, delta)


def _looks(shop: Workshop) -> list[Row]:
    markets = shop.sizes.followed
    shop.tell(f"{markets:,} markets followed, {NEWS} events between two looks")
    began, spent, idle = _looked(shop)
    rows = [
        (f"market reflexes: {markets:,} markets taken up", f"{began:.1f} s", "once, at a start"),
        (f"a look at {markets:,} markets, {NEWS} events", _millis(spent), "every 100 ms"),
        (f"a look at {markets:,} markets, nothing new", _millis(idle), "every 100 ms"),
    ]
    return [Row(what, measured, beside) for what, measured, beside in rows]


def _millis(spent: list[float]) -> str:
    return f"{median(spent) * 1000:.1f} ms, longest {max(spent) * 1000:.1f}"


def _looked(shop: Workshop) -> tuple[float, list[float], list[float]]:
    url = shop.new_database()
    store = CaptureStore(shop.folder / "followed", lambda: Nanos(time.time_ns()))
    capture = store.create("followed", recorder="bench", source="bench")
    with CaptureWriter(capture.folder) as writer, Session.open(url) as session:
        ingest = IngestStore(session, Partitions(session))
        with Follower(store, ingest, now=lambda: Micros(START)) as follower:
            markets = shop.sizes.followed
            frames = _frames(markets)

            def add(count: int) -> None:
                for number, frame in zip(range(count), frames, strict=False):
                    at = Nanos((START + number) * 1000)
                    writer.append(Kind.FRAME, frame, connection=1, received_at=at)
                writer.flush()
                follower.catch_up()

            add(markets)
            return uvloop.run(_follow(url, add, markets))


async def _follow(
    url: str, add: Callable[[int], None], markets: int
) -> tuple[float, list[float], list[float]]:
    spent, idle = list[float](), list[float]()
    async with Database.open(url, connections=2) as database:
        feed = TapeTimeline(database, lambda: Micros(START)).feed()
        start = Place.start(Micros(START - 1))
        began = time.perf_counter()
        await feed.follow({_ticker(number): start for number in range(markets)}, ("lifecycle",))
        while await feed.next(most=5_000):
            pass
        taken_up = time.perf_counter() - began
        for _ in range(LOOKS):
            await asyncio.to_thread(add, NEWS)
            spent.append(await _timed(feed.next))
            await feed.next(most=5_000)
            idle.append(await _timed(feed.next))
    return taken_up, spent, idle


async def _timed(look: Callable[..., object]) -> float:
    began = time.perf_counter()
    await look(most=5_000)  # type: ignore[misc]
    return time.perf_counter() - began


def _ticker(number: int) -> str:
    return f"KXBENCH-{number}"


def _frames(markets: int) -> Iterator[bytes]:
    """A snapshot of each market, then changes without an end."""
    for number in range(markets):
        levels = [["0.4200", "10.00"], ["0.4300", "5.00"]]
        body = {"market_ticker": _ticker(number), "yes_dollars_fp": levels, "no_dollars_fp": levels}
        yield _frame("orderbook_snapshot", number + 1, body)
    seq = markets
    while True:
        seq += 1
        body = {
            "market_ticker": _ticker(seq * 7919 % markets),
            "price_dollars": "0.4200",
            "delta_fp": "1.00",
            "side": "yes",
        }
        yield _frame("orderbook_delta", seq, body)


def _frame(type_: str, seq: int, body: Mapping[str, object]) -> bytes:
    return json.dumps({"type": type_, "sid": 1, "seq": seq, "msg": body}).encode()

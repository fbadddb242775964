"""The book at an instant, in process, beside the same question over plain rows."""

from collections.abc import Sequence

import psycopg

from benchmarks.instants import (
    Instant,
    Questions,
    asker,
    book,
    in_turns,
    recent_instants,
    run,
    sealed_instants,
)
from benchmarks.plain_rows import PlainRows, open_pool
from benchmarks.plain_tables import fill
from benchmarks.report import Row
from benchmarks.stats import Latencies, milliseconds, times
from benchmarks.tape import read_captures, seal, settle
from benchmarks.workshop import Workshop
from playhead.history.books import Side
from playhead.history.rewind import Rewind
from playhead.storage.postgres import Database

CHECKED = 25
_BUSIEST = "SELECT market_id FROM markets ORDER BY events DESC LIMIT 1"


def measure(shop: Workshop) -> list[Row]:
    """Ask for books of the busiest simulated market, of its sealed past and of its recent rows."""
    url, market_id = _tape(shop)
    sealed = sealed_instants(url, shop.sizes.instants, market_id=market_id)
    recent = recent_instants(url, shop.sizes.instants, market_id=market_id)
    repeats = shop.sizes.repeats
    shop.tell(f"asking for {len(sealed):,} books of the busiest market, {repeats} times")
    run(_check(url, sealed[:CHECKED]))
    ours, folded, summed, newest = run(_latencies(url, sealed, recent, repeats))
    return [
        Row(
            "book at an instant, in process, sealed",
            str(ours),
            f"rows: folded {milliseconds(folded.p50)}, summed by SQL {milliseconds(summed.p50)}",
            f"{times(folded.p50, ours.p50)}, {times(summed.p50, ours.p50)}",
            "<= 0.3 ms, >= 10x",
        ),
        Row("book at an instant, in process, recent", str(newest)),
    ]


def _tape(shop: Workshop) -> tuple[str, int]:
    captures, url = shop.simulated, shop.new_database()
    shop.tell("making a tape and the plain rows of the same events")
    read_captures(captures, url)
    with psycopg.connect(url) as connection:
        row = connection.execute(_BUSIEST).fetchone()
    assert row is not None
    fill(url, row[0])
    seal(url)
    settle(url)
    return url, row[0]


async def _latencies(
    url: str, sealed: Sequence[Instant], recent: Sequence[Instant], repeats: int
) -> list[Latencies]:
    async with Database.open(url) as database, open_pool(url) as pool:
        ours, plain = asker(Rewind(database)), PlainRows(pool)
        questions = [
            Questions(ours, sealed),
            Questions(plain.folded, sealed),
            Questions(plain.summed, sealed),
            Questions(ours, recent),
        ]
        return await in_turns(questions, repeats)


async def _check(url: str, instants: Sequence[Instant]) -> None:
    """Compare what is compared: all three ways give the same books."""
    async with Database.open(url) as database, open_pool(url) as pool:
        rewind, plain = Rewind(database), PlainRows(pool)
        for instant in instants:
            found = (await book(rewind, instant)).found
            assert found is not None
            levels = {p * 2 + s: size for s in Side for p, size in found.book.side(s).items()}
            assert levels == await plain.folded(instant) == await plain.summed(instant)

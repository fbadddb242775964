"""One market, recorded by several at once, each with holes and delays of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from playhead.history.capture import Kind, Record
from tests.history.ingest.frames import START, delta, mark, snapshot

MILLI = 1000
PRICES = ("0.1000", "0.4200", "0.4300", "0.5500")
Levels = dict[str, int]


@dataclass(frozen=True)
class Happening:
    """A change at a millisecond of the exchange, and the YES bids after it, in contracts."""

    at: int
    price: str
    size: int
    book: Levels


def course(random: Random, events: int = 40) -> list[Happening]:
    """Changes of one market; many share their millisecond."""
    at, happened = 10, list[Happening]()
    book: Levels = {}
    for _ in range(events):
        at += random.choice([0, 0, 1, 3, 7])
        price = random.choice(PRICES)
        held = book.get(price, 0)
        size = -held if held and random.random() < 0.4 else random.randint(1, 9)
        book = {**book, price: held + size}
        if not book[price]:
            del book[price]
        happened.append(Happening(at, price, size, book))
    return happened


def book_at(happened: Sequence[Happening], at: int) -> Levels:
    """The YES bids at a millisecond, every change of it included."""
    return next((each.book for each in reversed(happened) if each.at <= at), {})


def recorded(happened: Sequence[Happening], random: Random, late: int) -> Iterator[Record]:
    """What a recorder hears of it, ``late`` microseconds after it happened, with some holes.

    A snapshot and the change that follows it are often read at the same microsecond.
    """
    index, connection = random.randint(0, len(happened) // 4), 0
    while index < len(happened):
        connection += 1
        at = happened[index].at * MILLI + late
        yield mark(Kind.OPENED, at=at, connection=connection)
        known = happened[index].book
        sent_at = _milliseconds(happened[index].at)
        yield snapshot(1, at=at, connection=connection, yes=_texts(known), sending_ts_ms=sent_at)
        stop = min(len(happened), index + random.randint(3, 25))
        seq = 1
        for each in happened[index + 1 : stop]:
            seq, at = seq + 1, max(at, each.at * MILLI + late)
            yield delta(
                seq,
                price=each.price,
                size=f"{each.size}.00",
                at=at,
                exchange_ms=each.at,
                connection=connection,
            )
        cause = random.choice(["disconnect", "stall", "dead_connection"])
        yield mark(Kind.CLOSED, at=at + 1, connection=connection, cause=cause)
        index = stop + random.randint(1, 12)


def _texts(book: Levels) -> dict[str, str]:
    return {price: f"{size}.00" for price, size in book.items()}


def _milliseconds(at: int) -> int:

    return START // 1000 + at

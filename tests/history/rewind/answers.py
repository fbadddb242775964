"""Every book that a replay gives, asked back from the tape."""

from collections.abc import Mapping
from decimal import Decimal

from playhead.base.time import Micros
from playhead.history.books import Book
from playhead.history.rewind import Clock, Rewind
from playhead.storage.postgres import Database
from tests.history.rewind.replay import Sides, Step

LATER = Micros(2**60)
Expected = dict[tuple[str, int], Sides | None]


def expected_books(steps: list[Step], clock: Clock) -> Expected:
    """The book after the last message no later than each instant; a step back stands still.

    At the last instant of the exchange that a connection tells before another one follows, more may
    have happened: unknown.
    """
    reached: dict[str, int] = {}
    connections: dict[str, int] = {}
    books: Expected = {}
    for step in steps:
        if connections.setdefault(step.ticker, step.connection) != step.connection:
            connections[step.ticker] = step.connection
            if clock is Clock.EXCHANGE:
                books[step.ticker, reached[step.ticker]] = None
        at = step.received_at if clock is Clock.RECEIVED else step.exchange_at
        if at is not None:
            reached[step.ticker] = max(reached.get(step.ticker, at), at)
            books[step.ticker, reached[step.ticker]] = step.book
    return books


def as_decimals(book: Book) -> Sides:
    yes, no = (
        {Decimal(p) / 10**6: Decimal(s) / 100 for p, s in side.items()}
        for side in (book.yes, book.no)
    )
    return yes, no


async def wrong_answers(
    url: str, expected: Mapping[tuple[str, int], Sides | None], clock: Clock
) -> list[tuple[str, int]]:
    """Ask for every expected book (None: unknown); return where the answer was another one."""
    wrong = []
    async with Database.open(url, connections=1) as database:
        rewind = Rewind(database)
        for (ticker, at), sides in expected.items():
            answer = await rewind.book(ticker, at=Micros(at), clock=clock, now=LATER)
            if sides != (answer.found and as_decimals(answer.found.book)):
                wrong.append((ticker, at))
    return wrong

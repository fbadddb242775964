"""Answers and runs to test with. Instants are seconds after a fixed start."""

from playhead.base.time import Micros, parse_instant
from playhead.history.books import Book, Change, Side, parse_price, parse_size
from playhead.history.rewind import (
    BookAnswer,
    BookAt,
    Certificate,
    ChangeAt,
    Clock,
    Coverage,
    Run,
    State,
)
from playhead.history.tape import Trade, Trades

START = parse_instant("2026-11-21T12:00:00Z")
TICKER = "KXBTC-26DEC31-T200000"


def second(number: int) -> Micros:
    return Micros(START + number * 1_000_000)


def book(yes: dict[str, str] | None = None, no: dict[str, str] | None = None) -> Book:
    return Book(
        yes={parse_price(price): parse_size(size) for price, size in (yes or {}).items()},
        no={parse_price(price): parse_size(size) for price, size in (no or {}).items()},
    )


def known(at: int, *, position: int = 7, shown: Book | None = None) -> BookAt:
    return BookAt(
        position=position,
        received_at=second(at),
        exchange_at=Micros(second(at) - 1500),
        book=book(yes={"0.42": "12.5", "0.41": "3"}, no={"0.55": "100"})
        if shown is None
        else shown,
    )


def proven(since: int = 0, until: int | None = None) -> Coverage:
    return Coverage(
        state=State.PROVEN,
        cause=None,
        since=second(since),
        until=None if until is None else second(until),
        verified_at=second(since),
        recorder="recorder-1",
    )


def unknown(cause: str, since: int | None, until: int | None) -> Coverage:
    return Coverage(
        state=State.UNKNOWN,
        cause=cause,
        since=None if since is None else second(since),
        until=None if until is None else second(until),
    )


def proven_answer(shown: Book | None = None, at: int = 10) -> BookAnswer:
    return BookAnswer(
        ticker=TICKER,
        at=second(at),
        clock=Clock.RECEIVED,
        coverage=proven(),
        found=known(at, shown=shown),
        certificate=Certificate(
            recorder="recorder-1",
            capture="main",
            capture_number=1,
            connection=2,
            sid=3,
            opened_by="snapshot",
            from_position=4,
            keyframe_position=5,
            position=7,
            received_from=second(0),
            exchange_from=None,
        ),
    )


def unknown_answer(
    cause: str = "gap", *, since: int | None = 5, until: int | None = 20, at: int = 10
) -> BookAnswer:
    return BookAnswer(
        ticker=TICKER,
        at=second(at),
        clock=Clock.RECEIVED,
        coverage=unknown(cause, since, until),
        found=None,
        last_known=None if since is None else known(since, position=3),
        next_known=None if until is None else known(until, position=9),
        trades_between=Trades(
            7,
            (
                Trade("t-1", second(6), None, parse_price("0.42"), parse_size("3"), Side.NO, False),
                Trade("t-2", None, second(8), parse_price("0.41"), parse_size("1"), None, True),
            ),
        ),
    )


def change(position: int, at: int, *, side: Side = Side.YES, size: str = "1") -> ChangeAt:
    moved = Change(side, parse_price("0.42"), parse_size(size))
    return ChangeAt(position, second(at), Micros(second(at) - 1500), moved)


def data_run(since: int, until: int, *changes: ChangeAt) -> Run:
    return Run(
        coverage=proven(since, until),
        since=second(since),
        until=second(until),
        start=known(since, position=changes[0].position - 1 if changes else 0),
        changes=changes,
    )


def absent_run(since: int, until: int, cause: str = "gap") -> Run:
    return Run(
        coverage=unknown(cause, since, until),
        since=second(since),
        until=second(until),
        start=None,
        changes=(),
    )

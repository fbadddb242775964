"""Books and changes on the wire.

Prices are dollars and sizes contracts, both as decimal strings. A level is ``[price, size]``.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from playhead.history.books import Book, Level, best_levels, format_price, format_size, ladder_of
from playhead.history.rewind.model import BookAnswer, BookAt, Coverage
from playhead.web.wire import Instant, Wire, instant, instant_text

LevelView = tuple[str, str]
Levels = Annotated[
    list[LevelView], msgspec.Meta(description="`[price, size]` each, as decimal strings.")
]
price_text = lru_cache(maxsize=16_384)(format_price)
size_text = lru_cache(maxsize=16_384)(format_size)


class View(StrEnum):
    """How levels are shown."""

    RAW = "raw"
    """`yes` and `no` bids as the exchange keeps them: ascending, the best level last."""
    YES = "yes"
    """`bids` and `asks` in YES prices, the best level first."""


class CoverageView(Wire, frozen=True):
    """What an answer rests on.

    Attributes:
        state: `proven` or `unknown`; there is nothing in between.
        cause: Why nothing is known; null when proven.
        since: Start of the proven interval, or of the unknown stretch (null: from the beginning).
        until: First microsecond past it; null while it is open or nothing follows.
        verified_at: When a fresh snapshot last agreed with the rebuilt book.
        recorder: Who recorded it.
    """

    state: str
    cause: str | None
    since: Instant | None
    until: Instant | None
    verified_at: Instant | None
    recorder: str | None


class Sides(Wire, frozen=True, kw_only=True):
    """Levels: `yes` and `no` with view=raw, `bids` and `asks` with view=yes."""

    yes: Levels | UnsetType | None = UNSET
    no: Levels | UnsetType | None = UNSET
    bids: Levels | UnsetType | None = UNSET
    asks: Levels | UnsetType | None = UNSET


class KnownBook(Wire, frozen=True, kw_only=True):
    """A proven book at another instant than the one asked for.

    `book` is there only for `last_known` and with strict=false.
    """

    position: int
    received_at: Instant | None
    exchange_at: Instant | None
    book: Sides | UnsetType = UNSET


class BookView(Wire, frozen=True, kw_only=True):
    """The answer: the book at `at`, or levels that are null and the statement why.

    `yes` and `no` are there with view=raw, `bids` and `asks` with view=yes.

    `position`, `received_at` and `exchange_at` are those of the last event that the book includes.
    """

    ticker: str
    at: Instant
    clock: str
    view: str
    position: int | None
    received_at: Instant | None
    exchange_at: Instant | None
    yes: Levels | UnsetType | None = UNSET
    no: Levels | UnsetType | None = UNSET
    bids: Levels | UnsetType | None = UNSET
    asks: Levels | UnsetType | None = UNSET
    coverage: CoverageView
    last_known: KnownBook | None
    next_known: KnownBook | None


def book_view(
    answer: BookAnswer, *, view: View = View.RAW, depth: int | None = None, strict: bool = True
) -> BookView:
    """Return ``answer`` as it is sent; ``strict=False`` adds the levels of the last known book."""
    found = answer.found
    sides = sides_view(found.book if found else None, view, depth)
    return BookView(
        ticker=answer.ticker,
        at=instant_text(answer.at),
        clock=answer.clock.value,
        view=view.value,
        position=found.position if found else None,
        received_at=instant(found.received_at) if found else None,
        exchange_at=instant(found.exchange_at) if found else None,
        yes=sides.yes,
        no=sides.no,
        bids=sides.bids,
        asks=sides.asks,
        coverage=coverage_view(answer.coverage),
        last_known=_known(answer.last_known, None if strict else view, depth),
        next_known=_known(answer.next_known, None, depth),
    )


def coverage_view(coverage: Coverage) -> CoverageView:
    """Return ``coverage`` as it is sent."""
    return CoverageView(
        state=coverage.state.value,
        cause=coverage.cause,
        since=instant(coverage.since),
        until=instant(coverage.until),
        verified_at=instant(coverage.verified_at),
        recorder=coverage.recorder,
    )


def sides_view(book: Book | None, view: View, depth: int | None = None) -> Sides:
    """Return the best ``depth`` levels a side; null where there is no book."""
    if view is View.YES:
        ladder = ladder_of(book, depth) if book else None
        return Sides(
            bids=levels_view(ladder.bids) if ladder else None,
            asks=levels_view(ladder.asks) if ladder else None,
        )
    return Sides(
        yes=levels_view(best_levels(book.yes, depth)) if book else None,
        no=levels_view(best_levels(book.no, depth)) if book else None,
    )


def _known(known: BookAt | None, view: View | None, depth: int | None) -> KnownBook | None:
    if known is None:
        return None
    return KnownBook(
        position=known.position,
        received_at=instant(known.received_at),
        exchange_at=instant(known.exchange_at),
        book=UNSET if view is None else sides_view(known.book, view, depth),
    )


def levels_view(levels: Iterable[Level]) -> list[LevelView]:
    """Return ``levels`` in the order given, each as its two texts."""
    return [(price_text(level.price), size_text(level.size)) for level in levels]

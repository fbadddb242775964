"""Audits on the wire. Prices and sizes are decimal strings, as in books."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from playhead.history.books import (
    Book,
    Price,
    Side,
    Size,
    best_levels,
    format_price,
    format_size,
)
from playhead.history.coverage.audits.model import Audit, Rate
from playhead.history.coverage.shares import share_text
from playhead.web.wire import Instant, Wire, instant

Levels = Annotated[
    list[tuple[str, str]],
    msgspec.Meta(description="`[price, size]` each, ascending, the best level last."),
]
_SIDES = {"yes": Side.YES, "no": Side.NO}


class BookSides(Wire, frozen=True):
    """A whole book, as the exchange keeps it."""

    yes: Levels
    no: Levels


class AuditView(Wire, frozen=True, kw_only=True):
    """One comparison of a rebuilt book with what the exchange said it is.

    Attributes:
        kind: `snapshot`: asked over the socket, exact, in sequence. `rest`: asked by REST; the book
            of some moment between `asked_at` and `received_at`.
        position: The event after which the book was compared, or agreed.
        said: The book that the exchange told.
        held: The book that we had rebuilt; the same where it matches.
    """

    id: str
    ticker: str
    kind: str
    matches: bool
    position: int
    asked_at: Instant | None
    received_at: Instant | None
    exchange_at: Instant | None
    capture: str
    recorder: str
    said: BookSides
    held: BookSides


class Difference(Wire, frozen=True, kw_only=True):
    """A level that differs; a size of `0.00` is that of no level."""

    side: str
    price: str
    said: str
    held: str


class AuditDetail(AuditView, frozen=True, kw_only=True):
    """One comparison, and the levels that differ: none where it matches."""

    differences: list[Difference]


class AuditPage(Wire, frozen=True):
    """Audits, the newest first."""

    data: list[AuditView]
    next_cursor: str | None
    has_more: bool


class RateView(Wire, frozen=True, kw_only=True):
    """How many audits of a kind agreed, of a day (UTC) or of a market; the other is null.

    Attributes:
        match_rate: `matches` by all, cut to six digits after the point.
    """

    day: str | None
    ticker: str | None
    kind: str
    matches: int
    mismatches: int
    match_rate: str | None


class RatePage(Wire, frozen=True):
    """Match rates: by day the newest first, by market in order of ticker."""

    data: list[RateView]
    next_cursor: str | None
    has_more: bool


def audit_view(audit: Audit) -> AuditView:
    """Return ``audit`` as it is sent in a list."""
    said = _sides(audit.said)
    return AuditView(
        id=str(audit.audit_id),
        ticker=audit.ticker,
        kind=audit.kind.value,
        matches=audit.matches,
        position=audit.position,
        asked_at=instant(audit.asked_at),
        received_at=instant(audit.received_at),
        exchange_at=instant(audit.exchange_at),
        capture=audit.capture,
        recorder=audit.recorder,
        said=said,
        held=said if audit.held is audit.said else _sides(audit.held),
    )


def audit_detail(audit: Audit) -> AuditDetail:
    """Return ``audit`` as it is sent alone."""
    shown = audit_view(audit)
    return AuditDetail(
        **{name: getattr(shown, name) for name in shown.__struct_fields__},
        differences=differences(audit.said, audit.held),
    )


def differences(said: Book, held: Book) -> list[Difference]:
    """Return the levels in which two books differ, YES before NO, ascending."""
    return [
        _difference(name, price, said.side(side), held.side(side))
        for name, side in _SIDES.items()
        for price in sorted({*said.side(side), *held.side(side)})
        if said.side(side).get(price) != held.side(side).get(price)
    ]


def rate_view(rate: Rate) -> RateView:
    """Return ``rate`` as it is sent."""
    return RateView(
        day=None if rate.day is None else rate.day.isoformat(),
        ticker=rate.ticker,
        kind=rate.kind.value,
        matches=rate.matches,
        mismatches=rate.mismatches,
        match_rate=share_text(rate.matches, rate.mismatches),
    )


def rate_page(rates: Sequence[Rate], next_cursor: str | None = None) -> RatePage:
    """Return ``rates`` as they are sent."""
    return RatePage(
        data=[rate_view(each) for each in rates],
        next_cursor=next_cursor,
        has_more=next_cursor is not None,
    )


def _difference(
    side: str, price: Price, said: Mapping[Price, Size], held: Mapping[Price, Size]
) -> Difference:
    return Difference(
        side=side,
        price=format_price(price),
        said=format_size(said.get(price, Size(0))),
        held=format_size(held.get(price, Size(0))),
    )


def _sides(book: Book) -> BookSides:
    return BookSides(yes=_levels(book.yes), no=_levels(book.no))


def _levels(bids: Mapping[Price, Size]) -> list[tuple[str, str]]:
    return [(format_price(level.price), format_size(level.size)) for level in best_levels(bids)]

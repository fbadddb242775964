"""Books and changes on the wire.

Prices are dollars and sizes contracts, both as decimal strings. A level is ``[price, size]``.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from playhead.history.books import Book, Level, best_levels, ladder_of
from playhead.history.rewind.model import BookAnswer, BookAt, Certificate, Coverage
from playhead.history.rewind.texts import price_text, size_text
from playhead.history.rewind.trade_schemas import TradesView, trades_view
from playhead.web.wire import Instant, Wire, instant, instant_text

LevelView = tuple[str, str]
Levels = Annotated[
    list[LevelView], msgspec.Meta(description="`[price, size]` each, as decimal strings.")
]


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
        since: Start of what is proven without a break, or of the stretch that is unknown for this
            cause (null: from the beginning).
        until: First microsecond past it; null while it is open or nothing follows.
        verified_at: When a fresh snapshot last agreed with the rebuilt book.
        recorder: Who recorded it, or whose knowledge ended.
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


class CertificateView(Wire, frozen=True, kw_only=True):
    """Where the proof of the book is: enough to derive it again from the capture and compare.

    Attributes:
        digest: `sha256:` and the digest of the whole book, whatever depth is shown.
        recorder: Who recorded it.
        capture: The capture's name.
        capture_number: Its number, which tells it from others of that name.
        connection: Of the recorder, within the capture.
        sid: The subscription: an unbroken chain of messages.
        opened_by: What kind of message opened the interval.
        from_position: The position of that message.
        keyframe_position: The position of the newest whole book that was used.
        position: The position of the last event that the book includes.
        received_from: The interval's first instant by the recorder's clock.
        exchange_from: The interval's first instant by the exchange's clock.
    """

    digest: str
    recorder: str
    capture: str
    capture_number: int
    connection: int
    sid: int
    opened_by: str
    from_position: int
    keyframe_position: int
    position: int
    received_from: Instant | None
    exchange_from: Instant | None


class BookView(Wire, frozen=True, kw_only=True):
    """The answer: the book at `at`, or levels that are null and the statement why.

    `yes` and `no` are there with view=raw, `bids` and `asks` with view=yes.

    `position`, `received_at` and `exchange_at` are those of the last event that the book includes.
    `certificate` is null when the book is unknown; then `trades_between` has the trades that the
    tape holds after the last proven instant and before the next one.
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
    certificate: CertificateView | None
    last_known: KnownBook | None
    next_known: KnownBook | None
    trades_between: TradesView | None


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
        certificate=_certificate(answer.certificate, answer.digest),
        last_known=_known(answer.last_known, None if strict else view, depth),
        next_known=_known(answer.next_known, None, depth),
        trades_between=trades_view(answer.trades_between),
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


def _certificate(certificate: Certificate | None, digest: str | None) -> CertificateView | None:
    if certificate is None or digest is None:
        return None
    return CertificateView(
        digest=digest,
        recorder=certificate.recorder,
        capture=certificate.capture,
        capture_number=certificate.capture_number,
        connection=certificate.connection,
        sid=certificate.sid,
        opened_by=certificate.opened_by,
        from_position=certificate.from_position,
        keyframe_position=certificate.keyframe_position,
        position=certificate.position,
        received_from=instant(certificate.received_from),
        exchange_from=instant(certificate.exchange_from),
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

"""Order book frames of every generation to snapshots and deltas."""

import msgspec
from msgspec import UNSET

from playhead.base.time import Micros
from playhead.history.books import DOLLAR, Price, Side, Size
from playhead.history.kalshi import wire
from playhead.history.kalshi.errors import Unreadable
from playhead.history.kalshi.generations import instant_from, price_from, size_from
from playhead.history.kalshi.messages import BookDelta, BookSnapshot, Levels
from playhead.history.kalshi.numbers import PRICES, SIZES, price_of_cents, size_of_contracts

SIDES = {"yes": Side.YES, "no": Side.NO}
_BODY = msgspec.json.Decoder(wire.SnapshotBody)
_ANY_BODY = msgspec.json.Decoder(dict[str, object])


def read_delta(frame: wire.Delta, use_yes_price: bool) -> BookDelta:
    """Return the change, its price in the side's own price.

    Raises:
        Invalid: The side, the price or the change is missing or inexact.
    """
    body = frame.msg
    side = SIDES.get(body.side)
    price = price_from(body.price_dollars, body.price)
    change = size_from(body.delta_fp, body.delta)
    if side is None or price is None or change is None:
        raise Unreadable("a delta without a known side, price or change")
    if use_yes_price and side is Side.NO:
        price = Price(DOLLAR - price)
    sent = frame.sending_ts_ms
    sent_at = None if sent is None else sent * 1000
    return BookDelta(
        sid=frame.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=sent_at,  # type: ignore[arg-type]  # a call saved a message
        market_ticker=body.market_ticker,
        side=side,
        price=price,
        change=change,
        exchange_at=instant_from(body.ts, body.ts_ms),
    )


def read_snapshot(frame: wire.Snapshot, use_yes_price: bool) -> BookSnapshot:
    """Return the whole book. A side that is absent, null or ``[]`` is empty.

    Raises:
        Invalid: A level is inexact, doubled or negative, or the sides seem to have new names.
    """
    body = _BODY.decode(frame.msg)
    if not _names_a_side(body):
        _refuse_renamed_sides(frame.msg)
    no = _levels(body.no_dollars_fp, body.no_dollars, body.no)
    if use_yes_price:
        no = tuple((Price(DOLLAR - price), size) for price, size in reversed(no))
    sent = frame.sending_ts_ms
    return BookSnapshot(
        sid=frame.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=None if sent is None else Micros(sent * 1000),
        market_ticker=body.market_ticker,
        yes=_levels(body.yes_dollars_fp, body.yes_dollars, body.yes),
        no=no,
        exchange_at=instant_from(body.ts, body.ts_ms),
    )


def _levels(exact: wire.ExactLevels, mixed: wire.MixedLevels, cents: wire.CentLevels) -> Levels:
    if exact:
        return _checked([(PRICES[price], SIZES[size]) for price, size in exact])
    if mixed:
        return _checked([(PRICES[price], _size(size)) for price, size in mixed])
    if cents:
        return _checked([(price_of_cents(price), size_of_contracts(size)) for price, size in cents])
    return ()


def _size(size: int | str) -> Size:
    return SIZES[size] if isinstance(size, str) else size_of_contracts(size)


def _checked(levels: list[tuple[Price, Size]]) -> Levels:
    """Levels that hold something, each price once."""
    sizes = dict(levels)
    if len(sizes) == len(levels) and min(sizes.values()) > 0:
        return tuple(levels)  # as nearly always
    held = [(price, size) for price, size in levels if size]
    if any(size < 0 for _, size in held):
        raise Unreadable("a snapshot holds a level of less than nothing")
    if len(dict(held)) != len(held):
        raise Unreadable("a snapshot holds one price twice")
    return tuple(held)


def _names_a_side(body: wire.SnapshotBody) -> bool:
    sides = (body.yes_dollars_fp, body.no_dollars_fp, body.yes_dollars)
    older = (body.no_dollars, body.yes, body.no)
    return any(side is not UNSET for side in sides + older)


def _refuse_renamed_sides(body: msgspec.Raw) -> None:
    """An empty book has no side keys; a book whose keys were renamed must not pass for one."""
    for key, value in _ANY_BODY.decode(body).items():
        if isinstance(value, list | dict):
            raise Unreadable(f"a snapshot without known sides, but with {key!r}")

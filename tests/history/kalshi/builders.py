"""Deltas as the exchange wrote them in each of its generations."""

import msgspec
from hypothesis import strategies as st

from playhead.base.time import Micros, format_instant
from playhead.history.books import Price, Side, Size, format_price, format_size
from playhead.history.kalshi import BookDelta, Message

TYPES = (
    "orderbook_snapshot",
    "orderbook_delta",
    "trade",
    "ticker",
    "market_lifecycle_v2",
    "event_lifecycle",
    "subscribed",
    "ok",
    "unsubscribed",
    "error",
    "fill",
)
KEYS = (
    "market_ticker",
    "side",
    "price",
    "delta",
    "price_dollars",
    "delta_fp",
    "yes",
    "no",
    "yes_dollars_fp",
    "ts",
    "ts_ms",
    "code",
    "channel",
    "sid",
    "trade_id",
    "event_type",
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["yes", "no", "0.5000", "12.50", "2026-11-21T12:00:00.5Z", "", "1e3"])
    | st.text(max_size=6)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=6,
)


def almost_frames() -> st.SearchStrategy[bytes]:
    """Return JSON that looks like frames and holds anything under the right names."""
    shape = st.fixed_dictionaries(
        {"type": st.sampled_from(TYPES)},
        optional={
            "sid": VALUES,
            "seq": VALUES,
            "msg": st.dictionaries(st.sampled_from(KEYS), VALUES) | VALUES,
        },
    )
    return shape.map(msgspec.json.encode)


@st.composite
def whole_deltas(draw: st.DrawFn) -> BookDelta:
    """Return a delta that every generation can express: whole cents, contracts and seconds."""
    return BookDelta(
        sid=draw(st.integers(1, 99)),
        seq=draw(st.integers(1, 2**40)),
        market_ticker=draw(st.text("ABCXYZ0189-.", min_size=1)),
        side=draw(st.sampled_from(Side)),
        price=Price(10_000 * draw(st.integers(0, 100))),
        change=Size(100 * draw(st.integers(-(10**9), 10**9))),
        exchange_at=Micros(1_000_000 * draw(st.integers(0, 4 * 10**9))),
    )


def in_cents(delta: BookDelta) -> bytes:
    """Return the delta as of 2023."""
    whole: dict[str, object] = {
        "price": delta.price // 10_000,
        "delta": delta.change // 100,
        "ts": (delta.exchange_at or 0) // 1_000_000,
    }
    return _frame(delta, whole)


def in_strings(delta: BookDelta) -> bytes:
    """Return the delta as of today."""
    exact: dict[str, object] = {
        "price_dollars": format_price(delta.price),
        "delta_fp": format_size(delta.change),
        "ts": format_instant(delta.exchange_at or Micros(0)),
        "ts_ms": 0,
    }
    return _frame(delta, exact)


def in_both(delta: BookDelta) -> bytes:
    """Return the delta as of the transition, its integers off by what they cannot express."""
    both: dict[str, object] = {
        "price": 1,
        "price_dollars": format_price(delta.price),
        "delta": 1,
        "delta_fp": format_size(delta.change),
        "ts": format_instant(delta.exchange_at or Micros(0)).replace("Z", "+00:00"),
    }
    return _frame(delta, both)


def _frame(delta: Message, numbers: dict[str, object]) -> bytes:
    assert isinstance(delta, BookDelta)
    body = {"market_ticker": delta.market_ticker, "side": delta.side.name.lower(), **numbers}
    head = {"type": "orderbook_delta", "sid": delta.sid, "seq": delta.seq, "msg": body}
    return msgspec.json.encode(head)

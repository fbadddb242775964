"""The exchange's frames as JSON shapes: all generations side by side, everything optional optional.

Names are the wire's. Keys that no reader needs are left out, so that the decoder skips them.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from playhead.history.kalshi.numbers import END_OF_TIME

Number = Annotated[int, Meta(ge=0, lt=2**53)]
Millis = Annotated[int, Meta(ge=0, lt=END_OF_TIME * 1000)]
Seconds = Annotated[int, Meta(ge=0, lt=END_OF_TIME)]
ExactLevels = list[tuple[str, str]] | None | UnsetType
"""``[["0.0800", "300.00"], ...]``: today's levels."""
MixedLevels = list[tuple[str, int | str]] | None | UnsetType
"""``[["0.0800", 300], ...]``: the levels of the transition."""
CentLevels = list[tuple[int, int]] | None | UnsetType
"""``[[8, 300], ...]``: cents and whole contracts."""


class Envelope(Struct, gc=False, tag_field="type"):
    """What surrounds every message."""

    sid: Number | None = None
    seq: Number | None = None
    id: Number | None = None
    sending_ts_ms: Millis | None = None


class AnyEnvelope(Struct, gc=False):
    """The envelope of a message whose type we do not know."""

    type: str
    sid: Number | None = None
    seq: Number | None = None
    id: Number | None = None
    sending_ts_ms: Millis | None = None


class SnapshotBody(Struct, gc=False):
    """A whole book."""

    market_ticker: str
    yes_dollars_fp: ExactLevels = UNSET
    no_dollars_fp: ExactLevels = UNSET
    yes_dollars: MixedLevels = UNSET
    no_dollars: MixedLevels = UNSET
    yes: CentLevels = UNSET
    no: CentLevels = UNSET
    ts: Seconds | str | None = None
    ts_ms: Millis | None = None


class DeltaBody(Struct, gc=False):
    """One change."""

    market_ticker: str
    side: str
    price_dollars: str | None = None
    delta_fp: str | None = None
    price: int | None = None
    delta: int | None = None
    ts: Seconds | str | None = None
    ts_ms: Millis | None = None


class TradeBody(Struct, gc=False):
    """One match."""

    trade_id: str
    market_ticker: str
    yes_price_dollars: str | None = None
    no_price_dollars: str | None = None
    count_fp: str | None = None
    yes_price: int | None = None
    no_price: int | None = None
    count: int | None = None
    taker_outcome_side: str | None = None
    taker_side: str | None = None
    is_block_trade: bool | None = None
    ts: Seconds | str | None = None
    ts_ms: Millis | None = None


class TickerBody(Struct, gc=False):
    """The top of a book and its totals."""

    market_ticker: str
    price_dollars: str | None = None
    yes_bid_dollars: str | None = None
    yes_ask_dollars: str | None = None
    volume_fp: str | None = None
    open_interest_fp: str | None = None
    price: int | None = None
    yes_bid: int | None = None
    yes_ask: int | None = None
    volume: int | None = None
    open_interest: int | None = None
    time: str | None = None
    ts: Seconds | str | None = None
    ts_ms: Millis | None = None


class PriceRange(Struct, gc=False):
    """One band of a price grid."""

    start: str
    end: str
    step: str


class Metadata(Struct, gc=False):
    """What a ``created`` message says about its market."""

    event_ticker: str | None = None
    title: str | None = None


class LifecycleBody(Struct, gc=False):
    """What happened to a market."""

    market_ticker: str
    event_type: str
    open_ts: Seconds | None = None
    close_ts: Seconds | None = None
    determination_ts: Seconds | None = None
    settled_ts: Seconds | None = None
    result: str | None = None
    settlement_value: str | None = None
    price_level_structure: str | None = None
    price_ranges: list[PriceRange] | None = None
    additional_metadata: Metadata | None = None


class EventBody(Struct, gc=False):
    """A new event."""

    event_ticker: str
    series_ticker: str | None = None
    title: str | None = None


class SubscribedBody(Struct, gc=False):
    """A subscription."""

    channel: str
    sid: Number


class AcknowledgedBody(Struct, gc=False):
    """The tickers that an ``ok`` lists."""

    market_tickers: list[str] | None = None


class ErrorBody(Struct, gc=False):
    """A refusal."""

    code: int
    msg: str = ""
    market_ticker: str | None = None


class Snapshot(Envelope, gc=False, kw_only=True, tag="orderbook_snapshot"):
    """``orderbook_snapshot``."""

    msg: Raw
    """Read in a second step, because a renamed side must not look like an empty one."""


class Delta(Envelope, gc=False, kw_only=True, tag="orderbook_delta"):
    """``orderbook_delta``."""

    msg: DeltaBody


class TradeFrame(Envelope, gc=False, kw_only=True, tag="trade"):
    """``trade``."""

    msg: TradeBody


class TickerFrame(Envelope, gc=False, kw_only=True, tag="ticker"):
    """``ticker``."""

    msg: TickerBody


class LifecycleFrame(Envelope, gc=False, kw_only=True, tag="market_lifecycle_v2"):
    """``market_lifecycle_v2``."""

    msg: LifecycleBody


class ComboLifecycleFrame(Envelope, gc=False, kw_only=True, tag="multivariate_market_lifecycle"):
    """``multivariate_market_lifecycle``."""

    msg: LifecycleBody


class EventFrame(Envelope, gc=False, kw_only=True, tag="event_lifecycle"):
    """``event_lifecycle``."""

    msg: EventBody


class SubscribedFrame(Envelope, gc=False, kw_only=True, tag="subscribed"):
    """``subscribed``."""

    msg: SubscribedBody


class AcknowledgedFrame(Envelope, gc=False, kw_only=True, tag="ok"):
    """``ok``."""

    msg: AcknowledgedBody | list[SubscribedBody] | None = None


class UnsubscribedFrame(Envelope, gc=False, kw_only=True, tag="unsubscribed"):
    """``unsubscribed``."""


class ErrorFrame(Envelope, gc=False, kw_only=True, tag="error"):
    """``error``."""

    msg: ErrorBody


Frame = (
    Delta
    | Snapshot
    | TradeFrame
    | TickerFrame
    | LifecycleFrame
    | ComboLifecycleFrame
    | EventFrame
    | SubscribedFrame
    | AcknowledgedFrame
    | UnsubscribedFrame
    | ErrorFrame
)

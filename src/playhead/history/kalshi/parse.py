"""A frame of the exchange to a value. Pure and total: whatever the bytes are, a value comes back.

The generation (integer cents, transition, exact strings) is chosen by the keys that a frame holds;
where several stand side by side the exact strings win. Prices are whole micro-dollars, $0 to $1.

=================================  ===================  =========================================
``type`` on the wire               value                evidence
=================================  ===================  =========================================
``orderbook_snapshot``             ``BookSnapshot``     captures of 2023, 2025 and 2026; AsyncAPI
``orderbook_delta``                ``BookDelta``        captures of 2023, 2025 and 2026; AsyncAPI
``trade``                          ``Trade``            captures of 2026-02 and 2026-05; AsyncAPI
``ticker``                         ``Ticker``           captures of 2026-02 and 2026-05; AsyncAPI
``market_lifecycle_v2``            ``MarketLifecycle``  captures of 2026-05; AsyncAPI
``multivariate_market_lifecycle``  ``MarketLifecycle``  captures of 2026-05; AsyncAPI
``event_lifecycle``                ``EventLifecycle``   captures of 2026-05; AsyncAPI
``subscribed``                     ``Subscribed``       captures of 2026-04 to 2026-06; AsyncAPI
``ok``                             ``Acknowledged``     captures of 2026-05; AsyncAPI
``unsubscribed``                   ``Unsubscribed``     AsyncAPI
``error``                          ``ErrorReply``       captures of 2026-04 and 2026-05; AsyncAPI
``event_fee_update``, indices,     ``Unknown``          not read: no book depends on them
private channels, anything else
=================================  ===================  =========================================

Source: Kalshi's AsyncAPI document of September 2026; public captures named by their month.
"""

from collections.abc import Callable
from typing import cast, get_args

import msgspec

from playhead.base.errors import Invalid
from playhead.history.kalshi import wire
from playhead.history.kalshi.book_frames import read_delta, read_snapshot
from playhead.history.kalshi.control_frames import (
    read_acknowledged,
    read_error,
    read_subscribed,
    read_unsubscribed,
)
from playhead.history.kalshi.market_frames import (
    read_event,
    read_lifecycle,
    read_ticker,
    read_trade,
)
from playhead.history.kalshi.messages import Message, Unknown, Unparsable

Reader = Callable[[wire.Envelope, bool], Message]

_READERS = cast(
    dict[type, Reader],
    {
        wire.Delta: read_delta,
        wire.Snapshot: read_snapshot,
        wire.TradeFrame: read_trade,
        wire.TickerFrame: read_ticker,
        wire.LifecycleFrame: read_lifecycle,
        wire.ComboLifecycleFrame: read_lifecycle,
        wire.EventFrame: read_event,
        wire.SubscribedFrame: read_subscribed,
        wire.AcknowledgedFrame: read_acknowledged,
        wire.UnsubscribedFrame: read_unsubscribed,
        wire.ErrorFrame: read_error,
    },
)
_FRAME: msgspec.json.Decoder[wire.Frame] = msgspec.json.Decoder(wire.Frame)
_ENVELOPE = msgspec.json.Decoder(wire.AnyEnvelope)
_READ_TYPES = frozenset(shape.__struct_config__.tag for shape in get_args(wire.Frame))
# UnicodeError and msgspec's decoding errors are both among these; deep nesting is the last.
_REFUSALS = (msgspec.MsgspecError, Invalid, ValueError, RecursionError)


def parse(frame: bytes | str, *, use_yes_price: bool = False) -> Message:
    """Return the meaning of one text frame. Never raises.

    Args:
        frame: The JSON, with or without the newline that the exchange appends.
        use_yes_price: The subscription asked for NO bids in YES prices; they come back here in
            NO's own price all the same.

    Returns:
        ``Unknown`` for a type that is not read; ``Unparsable``, with what the envelope still tells,
        for a frame that is torn, not JSON, short of a required field, or inexact.
    """
    try:
        shape = _FRAME.decode(frame)
        return _READERS[type(shape)](shape, use_yes_price)
    except _REFUSALS as refusal:
        return _explain(frame, refusal)


def _explain(frame: bytes | str, refusal: Exception) -> Message:
    reason = str(refusal) or type(refusal).__name__
    try:
        head = _ENVELOPE.decode(frame)
    except _REFUSALS:
        return Unparsable(reason=reason)
    if head.type in _READ_TYPES:
        return Unparsable(sid=head.sid, seq=head.seq, id=head.id, reason=reason)
    return Unknown(sid=head.sid, seq=head.seq, id=head.id, type=head.type)

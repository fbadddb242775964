"""Answers to our commands, and the ends of subscriptions."""

from playhead.history.kalshi import wire
from playhead.history.kalshi.errors import Unreadable
from playhead.history.kalshi.market_frames import sent_at
from playhead.history.kalshi.messages import Acknowledged, ErrorReply, Subscribed, Unsubscribed


def read_subscribed(frame: wire.SubscribedFrame, _use_yes_price: bool) -> Subscribed:
    """Return the new subscription; its number is the one inside the body."""
    return Subscribed(
        sid=frame.msg.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=sent_at(frame),
        channel=frame.msg.channel,
    )


def read_acknowledged(frame: wire.AcknowledgedFrame, _use_yes_price: bool) -> Acknowledged:
    """Return the ``ok``, with the tickers or the subscriptions that it lists."""
    body = frame.msg
    listed = body if isinstance(body, list) else []
    tickers = body.market_tickers if isinstance(body, wire.AcknowledgedBody) else None
    return Acknowledged(
        sid=frame.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=sent_at(frame),
        tickers=None if tickers is None else tuple(tickers),
        subscriptions=tuple((entry.channel, entry.sid) for entry in listed),
    )


def read_unsubscribed(frame: wire.UnsubscribedFrame, _use_yes_price: bool) -> Unsubscribed:
    """Return the end of a subscription.

    Raises:
        Unreadable: It does not say of which.
    """
    if frame.sid is None:
        raise Unreadable("an end of a subscription that does not say of which")
    return Unsubscribed(sid=frame.sid, seq=frame.seq, id=frame.id, sent_at=sent_at(frame))


def read_error(frame: wire.ErrorFrame, _use_yes_price: bool) -> ErrorReply:
    """Return the refusal."""
    return ErrorReply(
        sid=frame.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=sent_at(frame),
        code=frame.msg.code,
        text=frame.msg.msg,
        market_ticker=frame.msg.market_ticker,
    )

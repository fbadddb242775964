"""The exchange's wire protocol: frames to values, commands, signing, REST and WebSocket clients."""

from playhead.history.kalshi import commands
from playhead.history.kalshi.messages import (
    Acknowledged,
    BookDelta,
    BookSnapshot,
    ErrorReply,
    EventLifecycle,
    Levels,
    LifecycleEvent,
    MarketLifecycle,
    Message,
    Subscribed,
    Ticker,
    Trade,
    Unknown,
    Unparsable,
    Unsubscribed,
)
from playhead.history.kalshi.parse import parse
from playhead.history.kalshi.sequence import Gap, SequenceTracker, Verdict

__all__ = [
    "Acknowledged",
    "BookDelta",
    "BookSnapshot",
    "ErrorReply",
    "EventLifecycle",
    "Gap",
    "Levels",
    "LifecycleEvent",
    "MarketLifecycle",
    "Message",
    "SequenceTracker",
    "Subscribed",
    "Ticker",
    "Trade",
    "Unknown",
    "Unparsable",
    "Unsubscribed",
    "Verdict",
    "commands",
    "parse",
]

"""The exchange's wire protocol: frames to values, commands, signing, REST and WebSocket clients."""

from playhead.history.kalshi import commands
from playhead.history.kalshi.answers import (
    Answer,
    Question,
    decode_answer,
    encode_answer,
    encode_question,
)
from playhead.history.kalshi.backoff import Backoff
from playhead.history.kalshi.errors import (
    BadRequest,
    ConnectionEnded,
    ExchangeUnavailable,
    InvalidKey,
    NotAllowed,
    NotTaken,
    Refused,
    TooManyRequests,
    UnknownToExchange,
    Unreadable,
)
from playhead.history.kalshi.hosts import DEMO, PRODUCTION, Hosts, InvalidAddress
from playhead.history.kalshi.markets import MarketFacts, parse_market
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
from playhead.history.kalshi.numbers import PRICES, SIZES
from playhead.history.kalshi.parse import parse
from playhead.history.kalshi.rest import (
    BOOKS_RESOURCE,
    MOST_BOOKS,
    STATUS_RESOURCE,
    RestClient,
    RetryPolicy,
)
from playhead.history.kalshi.sequence import Gap, SequenceTracker, Verdict
from playhead.history.kalshi.signing import Signer
from playhead.history.kalshi.websocket import Closed, Connection, Listener, Patience, connect

__all__ = [
    "BOOKS_RESOURCE",
    "DEMO",
    "MOST_BOOKS",
    "PRICES",
    "PRODUCTION",
    "SIZES",
    "STATUS_RESOURCE",
    "Acknowledged",
    "Answer",
    "Backoff",
    "BadRequest",
    "BookDelta",
    "BookSnapshot",
    "Closed",
    "Connection",
    "ConnectionEnded",
    "ErrorReply",
    "EventLifecycle",
    "ExchangeUnavailable",
    "Gap",
    "Hosts",
    "InvalidAddress",
    "InvalidKey",
    "Levels",
    "LifecycleEvent",
    "Listener",
    "MarketFacts",
    "MarketLifecycle",
    "Message",
    "NotAllowed",
    "NotTaken",
    "Patience",
    "Question",
    "Refused",
    "RestClient",
    "RetryPolicy",
    "SequenceTracker",
    "Signer",
    "Subscribed",
    "Ticker",
    "TooManyRequests",
    "Trade",
    "Unknown",
    "UnknownToExchange",
    "Unparsable",
    "Unreadable",
    "Unsubscribed",
    "Verdict",
    "commands",
    "connect",
    "decode_answer",
    "encode_answer",
    "encode_question",
    "parse",
    "parse_market",
]

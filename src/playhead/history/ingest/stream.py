"""Connections and subscriptions as the ingest sees them."""

from playhead.base.time import Micros
from playhead.history.ingest.clocks import ReceiptClock
from playhead.history.ingest.live import Live
from playhead.history.ingest.orders import Orders
from playhead.history.kalshi import SequenceTracker


class Stream:
    """One subscription (sid) of one connection and the markets that are known through it.

    ``received_at`` and ``exchange_at`` are the newest times of its messages in order: nothing else
    vouches that none is missing, neither a pong nor a reply without a number.
    """

    __slots__ = (
        "awaiting",
        "connection",
        "exchange_at",
        "is_doubted",
        "lapsed",
        "last_frame",
        "lives",
        "received_at",
        "sid",
    )

    def __init__(self, connection: int, sid: int) -> None:
        self.connection = connection
        self.sid = sid
        self.lives: dict[str, Live] = {}
        self.lapsed: set[str] = set()
        """Markets subscribed here whose book is not known until their next snapshot."""
        self.awaiting: list[Live] = []
        """Snapshots without an exchange time: valid from the next time that this sid tells."""
        self.received_at: Micros | None = None
        self.exchange_at: Micros | None = None
        self.last_frame = b""
        """The newest numbered message, to tell a copy of it from another one."""
        self.is_doubted = False
        """Whether a frame came that nobody can read and that may be of this sid."""

    def heard(self, received_at: Micros | None, frame: bytes) -> None:
        """Note a numbered message: all before it is here."""
        if received_at is not None and (self.received_at is None or received_at > self.received_at):
            self.received_at = received_at
        self.last_frame = frame
        self.is_doubted = False

    def told(self, exchange_at: Micros | None) -> None:
        """Note the exchange's time in a numbered message."""
        if exchange_at is not None and (self.exchange_at is None or exchange_at > self.exchange_at):
            self.exchange_at = exchange_at


class Connection:
    """One socket: its sequence numbers, its subscriptions, and commands not yet answered."""

    __slots__ = ("clock", "number", "orders", "sequence", "streams", "use_yes_price")

    def __init__(self, number: int, *, use_yes_price: bool = False) -> None:
        self.number = number
        self.use_yes_price = use_yes_price
        self.sequence = SequenceTracker()
        self.streams: dict[int, Stream] = {}
        self.orders = Orders()
        self.clock = ReceiptClock()

    def stream(self, sid: int) -> Stream:
        """Return the subscription ``sid``, known from its first message on."""
        found = self.streams.get(sid)
        if found is None:
            found = self.streams[sid] = Stream(self.number, sid)
        return found

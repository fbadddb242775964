"""What ended the knowledge of one or many markets at once."""

from dataclasses import dataclass

import msgspec

from playhead.base.time import Micros


class Before(msgspec.Struct, frozen=True, array_like=True):
    """Where a page of incidents goes on: at those that come after this one, the newest first."""

    detected_at: Micros
    capture_id: int = -1
    connection: int = -1
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which incidents: noticed in `[since, until)`.

    Attributes:
        cause: Only these; None: whatever the cause.
        is_open: Only those that have markets without a book still (True), or none (False).
    """

    since: Micros
    until: Micros
    cause: str | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """How many markets were hit on one matching engine; ``exchange_index`` None: nobody said."""

    exchange_index: int | None
    markets: int


@dataclass(frozen=True, slots=True)
class Incident:
    """What one connection lost at one instant for one reason, over all its subscriptions.

    Attributes:
        incident_id: That of its first subscription.
        received_to: The last good instant by our clock: the earliest of its subscriptions'.
        detected_at: When the end of knowledge was noticed.
        markets: How many intervals it ended.
        healed: How many of those markets have a book again.
        healed_at: Since when the last of these has; None: none has.
        examples: Tickers of some of them, at most five.
    """

    incident_id: int
    cause: str
    capture_id: int
    capture: str
    recorder: str
    connection: int
    sids: tuple[int, ...]
    received_to: Micros | None
    detected_at: Micros
    markets: int
    healed: int
    healed_at: Micros | None
    shards: tuple[Shard, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a market that it hit has no book again yet."""
        return self.healed < self.markets

    @property
    def place(self) -> Before:
        """Where it stands in the list."""
        return Before(self.detected_at, self.capture_id, self.connection, self.cause)

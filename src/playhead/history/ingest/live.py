"""One market's book while it is followed: levels, clocks, and the run of events being gathered.

Pure: no clock, no I/O. This is the hottest code of the ingest, hence plain slots and integers.
"""

from playhead.base.time import Micros
from playhead.history.ingest.batch import Batch, Closed, Ending, Keyframe, Planned, Verified
from playhead.history.ingest.grid import DOLLAR, Grid
from playhead.history.ingest.watch import Watch

EVENTS_A_SEGMENT = 2048
"""Twice as many would save less than 0.1 bytes an event and take twice as long to read."""

EVENTS_A_KEYFRAME = 256


class Live:
    """A market inside one proven interval.

    ``levels`` maps level codes to sizes; None until it is needed again after a restart.
    ``received_at`` and ``exchange_at`` are running maxima: a clock that steps back stands still.
    """

    __slots__ = (
        "exchange_at",
        "exchange_first",
        "first_position",
        "from_position",
        "grid",
        "last_position",
        "levels",
        "market_id",
        "may_cross",
        "received_at",
        "received_first",
        "run_events",
        "since_keyframe",
        "stream_key",
        "ticker",
        "top",
        "verified",
        "watch",
    )

    def __init__(
        self,
        ticker: str,
        market_id: int,
        from_position: int,
        stream_key: tuple[int, int],
        levels: dict[int, int] | None,
    ) -> None:
        self.ticker = ticker
        self.market_id = market_id
        self.from_position = from_position
        self.stream_key = stream_key
        self.levels = levels
        self.last_position = from_position
        self.received_at: Micros | None = None
        self.exchange_at: Micros | None = None
        self.run_events = 0
        self.first_position = 0
        self.received_first: Micros | None = None
        self.exchange_first: Micros | None = None
        self.since_keyframe = 0
        self.verified = Verified(from_position, None, None)
        """Where a snapshot last agreed with the book; the opening one counts."""
        self.grid: Grid | None = None
        """Prices that can be, in micro-dollars; None where nobody can tell."""
        self.top = [DOLLAR, DOLLAR]
        """No YES and no NO bid is higher, in micro-dollars: bounds that tighten when looked at."""
        self.may_cross = False
        """Whether the bounds sum to a dollar or more, so that somebody must look."""
        self.watch: Watch | None = None
        """What a REST book is compared with, while one is."""

    @property
    def is_between_runs(self) -> bool:
        """Whether its next event begins a run that is not the first of the interval."""
        return self.run_events == 0 and self.last_position != self.from_position

    def move_clocks(self, received_at: Micros | None, exchange_at: Micros | None) -> None:
        """Move the running maxima on to the times of an event."""
        if received_at is not None and (self.received_at is None or received_at > self.received_at):
            self.received_at = received_at
        if exchange_at is not None and (self.exchange_at is None or exchange_at > self.exchange_at):
            self.exchange_at = exchange_at

    def keyframe(self, before_position: int) -> Keyframe:
        """Return the book as it stands, to be found by what comes before ``before_position``."""
        assert self.levels is not None
        self.since_keyframe = 0
        return Keyframe(
            market_id=self.market_id,
            before_position=before_position,
            position=self.last_position,
            received_at=self.received_at,
            exchange_at=self.exchange_at,
            levels=dict(self.levels),
        )

    def count(self, position: int) -> bool:
        """Note that the event at ``position`` was applied; tell whether its run is now full."""
        if self.run_events == 0:
            self.first_position = position
            self.received_first = self.received_at
            self.exchange_first = self.exchange_at
        self.run_events += 1
        self.since_keyframe += 1
        self.last_position = position
        return self.run_events >= EVENTS_A_SEGMENT

    def plan(self, batch: Batch) -> None:
        """End the run of events here, if there is one: it becomes a segment."""
        if not self.run_events:
            return
        batch.planned.append(
            Planned(
                market_id=self.market_id,
                first_position=self.first_position,
                last_position=self.last_position,
                from_position=self.from_position,
                events=self.run_events,
                received_first=self.received_first,
                received_last=self.received_at,
                exchange_first=self.exchange_first,
                exchange_last=self.exchange_at,
            )
        )
        self.run_events = 0

    def close(self, batch: Batch, received_to: Micros | None, ending: Ending) -> None:
        """End the interval at the last instants that are known to be whole.

        ``received_to`` None: at its last event. By the exchange's clock the end may be before its
        first instant: then none is known by it.
        """
        self.plan(batch)
        batch.closed.append(
            Closed(
                self.market_id,
                self.from_position,
                self.last_position,
                self.received_at if received_to is None else received_to,
                self._known_to(ending.exchange_to),
                ending,
            )
        )

    def agree(self, received_at: Micros | None, exchange_at: Micros | None = None) -> None:
        """Note that the exchange, at these times, says what the book is now.

        Later changes count at ``exchange_at`` or later; None: nothing of the kind is known.
        """
        at = self.received_at
        if at is None or (received_at is not None and received_at > at):
            at = received_at
        told = self.exchange_at
        if told is not None and exchange_at is not None and exchange_at > told:
            told = exchange_at
        self.verified = Verified(self.last_position, at, told)

    def begin_exchange_clock(self, at: Micros) -> None:
        """Note from when on, by the exchange's clock, the interval holds."""
        self.move_clocks(None, at)
        if self.verified.exchange_at is None:
            self.verified = self.verified._replace(exchange_at=at)

    def withdraw(self, batch: Batch, received_to: Micros | None, ending: Ending) -> None:
        """End the interval just before the exchange last agreed with it, or at ``received_to``.

        The book was contradicted, and therefore wrong already. ``received_to`` is how far its
        subscription vouches for it, whoever agreed; None: not at all.
        """
        self.plan(batch)
        position, received_at, exchange_at = self.verified
        if received_at is None or received_to is None:
            received_to = None
        else:
            received_to = Micros(min(received_at - 1, received_to))
        batch.closed.append(
            Closed(
                self.market_id,
                self.from_position,
                position,
                received_to,
                None if exchange_at is None else Micros(exchange_at - 1),
                ending,
            )
        )

    def tighten(self) -> bool:
        """Look at the best bids; tell whether they sum to a dollar or more."""
        assert self.levels is not None
        best = [0, 0]
        for code in self.levels:
            if code >> 1 > best[code & 1]:
                best[code & 1] = code >> 1
        self.top = best
        self.may_cross = bool(best[0] and best[1]) and best[0] + best[1] >= DOLLAR
        return self.may_cross

    def _known_to(self, exchange_to: Micros | None) -> Micros | None:
        """Return the interval's last exchange instant; one before its first if it has none."""
        if self.exchange_at is None or exchange_to is not None:
            return None if self.exchange_at is None else exchange_to
        return Micros(self.exchange_at - 1)

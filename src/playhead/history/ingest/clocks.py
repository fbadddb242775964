"""Whether the times of receipt on one connection can be relied on. Pure.

Two things make them useless: a backlog, so that what comes now is old, and a clock that is set
back, so that instants come twice. Neither loses anything by the exchange's clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.ingest.limits import Limits

_NEVER = Micros(-(1 << 62))
LAG = "lag"
CLOCK_STEP = "clock_step"


@dataclass(frozen=True, slots=True)
class ClockFault:
    """A stretch of our clock on one connection; ``received_to`` is None while it lasts."""

    connection: int
    received_from: Micros
    received_to: Micros | None
    cause: str


class OurClock:
    """The clock that all connections of a capture share.

    One that was silent, or not yet open, before it was set back tells its instants twice too.

    Attributes:
        peak: The latest time of all records.
        former: The same before the newest record that is no frame.
        is_back: Whether it was set back and has not come to the peak again.
    """

    __slots__ = ("former", "is_back", "peak")

    def __init__(self) -> None:
        self.former = self.peak = Micros(0)
        self.is_back = False

    def tells_again(self, at: Micros, limits: Limits) -> bool:
        """Take in the time of the next record; tell whether it had been reached before."""
        self.former = self.peak
        if at >= self.peak:
            self.peak, self.is_back = at, False
        elif self.peak - at > limits.clock_step:
            self.is_back = True
        return self.is_back


class ReceiptClock:
    """The times at which one connection's frames were received.

    Attributes:
        newest: The latest time of all frames: a clock that steps back stands still.
        quickest: The smallest time that a message took, by both clocks: their offset, and the way.
        slowest: The longest that one may take; nothing may while there is a fault.
        lagging_from: Since when frames come late; None while they do not.
        stepped_to: The lowest time since our clock was last set back; None once it has caught up.
    """

    __slots__ = ("lagging_from", "newest", "quickest", "slowest", "stepped_to")

    def __init__(self) -> None:
        self.newest: Micros = _NEVER
        self.quickest: int = -_NEVER
        self.slowest: int = _NEVER
        self.lagging_from: Micros | None = None
        self.stepped_to: Micros | None = None

    @property
    def is_lagging(self) -> bool:
        """Whether what comes now is old."""
        return self.lagging_from is not None

    def hear(
        self, at: Micros, sent_at: Micros | None, limits: Limits, number: int, ours: OurClock
    ) -> Iterator[ClockFault]:
        """Take in the times of a frame; give the faults that begin, end or grow by it."""
        if ours.tells_again(at, limits):
            yield from self._again(at, ours.peak, number)
        elif at >= self.newest:
            if self.stepped_to is not None:  # nobody knows how far it had got when it was set back
                yield ClockFault(number, self.stepped_to, Micros(at - 1), CLOCK_STEP)
            if sent_at is not None:
                yield from self._travelled(at, at - sent_at, limits, number)
            self.newest, self.stepped_to = at, None

    def end(self, number: int) -> ClockFault | None:
        """Return how a fault that lasts ends with its connection."""
        if self.lagging_from is None:
            return None
        return ClockFault(number, self.lagging_from, self.newest, LAG)

    def _again(self, at: Micros, peak: Micros, number: int) -> Iterator[ClockFault]:
        if self.stepped_to is None or at < self.stepped_to:
            self.stepped_to = at
            self.slowest = _NEVER
            yield ClockFault(number, at, peak, CLOCK_STEP)

    def _travelled(
        self, at: Micros, took: int, limits: Limits, number: int
    ) -> Iterator[ClockFault]:
        self.quickest = min(took, self.quickest)
        is_late = took - self.quickest > limits.lag
        self.slowest = _NEVER if is_late else self.quickest + limits.lag
        if is_late and self.lagging_from is None:
            self.lagging_from = Micros(max(self.newest, 0) + 1)
            yield ClockFault(number, self.lagging_from, None, LAG)
        if not is_late and self.lagging_from is not None:
            began, self.lagging_from = self.lagging_from, None
            yield ClockFault(number, began, Micros(max(began, at - 1)), LAG)

"""From where on something that is odd counts as a fault. Times are microseconds."""

from dataclasses import dataclass

from playhead.base.time import MICROS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of patience of an ingest. The same captures and limits give the same tape.

    Attributes:
        lag: How much longer than the quickest message of its connection one may have travelled;
            beyond it, a time of receipt tells nothing about the exchange's book.
        clock_step: How far our clock may go back before its instants count as told twice.
        crossed: How long the best bids of both sides may sum to a dollar or more, by the
            exchange's clock; between the messages of one match they do for a moment.
        crossed_changes: The same, in changes of the market.
        rest_tolerance: How long after a REST answer the socket may still bring what it shows.
        audited_changes: A market that changes more often while a REST book is awaited cannot be
            compared with it.
    """

    lag: int = 5 * MICROS_PER_SECOND
    clock_step: int = MICROS_PER_SECOND // 10
    crossed: int = MICROS_PER_SECOND
    crossed_changes: int = 100
    rest_tolerance: int = 5 * MICROS_PER_SECOND
    audited_changes: int = 10_000

"""The generic cell rate algorithm, in integers of microseconds. Pure.

A bucket is a *debt*: the time until it is empty again. Each request adds one interval to it, time
takes it away, and it may never be more than the capacity, which is what the burst takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from playhead.base.time import MICROS_PER_SECOND, Micros


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` requests in every ``per_seconds``, of which ``burst`` may come at once.

    In any span of time at most ``burst + count * span / per_seconds`` are allowed.
    """

    count: int
    per_seconds: int
    burst: int

    def __post_init__(self) -> None:
        if min(self.count, self.per_seconds, self.burst) < 1:
            raise ValueError("a rate has a count, a span and a burst of at least 1")

    @property
    def interval(self) -> int:
        """Microseconds from one request to the next, rounded up so that none slips in."""
        return -(-self.per_seconds * MICROS_PER_SECOND // self.count)

    @property
    def capacity(self) -> int:
        """The debt, in microseconds, of a bucket that takes nothing more."""
        return self.interval * self.burst

    def divided(self, parts: int) -> "Rate":
        """Return the share of one of ``parts`` that do not know of each other."""
        if parts == 1:
            return self
        return Rate(self.count, self.per_seconds * parts, max(self.burst // parts, 1))


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is counted together: all requests of ``key`` under the limit ``name``.

    Attributes:
        name: Names the limit to the client: letters, digits, ``-``, ``_`` and ``.``.
        key: Any text; what is hostile in it hurts nobody. Never sent to the client.
        rate: How many are allowed.
    """

    name: str
    key: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Decision:
    """How one bucket stands after a request, in microseconds and requests.

    Attributes:
        allowed: Whether the request was allowed; one that was not is not counted.
        remaining: How many more would be allowed at once now.
        retry_after: Until one more is allowed; 0 where ``remaining`` is not.
        reset: Until the whole burst is there again, if nothing more comes.
    """

    allowed: bool
    remaining: int
    retry_after: int
    reset: int


def gcra(tat: Micros, now: Micros, rate: Rate) -> Decision:
    """Decide one request of one bucket.

    Args:
        tat: When the bucket is empty (its theoretical arrival time); any past time if it is new.
        now: By the same clock. The new ``tat`` is ``now + reset``.
        rate: The bucket's.
    """
    allowed, debts = charge([tat - now], [rate])
    return standing(debts[0], rate, allowed=allowed)


def charge(debts: Sequence[int], rates: Sequence[Rate]) -> tuple[bool, list[int]]:
    """Take one request from every bucket, or from none if one of them is full.

    Returns:
        Whether it was taken, and the debts afterwards. Debts that no history of a bucket explains
        (a clock stepped, its rate was lowered) count as a full bucket, not as a longer ban.
    """
    held = [min(max(debt, 0), rate.capacity) for debt, rate in zip(debts, rates, strict=True)]
    after = [debt + rate.interval for debt, rate in zip(held, rates, strict=True)]
    if any(debt > rate.capacity for debt, rate in zip(after, rates, strict=True)):
        return False, held
    return True, after


def standing(debt: int, rate: Rate, *, allowed: bool) -> Decision:
    """Return how a bucket stands that owes ``debt`` after a request."""
    room = rate.capacity - debt
    return Decision(
        allowed=allowed,
        remaining=room // rate.interval,
        retry_after=max(rate.interval - room, 0),
        reset=debt,
    )

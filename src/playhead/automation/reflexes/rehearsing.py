"""What rehearses a reflex: the port that its endpoint asks."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from playhead.automation.reflexes.model import Reflex
from playhead.base.time import Micros

MOST_RUN: Final = 100
"""Firings of one rehearsal whose skill is run."""


@dataclass(frozen=True, slots=True)
class Firing:
    """When a reflex would have fired.

    Attributes:
        at: The instant of the event (by the recorder's clock, as live).
        source_id: The same that the live event has: by it both can be compared.
        payload: What the skill would have been given as ``event``, with the book.
        facts: What the condition looked at.
    """

    at: Micros
    ticker: str
    source_id: str
    payload: Mapping[str, object]
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A stretch in which a market's book was not known: that nothing fired there says nothing."""

    ticker: str
    since: Micros
    until: Micros
    cause: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rehearsal is."""

    at: Micros
    looked_at: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a reflex would have done in `[since, until)`.

    Attributes:
        firings: In order, at most as many as were asked for.
        has_more: Whether there would have been more: then ``until`` is where it stopped.
        matched: How many times the condition came to hold.
        not_fired: Of those, how many did not fire, by reason.
        looked_at: Moments of the tape.
        unknown: Where books were not known, market by market.
    """

    since: Micros
    until: Micros
    firings: Sequence[Firing]
    has_more: bool
    matched: int
    not_fired: Mapping[str, int]
    looked_at: int
    unknown: Sequence[Unknown] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is rehearsed: `[since, until)`, up to ``most`` firings; ``execute``: they are run."""

    since: Micros
    until: Micros
    most: int
    execute: bool = False


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a reflex would have done; ``executions``, by ``source_id``, where that was run."""

    rehearsal: Rehearsal
    executions: Mapping[str, UUID] = field(default_factory=dict)


class Rehearsing(Protocol):
    """Runs a reflex over the past."""

    async def rehearse(
        self, reflex: Reflex, *, since: Micros, until: Micros, most: int
    ) -> Rehearsal:
        """Return what the reflex would have done, by its rules as they are now.

        Raises:
            MarketUnknown: One of its markets was never recorded.
            Invalid: The interval is empty or too long.
        """
        ...

    def stream(
        self, reflex: Reflex, *, since: Micros, until: Micros, most: int
    ) -> AsyncGenerator[Firing | Unknown | Progress | Rehearsal, None]:
        """Give the same as it is found; last comes the rehearsal, without what was given before."""
        ...

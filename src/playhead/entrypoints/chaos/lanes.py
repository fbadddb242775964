"""The connections that faults are done to: what each records, and whether that is whole."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf

from playhead.base.time import Micros
from playhead.entrypoints.chaos.following import Following, Known, Place
from playhead.entrypoints.chaos.switchboard import Switchboard
from playhead.history.exchange import Exchange
from playhead.history.exchange.simulated import Status

LOOK_SECONDS = 0.01
_TRADED = frozenset({Status.INITIALIZED, Status.ACTIVE, Status.INACTIVE})


@dataclass(frozen=True, slots=True)
class Lane:
    """One connection with a subscription to books.

    Attributes:
        number: As the exchange counts it.
        place: Where it is recorded.
        sid: Of the books.
        feeds: Of everything else that the connection carries.
        tickers: Its markets that are not over.
        changes: Of those markets since the beginning.
    """

    number: int
    place: Place
    sid: int
    feeds: tuple[int, ...]
    tickers: frozenset[str]
    changes: int


class Lanes:
    """Looks at the exchange from one side and at the tape from the other."""

    def __init__(
        self,
        exchange: Exchange,
        switchboard: Switchboard,
        following: Following,
        captures: Sequence[int],
    ) -> None:
        self.exchange = exchange
        self.captures = captures
        self._switchboard = switchboard
        self._following = following

    @property
    def known(self) -> Known:
        """What the tape knows."""
        return self._following.known

    @property
    def now(self) -> Micros:
        """Exchange time."""
        return self.exchange.simulation.now

    def of_capture(self, capture: int) -> list[Lane]:
        """Return the connections that one recorder has now."""
        return [
            lane
            for number, place in self._switchboard.places.items()
            if place[0] == capture and (lane := self._lane(number, place)) is not None
        ]

    def is_whole(self, lane: Lane) -> bool:
        """Tell whether the tape knows every book of a connection."""
        return lane.tickers <= self.known.on(lane.place).keys()

    def is_recorded(self, tickers: Iterable[str], capture: int) -> bool:
        """Tell whether the tape knows these books by one recorder, as far as they still trade."""
        return self.traded(tickers) <= self.known.of_capture(capture).keys()

    def traded(self, tickers: Iterable[str]) -> frozenset[str]:
        """Return those of ``tickers`` that are not over."""
        markets = self.exchange.simulation.venue.markets
        return frozenset(
            ticker
            for ticker in tickers
            if ticker in markets and markets[ticker].listing.status in _TRADED
        )

    def open_markets(self) -> list[str]:
        """Return the markets that trade now."""
        markets = self.exchange.simulation.venue.markets
        return [one.ticker for one in markets.values() if one.listing.status is Status.ACTIVE]

    async def until(self, claim: Callable[[], bool], seconds: float = inf) -> bool:
        """Wait until ``claim`` holds, at most so long; tell whether it does."""
        clock = asyncio.get_running_loop()
        late = clock.time() + seconds
        while not claim():
            if clock.time() > late:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def _lane(self, number: int, place: Place) -> Lane | None:
        sids = self.exchange.faults.books_of(number)
        if not sids:
            return None
        held = self.exchange.connections[number].session.subscriptions
        feeds = tuple(sid for sid in held if sid != sids[0])
        tickers = self.traded(held[sids[0]].tickers or ())
        markets = self.exchange.simulation.venue.markets
        changes = sum(markets[ticker].deltas for ticker in tickers)
        return Lane(number, place, sids[0], feeds, tickers, changes) if tickers else None

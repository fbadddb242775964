"""Waits until a fault has been told and everything that it hit is whole again."""

import asyncio
from collections.abc import Callable, Sequence
from math import inf

from playhead.base.time import Micros
from playhead.entrypoints.chaos.following import Place
from playhead.entrypoints.chaos.judging import ALL, Happened
from playhead.entrypoints.chaos.kinds import EXPECTED, Kind, Telling
from playhead.entrypoints.chaos.lanes import LOOK_SECONDS, Lane, Lanes
from playhead.entrypoints.worker import now_micros
from playhead.history.exchange import Injected

QUIET_SECONDS = 0.1
WHOLE_SECONDS = 60.0
SETTLED = 300_000
"""Microseconds after which something would have been told, had it been taken for a fault."""
ONE_MARKET = frozenset(
    {Kind.LOSE_SILENTLY, Kind.ALTER_SIZE, Kind.OFF_GRID, Kind.CROSS, Kind.NEGATIVE}
)
"""Faults that falsify one book and leave the others of the subscription as they are."""
_ONE_BY_ONE = frozenset({Kind.DROP, Kind.SWAP})
"""Faults of several frames: what the last of them does shows later."""


class Watch:
    """Looks at the tape from just before a fault until it is over."""

    def __init__(
        self,
        lanes: Lanes,
        kind: Kind,
        captures: Sequence[int],
        told_seconds: float,
        lane: Lane | None = None,
        *,
        reaches_back: int = 0,
    ) -> None:
        """Look at what is known now: on ``lane``, else on every connection of ``captures``.

        ``told_seconds``: how long to wait until it has been told;
        ``reaches_back``: microseconds before now that the fault concerns too.
        """
        self._lanes = lanes
        self._kind = kind
        self._captures = captures
        self._told_seconds = told_seconds
        self._lane = lane
        self._at = Micros(lanes.now - reaches_back)
        known = lanes.known
        self._open: dict[tuple[Place, str], int] = {
            (place, ticker): start
            for place, books in known.books.items()
            if self._concerns(place)
            for ticker, start in books.items()
        }
        self._clock_faults = known.clock_faults
        self._tickers = lanes.traded({ticker for _, ticker in self._open})

    def is_whole(self) -> bool:
        """Tell whether everything that was known is known again, or is over."""
        tickers = self._tickers if self._lane is None else self._lane.tickers
        return all(self._lanes.is_recorded(tickers, capture) for capture in self._captures)

    async def until_over(self, injected: Injected | None = None) -> Happened:
        """Return the fault as it happened, once it has been told and has healed."""
        at = self._at if injected is None else injected.at
        hit = frozenset(injected.tickers) if injected and self._kind in ONE_MARKET else None
        ends_at = None if injected is None else injected.until
        await self._lanes.until(self._is_told(hit, ends_at), self._told_seconds)
        is_healed = await self._until_quiet()
        return Happened(
            self._kind,
            at=at,
            until=now_micros(),
            capture=self._captures[0] if len(self._captures) == 1 else None,
            connection=None if self._lane is None else self._lane.place[1],
            tickers=hit,
            loses=injected is None or injected.loses,
            open=frozenset(self._open.values()),
            is_healed=is_healed,
            ends_at=ends_at,
        )

    def _concerns(self, place: Place) -> bool:
        return place[0] in self._captures if self._lane is None else place == self._lane.place

    def _is_told(self, hit: frozenset[str] | None, ends_at: Micros | None) -> Callable[[], bool]:
        expected = EXPECTED[self._kind]
        settled_at = max(now_micros(), ends_at or 0) + SETTLED
        match expected.telling:
            case Telling.COVERAGE if self._kind in _ONE_BY_ONE:
                return lambda: self._have_ended(hit) and self._is_past(settled_at)
            case Telling.COVERAGE:
                return lambda: self._have_ended(hit)
            case Telling.CLOCK:
                return lambda: self._is_clock_fault(expected.causes) and self._is_past(settled_at)
            case _:
                return lambda: self._is_past(settled_at)

    def _have_ended(self, hit: frozenset[str] | None) -> bool:
        books = self._lanes.known.books
        return not any(
            books.get(place, {}).get(ticker) == start
            for (place, ticker), start in self._open.items()
            if hit is None or ticker in hit
        )

    def _is_clock_fault(self, causes: frozenset[str]) -> bool:
        return any(
            cause in causes and (self._concerns(place) or place[1] == ALL)
            for place, cause, _ in self._lanes.known.clock_faults - self._clock_faults
        )

    def _is_past(self, at: int) -> bool:
        return self._lanes.known.as_of >= at

    async def _until_quiet(self) -> bool:
        """Wait until everything has been whole for a moment; tell whether that came."""
        clock = asyncio.get_running_loop()
        late, since = clock.time() + WHOLE_SECONDS, inf
        while clock.time() < late:
            if not self.is_whole():
                since = inf
            elif clock.time() - since >= QUIET_SECONDS:
                return True
            else:
                since = min(since, clock.time())
            await asyncio.sleep(LOOK_SECONDS)
        return False

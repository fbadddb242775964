"""The exchange in service: a simulation that keeps pace with a clock, and those connected to it."""

import asyncio
from collections.abc import Callable
from itertools import count

from playhead.base.time import MICROS_PER_SECOND, Micros, format_instant
from playhead.history.exchange.server.connection import Connection
from playhead.history.exchange.server.faults import Faults
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.options import ExchangeOptions
from playhead.history.exchange.simulated import Happening, Simulation

Clock = Callable[[], Micros]
Observer = Callable[[Happening], None]

_TICK_SECONDS = 0.02
_LONGEST_SLICE = MICROS_PER_SECOND // 5


class Exchange:
    """One simulated exchange and its connections.

    Args:
        clock: UTC microseconds of exchange time; the simulation follows it.

    ``observers`` are called with everything that happens, after it was sent. ``faults`` is how to
    make something go wrong.
    """

    def __init__(self, options: ExchangeOptions, start: Micros, clock: Clock) -> None:
        self.options = options
        self.simulation = Simulation(
            seed=options.seed, start=start, markets=options.markets, rate=options.rate
        )
        self.hub = Hub(self.simulation)
        self.connections: dict[int, Connection] = {}
        self.faults = Faults(self.simulation, self.hub, self.connections)
        self.observers: list[Observer] = []
        self._clock = clock
        self._numbers = count(1)

    def admit(self, connection: Connection) -> int:
        """Take a connection in and return its number, counted from 1."""
        number = next(self._numbers)
        self.connections[number] = connection
        return number

    def dismiss(self, number: int) -> None:
        """Forget a connection that has ended."""
        self.connections.pop(number).session.close()
        self.faults.forget(number)

    async def keep_pace(self) -> None:
        """Follow the clock in small steps until cancelled."""
        while True:
            target = self._clock()
            while self.simulation.now < target:
                self.step(Micros(min(target, self.simulation.now + _LONGEST_SLICE)))
                await asyncio.sleep(0)
            await asyncio.sleep(_TICK_SECONDS)

    def step(self, until: Micros) -> None:
        """Let exchange time pass up to ``until`` and send what happened."""
        happenings = self.simulation.advance(until)
        self.hub.publish(happenings)
        self.faults.release_due()
        for observer in self.observers:
            for happening in happenings:
                observer(happening)

    def status(self) -> dict[str, object]:
        """Return what an operator wants to see, flat."""
        venue, now = self.simulation.venue, self.simulation.now
        return {
            "exchange_time": format_instant(now),
            "behind_seconds": round((self._clock() - now) / MICROS_PER_SECOND, 3),
            "markets": len(venue.markets),
            "connections": len(self.connections),
            "changes": venue.change_count,
            "trades": venue.trade_count,
        }

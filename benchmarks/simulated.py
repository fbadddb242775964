"""Frames of the simulated exchange without a socket, as fast as they can be made."""

from collections.abc import Iterator
from random import Random

from benchmarks.captures import Received
from playhead.base.time import MICROS_PER_SECOND, Micros, Nanos
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.options import ExchangeOptions
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.server.subscription import Channel
from playhead.history.exchange.simulated import Market, Simulation

START = Micros(1_780_000_000 * MICROS_PER_SECOND)
MARKETS = 200
RATE = 500.0
SLICE = MICROS_PER_SECOND // 1000
_ON_THE_WAY = 36_000  # microseconds, the median of a recording
_JITTER = 2_000


class _Sink:
    """Where a session puts its frames."""

    is_full = False

    def __init__(self) -> None:
        self.frames: list[str] = []

    def put(self, frame: str) -> None:
        self.frames.append(frame)

    def take(self) -> list[str]:
        taken, self.frames = self.frames, []
        return taken


class Feed:
    """One connection to a simulated exchange that subscribes to everything.

    The same arguments give the same frames. Receive times never step back.
    """

    def __init__(self, *, seed: int = 1, rate: float = RATE) -> None:
        self._simulation = Simulation(seed=seed, start=START, markets=MARKETS, rate=rate)
        self._hub, self._sink, self._dice = Hub(self._simulation), _Sink(), Random(seed)
        self.tickers = list(self._simulation.venue.markets)
        self._session = Session(self._simulation, self._hub, self._sink, ExchangeOptions())
        self._books = self._session.open(Channel.BOOK, is_filtered=True)
        self._subscribe()

    @property
    def now(self) -> Micros:
        """Exchange time."""
        return self._simulation.now

    def market(self, ticker: str) -> Market:
        """Return a market as it is now."""
        return self._simulation.venue.markets[ticker]

    def send_snapshot(self, number: int) -> None:
        """Let the exchange answer a ``get_snapshot`` of one market, of each in turn."""
        ticker = self.tickers[number % len(self.tickers)]
        self._session.send_snapshot(self._books, ticker, id=number)

    def frames(self, count: int) -> Iterator[Received]:
        """Yield ``count`` frames."""
        received_at = START
        while True:
            for frame in self._sink.take():
                arrival = self.now + _ON_THE_WAY + int(self._dice.expovariate(1 / _JITTER))
                received_at = Micros(max(received_at + self._dice.randrange(1, 60), arrival))
                yield Nanos(received_at * 1000 + self._dice.randrange(1000)), frame.encode()
                count -= 1
                if not count:
                    return
            self._hub.publish(self._simulation.advance(Micros(self.now + SLICE)))

    def _subscribe(self) -> None:
        self._books.add(self.tickers)
        for ticker in self.tickers:
            self._hub.listen(self._books, ticker)
            self._session.send_snapshot(self._books, ticker)
        for channel in (Channel.TRADE, Channel.TICKER, Channel.LIFECYCLE):
            self._hub.listen_to_all(self._session.open(channel, is_filtered=False))


def simulated_frames(count: int, *, seed: int = 1) -> Iterator[Received]:
    """Yield ``count`` frames of 200 markets: books, trades, tickers and lifecycle."""
    return Feed(seed=seed).frames(count)

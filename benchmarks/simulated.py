"""Frames of the simulated exchange without a socket, as fast as they can be made."""

from collections.abc import Iterator
from random import Random

from benchmarks.captures import Received
from playhead.base.time import MICROS_PER_SECOND, Micros, Nanos
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.options import ExchangeOptions
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.server.subscription import Channel
from playhead.history.exchange.simulated import Simulation

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


def simulated_frames(count: int, *, seed: int = 1) -> Iterator[Received]:
    """Yield ``count`` frames of 200 markets: books, trades, tickers and lifecycle.

    The same arguments give the same frames. Receive times never step back.
    """
    simulation = Simulation(seed=seed, start=START, markets=MARKETS, rate=RATE)
    hub, sink, dice = Hub(simulation), _Sink(), Random(seed)
    _subscribe(simulation, hub, sink)
    received_at = START
    while True:
        for frame in sink.take():
            arrival = simulation.now + _ON_THE_WAY + int(dice.expovariate(1 / _JITTER))
            received_at = Micros(max(received_at + dice.randrange(1, 60), arrival))
            yield Nanos(received_at * 1000 + dice.randrange(1000)), frame.encode()
            count -= 1
            if not count:
                return
        hub.publish(simulation.advance(Micros(simulation.now + SLICE)))


def _subscribe(simulation: Simulation, hub: Hub, sink: _Sink) -> None:
    session = Session(simulation, hub, sink, ExchangeOptions())
    tickers = list(simulation.venue.markets)
    book = session.open(Channel.BOOK, is_filtered=True)
    book.add(tickers)
    for ticker in tickers:
        hub.listen(book, ticker)
        session.send_snapshot(book, ticker)
    for channel in (Channel.TRADE, Channel.TICKER, Channel.LIFECYCLE):
        hub.listen_to_all(session.open(channel, is_filtered=False))

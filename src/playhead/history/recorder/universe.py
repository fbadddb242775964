"""Which markets are to be recorded now. Pure: the clock is an argument.

A market is wanted from a little before it opens until a while after it is determined. Opening and
closing are announced by nobody, so both come from the clock; the end comes from the lifecycle, from
the REST list, or, where neither says it, from a long time after the close.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.kalshi import LifecycleEvent, MarketFacts, MarketLifecycle

_ENDED = frozenset({"determined", "disputed", "amended", "finalized", "settled"})
_OPEN = "active"
_ALWAYS = Micros(0)
_NEVER = Micros(2**62)


@dataclass(frozen=True, slots=True)
class Turn:
    """What changed: markets to start recording and markets to stop recording."""

    start: list[str]
    stop: list[str]


@dataclass(slots=True)
class _Market:
    open_at: Micros | None
    close_at: Micros | None
    is_open: bool = False
    ended_at: Micros | None = None
    reminder_at: Micros | None = None


@dataclass(frozen=True, slots=True)
class Margins:
    """How much longer than it is open a market is recorded, in seconds."""

    before_open: float
    after_end: float
    after_close: float


class Universe:
    """The markets that are known, and when each is wanted."""

    def __init__(self, margins: Margins, accepts: Callable[[str], bool] = lambda _: True) -> None:
        self._before_open = _micros(margins.before_open)
        self._after_end = _micros(margins.after_end)
        self._after_close = _micros(margins.after_close)
        self._accepts = accepts
        self._markets: dict[str, _Market] = {}
        self._wanted: set[str] = set()
        self._due: list[tuple[Micros, str]] = []

    @property
    def known(self) -> int:
        """How many markets are known."""
        return len(self._markets)

    @property
    def wanted_count(self) -> int:
        """How many markets are recorded since the last turn."""
        return len(self._wanted)

    @property
    def wanted(self) -> frozenset[str]:
        """The markets that are recorded since the last turn."""
        return frozenset(self._wanted)

    def learn(self, facts: MarketFacts, now: Micros) -> None:
        """Take in what REST says.

        It can be some seconds old, so it does not reopen what has only just ended.
        """
        if facts.is_combo or not self._accepts(facts.ticker):
            return
        ended = facts.status in _ENDED
        if ended and facts.ticker not in self._markets:
            return
        market = self._market(facts.ticker)
        market.open_at, market.close_at = facts.open_at, facts.close_at
        market.is_open = facts.status == _OPEN
        if ended:
            market.ended_at = market.ended_at or now
        elif market.ended_at is not None and market.ended_at + self._after_end <= now:
            market.ended_at = None
        self._look_at(facts.ticker)

    def hear(self, message: MarketLifecycle, now: Micros) -> None:
        """Take in what a lifecycle message says."""
        if message.is_combo or not self._accepts(message.market_ticker):
            return
        match message.event:
            case LifecycleEvent.CREATED:
                market = self._market(message.market_ticker)
                market.open_at, market.close_at = message.open_at, message.close_at
            case LifecycleEvent.CLOSE_DATE_UPDATED:
                market = self._market(message.market_ticker)
                market.close_at = message.close_at
                if message.close_at is not None and message.close_at > now:
                    market.ended_at = None
            case LifecycleEvent.ACTIVATED:
                self._market(message.market_ticker).ended_at = None
            case LifecycleEvent.DETERMINED | LifecycleEvent.SETTLED:
                self._end(message.market_ticker, now)
            case _:
                return
        self._look_at(message.market_ticker)

    def gone(self, tickers: Iterable[str], now: Micros) -> None:
        """Take in that the exchange does not list these markets any more."""
        for ticker in tickers:
            self._end(ticker, now)
            self._look_at(ticker)

    def turn(self, now: Micros) -> Turn:
        """Return what changed up to ``now`` since the last turn."""
        changed = Turn([], [])
        while self._due and self._due[0][0] <= now:
            self._decide(heapq.heappop(self._due)[1], now, changed)
        return changed

    def _decide(self, ticker: str, now: Micros, changed: Turn) -> None:
        market = self._markets.get(ticker)
        if market is None:
            return
        start, stop = self._span(market)
        if start <= now < stop:
            if ticker not in self._wanted:
                self._wanted.add(ticker)
                changed.start.append(ticker)
            self._remind(market, stop, ticker)
        elif now >= stop:
            del self._markets[ticker]
            if ticker in self._wanted:
                self._wanted.remove(ticker)
                changed.stop.append(ticker)
        else:
            self._remind(market, start, ticker)

    def _span(self, market: _Market) -> tuple[Micros, Micros]:
        opens = market.open_at
        start = _ALWAYS if market.is_open or opens is None else opens - self._before_open
        stop = _NEVER if market.close_at is None else market.close_at + self._after_close
        if market.ended_at is not None:
            stop = min(stop, market.ended_at + self._after_end)
        return Micros(start), Micros(stop)

    def _market(self, ticker: str) -> _Market:
        return self._markets.setdefault(ticker, _Market(open_at=None, close_at=None))

    def _end(self, ticker: str, now: Micros) -> None:
        market = self._markets.get(ticker)
        if market is not None and market.ended_at is None:
            market.ended_at = now

    def _look_at(self, ticker: str) -> None:
        heapq.heappush(self._due, (_ALWAYS, ticker))

    def _remind(self, market: _Market, at: Micros, ticker: str) -> None:
        if at < _NEVER and at != market.reminder_at:
            market.reminder_at = at
            heapq.heappush(self._due, (at, ticker))


def _micros(seconds: float) -> int:
    return int(seconds * MICROS_PER_SECOND)

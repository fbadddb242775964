"""A recorded past for templates: one market with a book, one in a gap, no other."""

from dataclasses import dataclass, field

from playhead.automation.timeline import (
    BookNow,
    Candle,
    CandleInterval,
    MarketUnknown,
    TradeNow,
)
from playhead.base.time import Micros


@dataclass
class Recorded:
    """Remembers what it was asked."""

    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def book(self, ticker: str, at: Micros) -> BookNow:
        self.asked.append(("book", ticker, at))
        if ticker == "GAP":
            return BookNow(ticker, False, "gap", None, None, None)
        if ticker != "RAIN":
            raise MarketUnknown(ticker)
        yes, no = ((550_000, 1_000), (540_000, 250)), ((440_000, 300),)
        return BookNow(ticker, True, None, 5, at, None, yes, no)

    async def trades(self, ticker: str, *, until: Micros, most: int) -> list[TradeNow]:
        self.asked.append(("trades", ticker, until, most))
        if ticker != "RAIN":
            raise MarketUnknown(ticker)
        return [TradeNow("t1", ticker, until, None, 455_050, 250, "yes", False)]

    async def candles(
        self, ticker: str, *, until: Micros, interval: CandleInterval, most: int
    ) -> list[Candle]:
        self.asked.append(("candles", ticker, until, interval, most))
        end = Micros(60_000_000)
        return [Candle(Micros(0), end, 500_000, 560_000, 490_000, 550_000, 1_234, 7)]

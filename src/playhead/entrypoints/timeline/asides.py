"""What happens beside the book: trades and changes of status. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from playhead.automation.timeline import Moment, StatusChanged, Traded, TradeNow
from playhead.base.time import Micros


@dataclass(frozen=True, slots=True)
class Aside:
    """A trade or a change of status.

    Attributes:
        key: Tells it from others of its market at the same instant.
    """

    market_id: int
    received_at: Micros
    key: str
    moment: Traded | StatusChanged

    @classmethod
    def of_trade(cls, market_id: int, trade: TradeNow) -> "Aside":
        """Return a trade as one."""
        assert trade.received_at is not None
        moment = Traded(
            ticker=trade.ticker,
            trade_id=trade.trade_id,
            received_at=trade.received_at,
            exchange_at=trade.exchange_at,
            yes_price=trade.yes_price,
            size=trade.size,
            taker_side=trade.taker_side,
            is_block=trade.is_block,
        )
        return cls(market_id, trade.received_at, trade.trade_id, moment)

    @classmethod
    def of_status(cls, market_id: int, ticker: str, at: Micros, status: str) -> "Aside":
        """Return a change of status as one."""
        return cls(market_id, at, f"is {status}", StatusChanged(ticker, at, None, status))


def woven(events: Sequence[Moment], asides: Iterable[Aside]) -> Iterator[tuple[Moment, str | None]]:
    """Give both in order, and the keys of the asides: each after all that was received no later."""
    waiting = iter(asides)
    aside = next(waiting, None)
    for event in events:
        while aside is not None and aside.received_at < event.received_at:
            yield aside.moment, aside.key
            aside = next(waiting, None)
        yield event, None
    while aside is not None:
        yield aside.moment, aside.key
        aside = next(waiting, None)

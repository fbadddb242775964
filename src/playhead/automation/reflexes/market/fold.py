"""One market as its moments tell it: the book, the one before, the status. Pure.

Several reflexes on a market share one.
"""

from playhead.automation.reflexes.market.facts import (
    UNKNOWN,
    Top,
    book_facts,
    previous_facts,
    top_of,
)
from playhead.automation.timeline import (
    DOLLAR,
    BookChanged,
    BookClosed,
    BookOpened,
    Level,
    Moment,
    StatusChanged,
    Traded,
)

BOOK, TRADE, LIFECYCLE = "book", "trade", "lifecycle"
NO_PRICE = -1


class MarketFold:
    """Takes one moment after the other.

    Attributes:
        top: The book in short; ``UNKNOWN`` while nothing is known.
        previous: The book before the newest moment that changed it.
        position: Of the last event in the book.
        from_position: Of the interval that proves it.
        received_at, exchange_at: Of that event.
    """

    __slots__ = (
        "_best",
        "_facts",
        "_no",
        "_yes",
        "event_ticker",
        "exchange_at",
        "from_position",
        "position",
        "previous",
        "previous_status",
        "received_at",
        "status",
        "ticker",
        "top",
    )

    def __init__(self, ticker: str, event_ticker: str | None = None) -> None:
        self.ticker = ticker
        self.event_ticker = event_ticker
        self.status: str | None = None
        self.previous_status: str | None = None
        self.top = self.previous = UNKNOWN
        self.position: int | None = None
        self.from_position: int | None = None
        self.received_at: int | None = None
        self.exchange_at: int | None = None
        self._yes: dict[int, int] = {}
        self._no: dict[int, int] = {}
        self._best = [NO_PRICE, NO_PRICE]
        self._facts: dict[str, object] | None = None

    def take(self, moment: Moment) -> str | None:
        """Take a moment into account; return its kind, or None if nothing can be judged by it."""
        if type(moment) is BookChanged:
            self._change(moment)
            return BOOK
        if type(moment) is Traded:
            return TRADE
        if type(moment) is BookOpened:
            self._open(moment)
            return BOOK
        if type(moment) is StatusChanged:
            self.previous_status, self.status = self.status, moment.status
            self._facts = None
            return LIFECYCLE
        assert type(moment) is BookClosed
        self._show(UNKNOWN)
        return None

    def facts(self, moment: Moment, kind: str) -> dict[str, object]:
        """Return what a condition can look at, just after ``moment``.

        Where the moment left the book alone, the book before it is the same.
        """
        if self._facts is None:
            self._facts = book_facts(self.top) | previous_facts(self.previous)
            self._facts["market.ticker"] = self.ticker
            self._facts["market.event_ticker"] = self.event_ticker
            self._facts["market.status"] = self.status
        facts = self._facts
        facts["at"], facts["kind"] = moment.received_at, kind
        if kind == BOOK:
            return facts
        aside = facts | previous_facts(self.top)
        if type(moment) is Traded:
            return aside | _trade_facts(moment)
        aside["market.previous_status"] = self.previous_status
        return aside

    def levels(self, most: int) -> tuple[list[Level], list[Level]]:
        """Return the best levels of both sides, best first; none while nothing is known."""
        if not self.top.known:
            return [], []
        yes, no = (sorted(side.items(), reverse=True)[:most] for side in (self._yes, self._no))
        return yes, no

    def _open(self, moment: BookOpened) -> None:
        self._yes, self._no = dict(moment.yes), dict(moment.no)
        self._best = [max(self._yes, default=NO_PRICE), max(self._no, default=NO_PRICE)]
        self.from_position = moment.from_position
        self._stand(moment)
        self._show(top_of(self._yes, self._no, (self._best[0], self._best[1])))

    def _change(self, moment: BookChanged) -> None:
        index = 0 if moment.side == "yes" else 1
        levels = self._no if index else self._yes
        price = moment.price
        size = levels.get(price, 0) + moment.delta
        if size > 0:
            levels[price] = size
            if price > self._best[index]:
                self._best[index] = price
        else:
            levels.pop(price, None)
            if price == self._best[index]:
                self._best[index] = max(levels, default=NO_PRICE)
        self._stand(moment)
        self._show(top_of(self._yes, self._no, (self._best[0], self._best[1])))

    def _stand(self, moment: BookOpened | BookChanged) -> None:
        self.position = moment.position
        self.received_at, self.exchange_at = moment.received_at, moment.exchange_at

    def _show(self, top: Top) -> None:
        self.previous, self.top = self.top, top
        self._facts = None


def _trade_facts(trade: Traded) -> dict[str, object]:
    return {
        "trade.id": trade.trade_id,
        "trade.price": trade.yes_price,
        "trade.no_price": DOLLAR - trade.yes_price,
        "trade.size": trade.size,
        "trade.taker_side": trade.taker_side,
        "trade.is_block": trade.is_block,
    }

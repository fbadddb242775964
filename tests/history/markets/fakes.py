"""Markets in memory, with the questions of the real repository."""

from collections.abc import Sequence
from dataclasses import dataclass

from playhead.history.markets import Market, MarketNotFound, MarketStatus


def market(ticker: str, *, number: int = 1, **facts: object) -> Market:
    described: dict[str, object] = {
        "event_ticker": ticker.rpartition("-")[0] or None,
        "title": f"Title of {ticker}",
        "status": MarketStatus.ACTIVE,
        "open_at": None,
        "close_at": None,
        "first_received_at": None,
        "last_received_at": None,
        "recording": False,
        "events": 0,
    }
    return Market(market_id=number, ticker=ticker, **(described | facts))  # type: ignore[arg-type]


@dataclass
class FakeMarkets:
    """Filters and pages like the real one."""

    known: Sequence[Market] = ()

    async def find(self, ticker: str) -> Market:
        for each in self.known:
            if each.ticker == ticker:
                return each
        raise MarketNotFound(ticker)

    async def list(
        self,
        *,
        status: MarketStatus | None,
        event: str | None,
        search: str | None,
        after: str | None,
        limit: int,
    ) -> list[Market]:
        found = self._passing(status, event, search)
        later = [each for each in found if after is None or each.ticker > after]
        return sorted(later, key=lambda each: each.ticker)[:limit]

    async def count(
        self, *, status: MarketStatus | None, event: str | None, search: str | None
    ) -> int:
        return len(self._passing(status, event, search))

    def _passing(
        self, status: MarketStatus | None, event: str | None, search: str | None
    ) -> Sequence[Market]:
        return [
            each
            for each in self.known
            if status in {None, each.status}
            and event in {None, each.event_ticker}
            and (search is None or search.lower() in f"{each.ticker} {each.title}".lower())
        ]

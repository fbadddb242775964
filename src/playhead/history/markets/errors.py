"""What can be wrong with a question about a market."""

from playhead.base.errors import NotFound


class MarketNotFound(NotFound):
    """No market of this name has been seen by any recording here."""

    code = "market.not_found"

    def __init__(self, ticker: str) -> None:
        super().__init__(f"no market {ticker!r} has been recorded here", ticker=ticker)

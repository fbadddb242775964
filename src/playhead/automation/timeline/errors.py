"""What can be wrong with a question about the past."""

from playhead.base.errors import Invalid, NotFound


class MarketUnknown(NotFound):
    """No market of this name has been recorded here."""

    code = "market.not_found"

    def __init__(self, ticker: str) -> None:
        super().__init__(f"no market {ticker!r} has been recorded here", ticker=ticker)


class IntervalInvalid(Invalid):
    """Candles are made of certain intervals only."""

    code = "candles.interval_invalid"

    def __init__(self, given: str, known: str) -> None:
        super().__init__(
            f"{given!r} is no interval of candles: use one of {known}", field="interval"
        )

"""The numbers of markets: small, given in order of first sight, one tape one numbering."""


class MarketRegistry:
    """Tickers to numbers. Not persistent by itself: new numbers are committed with their batch."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers
        self._last = max(numbers.values(), default=0)

    def number(self, ticker: str) -> tuple[int, bool]:
        """Return the market's number, and whether it was given just now."""
        found = self._numbers.get(ticker)
        if found is not None:
            return found, False
        self._last += 1
        self._numbers[ticker] = self._last
        return self._last, True

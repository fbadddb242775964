"""Books that somebody else misses: when to ask for them, and when asking does not help. Pure."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

_ENOUGH = 3
_FRESH = 10


@dataclass(frozen=True, slots=True)
class _Missed:
    times: int
    at: float


class MissedBooks:
    """Remembers which books were asked for, and which are missed in spite of it."""

    def __init__(self, again_seconds: float) -> None:
        """``again_seconds`` have to pass before a book is asked for again."""
        self._again = again_seconds
        self._asked: dict[str, float] = {}
        self._missed: dict[str, _Missed] = {}

    def asked(self, tickers: Iterable[str], now: float) -> None:
        """Take in that snapshots were asked for, whatever for."""
        self._asked.update(dict.fromkeys(tickers, now))

    def take(
        self, tickers: Iterable[str], without: Container[str], now: float
    ) -> tuple[list[str], list[str]]:
        """Return the markets to ask for, and those that have to be put in anew.

        The former were not asked for lately. The latter were missed for three times as long as an
        answer takes to help, and it did not.
        """
        self._forget(now)
        ask: list[str] = []
        renew: list[str] = []
        for ticker in tickers:
            if ticker in without or not self._counts(ticker, now):
                continue
            if self._missed[ticker].times > _ENOUGH:
                del self._missed[ticker]
                renew.append(ticker)
            elif ticker not in self._asked:
                ask.append(ticker)
        return ask, renew

    def _counts(self, ticker: str, now: float) -> bool:
        """Count that a book is missed, unless it was counted lately."""
        missed = self._missed.get(ticker)
        if missed is not None and now - missed.at < self._again:
            return False
        times = 1 if missed is None else missed.times + 1
        self._missed[ticker] = _Missed(times, now)
        return True

    def _forget(self, now: float) -> None:
        asked, missed = now - self._again, now - self._again * _FRESH
        self._asked = {ticker: at for ticker, at in self._asked.items() if at > asked}
        self._missed = {ticker: each for ticker, each in self._missed.items() if each.at > missed}

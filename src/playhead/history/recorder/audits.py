"""Which books are asked for although they are known, and when. Pure.

It is done for two reasons. The answer is a message in sequence, so that books which do not change
are vouched for up to now; and it says what the book is, so that one which is wrong is found out.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.rounds import Rounds

_HASTE = 10
_MOST_DOUBLINGS = 6


def markets_each(options: RecorderOptions, subscriptions: int) -> int:
    """Return how many markets each of so many subscriptions audits at a time; at least one."""
    together = options.audits_per_second * options.audit_seconds
    return max(1, int(together / max(1, subscriptions)))


@dataclass(frozen=True, slots=True)
class _Silence:
    times: int
    until: float


class Audits:
    """The audits of one subscription.

    Attributes:
        is_on: Whether the exchange does such a thing at all.
    """

    def __init__(self, options: RecorderOptions, share: Callable[[], int]) -> None:
        """``share`` tells how many markets to ask for at a time."""
        self._between = options.audit_seconds
        self._leave_alone = options.silent_market_seconds
        self._share = share
        self._rounds = Rounds()
        self._silent: dict[str, _Silence] = {}
        self._due: float | None = None
        self._last = float("-inf")
        self.is_on = True

    def is_due(self, now: float) -> bool:
        """Whether it is time for the next one; the first is due after one interval."""
        if self._due is None:
            self._due = now + self._between
        return now >= self._due

    def take(self, held: Collection[str], occupied: set[str], now: float) -> list[str]:
        """Return the markets whose turn it is now; none of those ``occupied``, none that is silent.

        The pace is kept however late it is asked; what was missed is not made up for.
        """
        due = now if self._due is None else self._due
        self._due = max(due + self._between, now + self._between / 2)
        self._last = now
        left_out = {ticker for ticker in self._silent if self.is_silent(ticker, now)}
        return self._rounds.take(held, self._share(), occupied | left_out)

    def hurry(self, now: float) -> None:
        """Let the next one be due at once, unless the last one has only just been."""
        self._due = min(self._due or now, max(now, self._last + self._between / _HASTE))

    def silence(self, tickers: Iterable[str], now: float) -> None:
        """Take in that markets do not answer: leave them alone, for longer each time."""
        for ticker in tickers:
            times = self._silent[ticker].times + 1 if ticker in self._silent else 0
            until = now + self._leave_alone * 2 ** min(times, _MOST_DOUBLINGS)
            self._silent[ticker] = _Silence(times, until)

    def is_silent(self, ticker: str, now: float) -> bool:
        """Whether a market did not answer lately."""
        return ticker in self._silent and self._silent[ticker].until > now

    def forget(self, tickers: Iterable[str]) -> None:
        """Take in that markets have left."""
        for ticker in tickers:
            self._silent.pop(ticker, None)

    def hear(self, ticker: str) -> None:
        """Take in that a market's book came."""
        self._silent.pop(ticker, None)

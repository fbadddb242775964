"""A tape in memory, with the questions of the real one."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from playhead.base.time import Micros
from playhead.history.markets import MarketNotFound
from playhead.history.rewind import BookAnswer, Clock, InstantInFuture, Run


@dataclass
class FakeRewind:
    """Answers with what it was given; ``asked`` and ``closed`` tell what happened."""

    answer: BookAnswer | None = None
    recorded: Sequence[Run] = ()
    asked: list[dict[str, object]] = field(default_factory=list)
    closed: int = 0

    async def book(
        self, ticker: str, *, at: Micros | None, clock: Clock, now: Micros
    ) -> BookAnswer:
        self.asked.append({"ticker": ticker, "at": at, "clock": clock, "now": now})
        if at is not None and at > now:
            raise InstantInFuture(at=at, now=now)
        if self.answer is None or ticker != self.answer.ticker:
            raise MarketNotFound(ticker)
        return replace(self.answer, clock=clock, at=self.answer.at if at is None else at)

    async def runs(
        self, ticker: str, *, since: Micros, until: Micros, clock: Clock, now: Micros
    ) -> AsyncIterator[Run]:
        self.asked.append({"ticker": ticker, "since": since, "until": until, "clock": clock})
        if self.answer is None or ticker != self.answer.ticker:
            raise MarketNotFound(ticker)
        try:
            for run in self.recorded:
                if run.until > since and run.since < until:
                    yield run
        finally:
            self.closed += 1

"""One market's past by one clock, read within one lent connection."""

from collections.abc import AsyncIterator, Sequence

from playhead.base.time import Micros
from playhead.history.coverage import Explainer, Stories, Story
from playhead.history.rewind.errors import ChangesMoved
from playhead.history.rewind.holes import Hole, holes_between
from playhead.history.rewind.model import BookAnswer, Clock, Run
from playhead.history.rewind.telling import book_at, certificate_of, changes_of, proven, unknown
from playhead.history.tape import (
    NO_EVENTS,
    BookPoint,
    Piece,
    Stretch,
    TapeReader,
    joined,
    opening_point,
    point_after_all,
    running_times,
    stitched,
)
from playhead.storage.postgres import Transaction

MOST_TRADES = 100
"""As many trades as an answer shows of those that happened while nothing was known."""


class Past:
    """Tells what is known of a market by one clock, and why the rest is not.

    Each statement sees the tape as it is at its time: an open interval grows between two of them.
    """

    def __init__(
        self, transaction: Transaction, market_id: int, clock: Clock, *, now: Micros
    ) -> None:
        self._tape = TapeReader(transaction)
        self._stories = Stories(transaction)
        self._market_id = market_id
        self._clock = clock
        self._by_exchange = clock is Clock.EXCHANGE
        self._now = now

    async def book(self, ticker: str, at: Micros | None) -> BookAnswer:
        """Return the answer for ``at``, or for the newest proven instant."""
        asked = at if at is not None else (await self._nearest(None))[0] or self._now
        while True:
            found = await self._point(asked)
            if found is not None:
                return self._known(ticker, asked, *found)
            last, following = await self._nearest(asked)
            if last != asked:  # else it became known in the meantime
                return await self._unknown(ticker, Hole(asked, Micros(asked + 1), last, following))

    async def runs(self, since: Micros, until: Micros) -> AsyncIterator[Run]:
        """Give the stretches of `[since, until)`, proven and unknown, in order, without a hole."""
        found = await self._tape.stretches(
            self._market_id, since, until, by_exchange=self._by_exchange
        )
        pieces = stitched(found, since, until)
        holes = await self._holes(pieces, since, until)
        explainer = await self._explainer(holes)
        parts: list[Piece | Hole] = [*pieces, *holes]
        for part in sorted(parts, key=lambda part: part.since):
            if isinstance(part, Piece):
                async for run in self._data(part):
                    yield run
            else:
                for run in part.runs(explainer):
                    yield run

    def _known(self, ticker: str, at: Micros, stretch: Stretch, point: BookPoint) -> BookAnswer:
        certificate = certificate_of(stretch.interval, point)
        return BookAnswer(ticker, at, self._clock, proven(stretch), book_at(point), certificate)

    async def _unknown(self, ticker: str, hole: Hole) -> BookAnswer:
        """Return the answer for the one instant of ``hole``, with what is known around it."""
        before = None if hole.last is None else await self._point(hole.last)
        after = None if hole.following is None else await self._point(hole.following)
        absence = next(hole.absences(await self._explainer([hole])))
        trades = await self._tape.trades_between(
            self._market_id,
            hole.last,
            hole.following,
            by_exchange=self._by_exchange,
            limit=MOST_TRADES,
        )
        return BookAnswer(
            ticker,
            hole.since,
            self._clock,
            unknown(absence),
            None,
            last_known=None if before is None else book_at(before[1]),
            next_known=None if after is None else book_at(after[1]),
            trades_between=trades,
        )

    async def _point(self, at: Micros) -> tuple[Stretch, BookPoint] | None:
        return await self._tape.point(self._market_id, at, by_exchange=self._by_exchange)

    async def _nearest(self, at: Micros | None) -> tuple[Micros | None, Micros | None]:
        return await self._tape.nearest(self._market_id, at, by_exchange=self._by_exchange)

    async def _holes(self, pieces: Sequence[Piece], since: Micros, until: Micros) -> list[Hole]:
        """Return what ``pieces`` leave open; for its ends it is looked up what lies beyond them."""
        last = following = None
        if not pieces or pieces[0].since > since:
            last = (await self._nearest(Micros(since - 1)))[0]
        if not pieces or pieces[-1].until < until:
            following = (await self._nearest(Micros(until - 1)))[1]
        return holes_between(pieces, since, until, last=last, following=following)

    async def _explainer(self, holes: Sequence[Hole]) -> Explainer:
        """Return what explains ``holes``, which are in order; without any, nothing is read."""
        if not holes:
            return Explainer(Story(self._now))
        last = holes[0].last
        story = await self._stories.of_market(
            self._market_id,
            None if last is None else Micros(last + 1),
            holes[-1].following,
            by_exchange=self._by_exchange,
            now=self._now,
        )
        return Explainer(story)

    async def _data(self, piece: Piece) -> AsyncIterator[Run]:
        """Give the changes of ``piece``, a segment or so at a time.

        Events at one instant stay together: the last instant of what was read is held back until
        the events after it are seen.
        """
        coverage, interval = proven(piece.stretch), piece.stretch.interval
        point, since = await self._point_before(piece), piece.since
        held, position = NO_EVENTS, point.position
        while True:
            columns = await self._tape.run_after(interval, position)
            held = joined(held, columns)
            times = running_times(held, point, by_exchange=self._by_exchange)
            if not len(columns) or times[-1] >= piece.until:
                kept = held.cut(0, int(times.searchsorted(piece.until)))
                yield Run(coverage, since, piece.until, book_at(point), changes_of(kept))
                return
            position = int(columns.position[-1])
            whole = int(times.searchsorted(times[-1]))
            if whole:
                end = Micros(int(times[-1]))
                kept = held.cut(0, whole)
                yield Run(coverage, since, end, book_at(point), changes_of(kept))
                point, since, held = point_after_all(point, kept), end, held.cut(whole, len(held))

    async def _point_before(self, piece: Piece) -> BookPoint:
        """Return the newest book from before ``piece`` of the interval that it is told from.

        Raises:
            ChangesMoved: The interval is no longer there.
        """
        if piece.stretch.began >= piece.since:
            return opening_point(piece.stretch.interval)
        point = await self._tape.point_in(
            piece.stretch.interval, Micros(piece.since - 1), by_exchange=self._by_exchange
        )
        if point is None:
            raise ChangesMoved
        return point

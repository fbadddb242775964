"""Rebuilt books held against what the exchange says they are.

A snapshot asked for over the socket comes in sequence: it must say exactly what the book is. A REST
book bears no time and no number: it must be what the book was at some moment between the request
and a while after the answer, because the socket may bring later what REST shows already. It is the
last match that an interval can fall back to only if the book did not change in between, and then
as of the request: nobody knows of which moment the answer is.
"""

from collections.abc import Callable
from urllib.parse import parse_qs

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.ingest.batch import Audit
from playhead.history.ingest.draft import Draft
from playhead.history.ingest.limits import Limits
from playhead.history.ingest.live import Live
from playhead.history.ingest.notes import facts_of_note
from playhead.history.ingest.rest import rest_books
from playhead.history.ingest.watch import Watch
from playhead.history.kalshi import Answer

SNAPSHOT, REST = "snapshot", "rest"
_UNANSWERED = 60 * MICROS_PER_SECOND
_LOOK_AGAIN = MICROS_PER_SECOND


class Audits:
    """The comparisons of one capture, under way and done."""

    def __init__(self, draft: Draft, limits: Limits) -> None:
        self._draft = draft
        self._limits = limits
        self.watched: dict[str, Live] = {}
        """Markets with a watch."""
        self.due: Micros | None = None
        """When the first watch ends."""

    def snapshot(
        self,
        live: Live,
        said: dict[int, int],
        at: Micros | None,
        told: Micros | None,
        offset: int,
    ) -> bool:
        """Hold a snapshot that came in sequence against the book; tell whether they agree.

        ``told`` is the newest time of the exchange's that its subscription has told.
        """
        agrees = self._draft.agrees(live, said)
        self._note(live, SNAPSHOT, live.last_position, None, at, offset, said, agrees)
        if agrees:
            self._draft.verify(live, at, told)
        return agrees

    def ask(self, payload: bytes, at: Micros | None) -> None:
        """Take in that a REST request for books is about to be sent."""
        note = facts_of_note(payload)
        path, query = note.get("get"), note.get("query")
        if not isinstance(path, str) or not isinstance(query, str) or at is None:
            return
        for ticker in parse_qs(query).get("tickers", ()):
            live = self._draft.owners.get(ticker)
            if live is not None:
                levels = dict(self._draft.levels(live))
                due = Micros(at + _UNANSWERED)
                live.watch = Watch((path, query), at, live.last_position, levels, due)
                self.watched[ticker] = live
        self._set_due()

    def answer(self, answer: Answer, at: Micros | None, offset: int) -> None:
        """Take in a REST answer that holds books."""
        request = (answer.path, answer.query)
        said = rest_books(answer)
        for ticker, live in sorted(self.watched.items()):
            watch = live.watch
            if watch is None or watch.request != request or watch.said is not None:
                continue
            watch.answered_at, watch.offset = at, offset
            if ticker not in said or at is None:
                self.drop(live)
            elif (position := watch.agreed_at(said[ticker])) is not None:
                self._matched(live, said[ticker], position)
            else:
                watch.said = said[ticker]
                watch.due = Micros(at + self._limits.rest_tolerance)
        self._set_due()

    def moved(self, live: Live) -> None:
        """Take in that a watched book has changed."""
        watch = live.watch
        assert watch is not None
        if watch.said is not None and live.levels == watch.said:
            self._matched(live, watch.said, live.last_position)
        elif len(watch.changes) > self._limits.audited_changes:
            self.drop(live)

    def expire(self, now: Micros, kept_up_to: Callable[[Live], Micros | None]) -> list[Live]:
        """End what is due by ``now``; return the markets whose book was never what REST said.

        ``kept_up_to`` tells when the subscription of a book was heard last; None: what it tells is
        old. Until one is heard again, what REST shows may still be on its way.
        """
        wrong = []
        for _, live in sorted(self.watched.items()):
            watch = live.watch
            if watch is None or watch.due is None or watch.due > now:
                continue
            heard_at = kept_up_to(live)
            if self._may_still_come(watch, heard_at):
                watch.due = Micros(now + _LOOK_AGAIN)
                continue
            if watch.said is not None and heard_at is not None:
                self._note_rest(live, watch, watch.said, live.last_position, agrees=False)
                wrong.append(live)
            self.drop(live)
        self._set_due()
        return wrong

    def restore(self, watches: dict[str, Watch]) -> None:
        """Go on with the comparisons that were under way before a restart."""
        for ticker, watch in watches.items():
            live = self._draft.owners.get(ticker)
            if live is not None:
                live.watch, self.watched[ticker] = watch, live
        self._set_due()

    def drop(self, live: Live) -> None:
        """End a comparison without a result."""
        live.watch = None
        self.watched.pop(live.ticker, None)

    def _matched(self, live: Live, said: dict[int, int], position: int) -> None:
        watch = live.watch
        assert watch is not None
        self._note_rest(live, watch, said, position, agrees=True)
        if not watch.changes:  # else it may agree by chance, with the book of another moment
            self._draft.verify(live, watch.asked_at)
        self.drop(live)

    def _may_still_come(self, watch: Watch, heard_at: Micros | None) -> bool:
        if watch.said is None or watch.answered_at is None or heard_at is None:
            return False
        return heard_at < watch.answered_at + self._limits.rest_tolerance

    def _note_rest(
        self, live: Live, watch: Watch, said: dict[int, int], position: int, *, agrees: bool
    ) -> None:
        at, offset = watch.answered_at, watch.offset
        self._note(live, REST, position, watch.asked_at, at, offset, said, agrees)

    def _note(
        self,
        live: Live,
        kind: str,
        position: int,
        asked_at: Micros | None,
        at: Micros | None,
        offset: int,
        said: dict[int, int],
        agrees: bool,
    ) -> None:
        self._draft.batch.audits.append(
            Audit(
                audit_id=self._draft.next_audit(),
                market_id=live.market_id,
                kind=kind,
                from_position=live.from_position,
                position=position,
                asked_at=asked_at,
                received_at=at,
                exchange_at=live.exchange_at,
                offset=offset,
                matches=agrees,
                said=said,
                held=None if agrees else dict(self._draft.levels(live)),
            )
        )

    def _set_due(self) -> None:
        ends = (live.watch.due for live in self.watched.values() if live.watch is not None)
        self.due = min((due for due in ends if due is not None), default=None)

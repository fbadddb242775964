"""How knowledge ends: where, why, for which markets, and that it was noticed."""

from collections.abc import Iterable

from playhead.base.time import Micros
from playhead.history.ingest.audits import Audits
from playhead.history.ingest.batch import Ending
from playhead.history.ingest.crossings import Crossings
from playhead.history.ingest.draft import Draft
from playhead.history.ingest.live import Live
from playhead.history.ingest.stream import Stream

END = "end_of_recording"
_WANTED = frozenset({END, "superseded", "unsubscribed"})
"""Nothing went wrong."""


class Endings:
    """Ends intervals. ``now`` is the time of the record that is being read."""

    def __init__(self, draft: Draft, audits: Audits, crossings: Crossings) -> None:
        self._draft = draft
        self._audits = audits
        self._crossings = crossings
        self.now: Micros | None = None
        self.last_heard: int | None = None
        """The connection that a recording ends with."""

    def close_stream(self, stream: Stream, cause: str) -> None:
        """End every interval of a subscription at its last message in order."""
        if stream.lives:
            ending = self._ending(stream, cause, len(stream.lives))
            for live in list(stream.lives.values()):
                self._close(live, stream, ending)
        stream.awaiting.clear()

    def close(self, live: Live, stream: Stream, cause: str) -> None:
        """End one interval at the last message in order of its subscription."""
        self._close(live, stream, self._ending(stream, cause, 1))

    def contradict(self, live: Live, stream: Stream, cause: str) -> None:
        """End an interval that was wrong already, nobody knows since when.

        What is left of it ends before the exchange last agreed with it.
        """
        self._draft.batch.counters[cause] += 1
        whole = before(stream.received_at)
        self._draft.withdraw(live, whole, self._ending(stream, cause, 1))
        self._let_go(live, stream)

    def remove(self, tickers: Iterable[str], stream: Stream) -> None:
        """End what was asked to be ended."""
        for ticker in tickers:
            live = stream.lives.get(ticker)
            if live is not None:
                self.close(live, stream, "unsubscribed")
            if ticker in stream.lapsed:
                stream.lapsed.discard(ticker)
                self._draft.mend(ticker, self.now)

    def _ending(self, stream: Stream, cause: str, markets: int) -> Ending:
        incident = None
        if cause not in _WANTED:
            whole = self._received_to(stream, cause)
            incident = self._draft.next_incident(stream, cause, whole, self.now, markets)
        is_whole = self._is_whole(stream, cause)
        return Ending(
            cause=cause,
            exchange_to=stream.exchange_at if is_whole else before(stream.exchange_at),
            detected_at=self.now,
            detected_exchange_at=stream.exchange_at,
            incident_id=incident,
        )

    def _close(self, live: Live, stream: Stream, ending: Ending) -> None:
        self._draft.close(live, self._received_to(stream, ending.cause), ending)
        self._let_go(live, stream)

    def _let_go(self, live: Live, stream: Stream) -> None:
        del stream.lives[live.ticker]
        stream.lapsed.add(live.ticker)
        self._crossings.drop(live)
        if live.watch is not None:
            self._audits.drop(live)

    def _received_to(self, stream: Stream, cause: str) -> Micros | None:
        """Return the last instant of our clock at which nothing can be missing."""
        is_whole = cause == "superseded" or self._is_whole(stream, cause)
        return stream.received_at if is_whole else before(stream.received_at)

    def _is_whole(self, stream: Stream, cause: str) -> bool:
        """Tell whether nothing that belongs to the very last instant can be missing."""
        return cause == "unsubscribed" or (cause == END and stream.connection == self.last_heard)


def before(at: Micros | None) -> Micros | None:
    """Return the instant before ``at``."""
    return None if at is None else Micros(at - 1)

"""What is said and heard on one connection. Pure: times are arguments, frames are values."""

from collections.abc import Sequence
from random import Random

from playhead.history.kalshi import (
    BookDelta,
    MarketLifecycle,
    Message,
    SequenceTracker,
    Unparsable,
    Verdict,
    commands,
)
from playhead.history.recorder.causes import End
from playhead.history.recorder.feeds import Feed
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Ears
from playhead.history.recorder.subscription import BookSubscription
from playhead.history.recorder.tallies import Tally

_BETWEEN_DOUBTS = 10.0


class Conversation:
    """One connection from its opening to its end: books, feeds, and the count of messages."""

    def __init__(
        self,
        options: RecorderOptions,
        feeds: Sequence[str],
        ears: Ears,
        random: Random,
        tally: Tally,
    ) -> None:
        self._ears = ears
        self._tally = tally
        self._ids = 0
        self._tracker = SequenceTracker()
        self._doubted_at = float("-inf")
        self.books = BookSubscription(options, random, tally, self._next_id)
        self._feeds = [
            Feed(channel, options.command_seconds, random, self._next_id) for channel in feeds
        ]

    @property
    def fault(self) -> End | None:
        """Why the connection has to be given up; None while it need not."""
        faults = [self.books.fault, *(feed.fault for feed in self._feeds)]
        return next((fault for fault in faults if fault), None)

    def say(self, now: float) -> list[str]:
        """Return the commands to send now, and take them as sent."""
        said = [text for feed in self._feeds for text in feed.say(now)]
        return said + self.books.say(now)

    def hear(self, message: Message, now: float) -> None:
        """Take in one message."""
        verdict = self._tracker.observe(message)
        if verdict is Verdict.GAP:
            self._missed(message.sid)
        elif verdict is Verdict.DUPLICATE:
            self._tally.duplicates += 1
        self.books.hear(message, now)
        if isinstance(message, BookDelta):
            return
        for feed in self._feeds:
            feed.hear(message, now)
        if isinstance(message, MarketLifecycle):
            self._ears.heard(message)
        elif isinstance(message, Unparsable):
            self._doubt(message, now)

    def _missed(self, sid: int | None) -> None:
        if sid == self.books.sid:
            self.books.heal()
            return
        self._tally.feed_gaps += 1
        if sid in [feed.sid for feed in self._feeds if feed.channel == commands.LIFECYCLE]:
            self._ears.missed()

    def _doubt(self, message: Unparsable, now: float) -> None:
        """A frame that cannot be read may have changed any book: heal, but not without end."""
        self._tally.unparsable += 1
        concerns_books = message.sid is None or message.sid == self.books.sid
        if concerns_books and now - self._doubted_at >= _BETWEEN_DOUBTS:
            self._doubted_at = now
            self.books.heal()

    def _next_id(self) -> int:
        self._ids += 1
        return self._ids

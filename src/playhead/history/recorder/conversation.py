"""What is said and heard on one connection. Pure: times are arguments, frames are values."""

from collections.abc import Callable, Sequence
from random import Random

import msgspec

from playhead.history.kalshi import (
    BookDelta,
    ErrorReply,
    MarketLifecycle,
    Message,
    SequenceTracker,
    Subscribed,
    Unparsable,
    Verdict,
    commands,
)
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.doubts import Doubts
from playhead.history.recorder.feeds import Feed
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Ears
from playhead.history.recorder.subscription import BookSubscription
from playhead.history.recorder.tallies import Tally

_OVERFLOW = 25
_FINE = (Verdict.IN_ORDER, Verdict.UNNUMBERED)


class Conversation:
    """One connection from its opening to its end: books, feeds, and the count of messages.

    Whoever holds it hears first, then checks, then says.
    """

    def __init__(
        self,
        options: RecorderOptions,
        feeds: Sequence[str],
        ears: Ears,
        random: Random,
        tally: Tally,
        share: Callable[[], int],
    ) -> None:
        """``share`` tells how many books to audit at a time."""
        self._ears = ears
        self._tally = tally
        self._ids = 0
        self._tracker = SequenceTracker()
        self._newest: dict[int, Message] = {}
        self._doubts = Doubts(options.doubt, random)
        self._fault: End | None = None
        self.books = BookSubscription(options, random, tally, self._next_id, share)
        self._feeds = [Feed(channel, options, random, self._next_id) for channel in feeds]

    @property
    def fault(self) -> End | None:
        """Why the connection has to be given up; None while it need not."""
        faults = [self._fault, self.books.fault, *(feed.fault for feed in self._feeds)]
        return next((fault for fault in faults if fault), None)

    def say(self, now: float) -> list[str]:
        """Return the commands to send now, and take them as sent."""
        if self._doubts.is_due(now):
            self.books.heal_all()
        said = [text for feed in self._feeds for text in feed.say(now)]
        return said + self.books.say(now)

    def check(self, now: float) -> None:
        """Look for answers that are late. Everything that came must have been heard."""
        self.books.check(now)
        for feed in self._feeds:
            feed.check(now)

    def hear(self, message: Message, now: float) -> None:
        """Take in one message."""
        sid = message.sid
        verdict = self._tracker.check(sid, message.seq)
        if verdict not in _FINE:
            self._out_of_order(verdict, message)
        if sid is not None:
            self._newest[sid] = message
        if isinstance(message, BookDelta):
            return
        self._hear_about_subscriptions(message, now)
        if isinstance(message, MarketLifecycle):
            self._ears.heard(message)
        elif isinstance(message, Unparsable):
            self._doubt(message, now)
        elif isinstance(message, ErrorReply) and message.ends_some_subscription:
            self._lose_some(message)

    def _out_of_order(self, verdict: Verdict, message: Message) -> None:
        sid = message.sid
        if verdict is Verdict.DUPLICATE and sid is not None and self._is_repeated(sid, message):
            self._tally.duplicates += 1
        elif sid != self.books.sid:
            self._tally.feed_gaps += 1
            if sid in [feed.sid for feed in self._feeds if feed.channel == commands.LIFECYCLE]:
                self._ears.missed()
        else:
            self._tally.gaps += verdict is Verdict.GAP
            self._tally.sequence_backs += verdict is not Verdict.GAP
            self.books.heal_all()

    def _is_repeated(self, sid: int, message: Message) -> bool:
        """Tell whether it is the same message again; it may have been sent at another time."""
        former = self._newest.get(sid)
        return former is not None and _timeless(former) == _timeless(message)

    def _hear_about_subscriptions(self, message: Message, now: float) -> None:
        parts: tuple[BookSubscription | Feed, ...] = (self.books, *self._feeds)
        for part in parts:
            held = part.sid
            part.hear(message, now)
            if held is not None and part.sid != held:
                self._tracker.forget(held)  # the exchange may give the number out again
        if isinstance(message, Subscribed) and message.sid is not None:
            self._tracker.begin(message.sid)

    def _doubt(self, message: Unparsable, now: float) -> None:
        """A frame that cannot be read may have changed any book.

        Where it does not say whose it is, the next number of the books tells whether it was theirs.
        """
        self._tally.unparsable += 1
        if message.sid is None:
            self.books.doubt(now)
        elif message.sid == self.books.sid:
            self._doubts.add()

    def _lose_some(self, message: ErrorReply) -> None:
        """Give up everything: nobody can tell what it was that ended."""
        cause = Cause.OVERFLOW if message.code == _OVERFLOW else Cause.CHANNEL_ERROR
        self._fault = End(cause, f"an end that does not say of what: {message.code} {message.text}")

    def _next_id(self) -> int:
        self._ids += 1
        return self._ids


def _timeless(message: Message) -> Message:
    return msgspec.structs.replace(message, sent_at=None)

"""Channels that carry all markets at once: trades, tickers, lifecycles. Pure."""

from collections.abc import Callable
from random import Random

from playhead.history.kalshi import (
    Acknowledged,
    ErrorReply,
    Message,
    Subscribed,
    Unsubscribed,
    commands,
)
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.refusals import Refusal, refusal_of

_MOST_LOST_ANSWERS = 1


class Feed:
    """One channel of one connection.

    To subscribe what is subscribed changes nothing and is answered, so that it is done whenever the
    channel was quiet for a while, and when an answer did not come.

    Attributes:
        sid: Its number, once the exchange has given one.
        is_refused: Whether the exchange would not have it; the connection goes on without.
        fault: Why the connection has to be given up; None while it need not.
    """

    def __init__(
        self, channel: str, options: RecorderOptions, random: Random, next_id: Callable[[], int]
    ) -> None:
        self.channel = channel
        self._options = options
        self._random = random
        self._next_id = next_id
        self._waiting: int | None = None
        self._deadline = 0.0
        self._due = 0.0
        self._failures = 0
        self._lost_answers = 0
        self.sid: int | None = None
        self.is_refused = False
        self.fault: End | None = None

    def check(self, now: float) -> None:
        """Look whether an answer is late. Everything that came must have been heard."""
        if self._waiting is None or now < self._deadline:
            return
        self._waiting, self._due = None, now
        self._lost_answers += 1
        if self._lost_answers > _MOST_LOST_ANSWERS:
            self.fault = End(Cause.STALL, f"no answer to subscribe {self.channel}")

    def say(self, now: float) -> list[str]:
        """Return the commands to send now, and take them as sent."""
        if self._waiting is not None or self.is_refused or now < self._due:
            return []
        self._waiting = self._next_id()
        self._deadline = now + self._options.command_seconds
        return [commands.subscribe(self._waiting, self.channel)]

    def hear(self, message: Message, now: float) -> None:
        """Take in one message of the connection, whatever it is about."""
        if self.sid is not None and message.sid == self.sid:
            self._due = now + self._options.feed_quiet_seconds
        if isinstance(message, Subscribed | Acknowledged):
            self._confirmed(message, now)
        elif isinstance(message, ErrorReply):
            self._refused(message, now)
        elif isinstance(message, Unsubscribed) and message.sid == self.sid:
            self._again(now)

    def _confirmed(self, message: Subscribed | Acknowledged, now: float) -> None:
        if self._waiting is not None and message.id == self._waiting:
            self._waiting, self._failures, self._lost_answers = None, 0, 0
            self.sid = self.sid if message.sid is None else message.sid
            self._due = now + self._options.feed_quiet_seconds

    def _refused(self, message: ErrorReply, now: float) -> None:
        if message.ends_subscription and message.sid == self.sid:
            self._again(now)
        elif self._waiting is not None and message.id == self._waiting:
            self.is_refused = refusal_of(message.code) is not Refusal.SLOWER
            self._again(now)

    def _again(self, now: float) -> None:
        self.sid = self._waiting = None
        self._failures += 1
        self._due = now + self._options.pause.seconds(self._failures, self._random)

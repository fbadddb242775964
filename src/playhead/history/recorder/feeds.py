"""Channels that carry all markets at once: trades, tickers, lifecycles. Pure."""

from collections.abc import Callable
from random import Random

from playhead.history.kalshi import (
    Acknowledged,
    Backoff,
    ErrorReply,
    Message,
    Subscribed,
    Unsubscribed,
    commands,
)
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.refusals import Refusal, refusal_of

_PAUSE = Backoff(first_seconds=0.5, longest_seconds=30.0)


class Feed:
    """One channel of one connection.

    Attributes:
        sid: Its number, once the exchange has given one.
        is_refused: Whether the exchange would not have it; the connection goes on without.
        fault: Why the connection has to be given up; None while it need not.
    """

    def __init__(
        self, channel: str, patience_seconds: float, random: Random, next_id: Callable[[], int]
    ) -> None:
        self.channel = channel
        self._patience = patience_seconds
        self._random = random
        self._next_id = next_id
        self._waiting: int | None = None
        self._deadline = 0.0
        self._not_before = 0.0
        self._failures = 0
        self.sid: int | None = None
        self.is_refused = False
        self.fault: End | None = None

    def say(self, now: float) -> list[str]:
        """Return the commands to send now, and take them as sent."""
        if self._waiting is not None and now >= self._deadline:
            self.fault = End(Cause.STALL, f"no answer to subscribe {self.channel}")
        is_settled = self.sid is not None or self._waiting is not None or self.is_refused
        if is_settled or now < self._not_before:
            return []
        self._waiting = self._next_id()
        self._deadline = now + self._patience
        return [commands.subscribe(self._waiting, self.channel)]

    def hear(self, message: Message, now: float) -> None:
        """Take in one control message of the connection, whatever it is about."""
        if isinstance(message, Subscribed | Acknowledged):
            if message.id == self._waiting and self._waiting is not None:
                self._waiting, self._failures, self.sid = None, 0, message.sid
        elif isinstance(message, ErrorReply):
            self._refused(message, now)
        elif isinstance(message, Unsubscribed) and message.sid == self.sid:
            self._again(now)

    def _refused(self, message: ErrorReply, now: float) -> None:
        if message.ends_subscription and message.sid == self.sid:
            self._again(now)
        elif self._waiting is not None and message.id == self._waiting:
            self.is_refused = refusal_of(message.code) is not Refusal.SLOWER
            self._again(now)

    def _again(self, now: float) -> None:
        self.sid = self._waiting = None
        self._failures += 1
        self._not_before = now + _PAUSE.seconds(self._failures, self._random)

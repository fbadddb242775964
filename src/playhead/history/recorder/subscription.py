"""The books of one connection: which are asked for, which are held, what to say next. Pure.

Markets enter by ``subscribe`` and ``add_markets`` and leave by ``delete_markets``, in batches; the
subscription as a whole is never ended, because that would tear a hole into all other markets. After
a gap every held market is asked for a fresh snapshot, while the stream goes on.
"""

from collections.abc import Callable, Iterable
from random import Random

from playhead.history.kalshi import (
    Acknowledged,
    Backoff,
    BookDelta,
    BookSnapshot,
    ErrorReply,
    Message,
    Subscribed,
    Unsubscribed,
    commands,
)
from playhead.history.recorder.causes import Cause, End
from playhead.history.recorder.inflight import Command, InFlight, Purpose
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.refusals import Refusal, refusal_of
from playhead.history.recorder.tallies import Tally

_PAUSE = Backoff(first_seconds=0.5, longest_seconds=30.0)
Tickers = dict[str, None]


class BookSubscription:
    """The state of the book channel on one connection.

    Attributes:
        sid: Its number, once the exchange has given one.
        overflow: Markets that did not fit; whoever takes them elsewhere empties it.
        fault: Why the connection has to be given up; None while it need not.
    """

    def __init__(
        self,
        options: RecorderOptions,
        random: Random,
        tally: Tally,
        next_id: Callable[[], int],
    ) -> None:
        self._options = options
        self._tally = tally
        self._random = random
        self._next_id = next_id
        self._inflight = InFlight(options.command_seconds)
        self._to_add: Tickers = {}
        self._to_delete: Tickers = {}
        self._to_heal: Tickers = {}
        self._held: Tickers = {}
        self._batch = options.batch
        self._open_gaps = 0
        self._not_before = 0.0
        self._failures = 0
        self._last_book = 0.0
        self._last_ticker = ""
        self.sid: int | None = None
        self.overflow: list[str] = []
        self.fault: End | None = None

    @property
    def held(self) -> int:
        """How many markets the exchange has confirmed."""
        return len(self._held)

    def want(self, tickers: Iterable[str]) -> None:
        """Ask for these markets too."""
        for ticker in tickers:
            if ticker in self._to_delete:
                del self._to_delete[ticker]
            else:
                self._to_add[ticker] = None

    def unwant(self, tickers: Iterable[str]) -> None:
        """Let these markets go."""
        for ticker in tickers:
            self._to_heal.pop(ticker, None)
            if ticker in self._to_add:
                del self._to_add[ticker]
            else:
                self._to_delete[ticker] = None

    def heal(self) -> None:
        """Take in that messages are missing: no held book can be trusted any more."""
        self._tally.gaps += 1
        self._open_gaps += 1
        self._to_heal = dict(self._held)
        self._inflight.doubt()

    def hear(self, message: Message, now: float) -> None:
        """Take in one message of the connection, whatever it is about."""
        if isinstance(message, BookDelta):
            self._last_book, self._last_ticker = now, message.market_ticker
        elif isinstance(message, BookSnapshot):
            self._snapshot_came(message, now)
        elif isinstance(message, Subscribed | Acknowledged):
            self._confirmed(message, now)
        elif isinstance(message, ErrorReply):
            self._refused(message, now)
        elif isinstance(message, Unsubscribed) and message.sid == self.sid:
            self._ended(now)

    def say(self, now: float) -> list[str]:
        """Return the commands to send now, and take them as sent."""
        for command in self._inflight.late(now):
            self._unanswered(command)
        said: list[str] = []
        while now >= self._not_before and len(self._inflight) < self._options.commands_in_flight:
            text = self._next(now)
            if text is None:
                break
            said.append(text)
        self._settle()
        return said

    def _next(self, now: float) -> str | None:
        if self.sid is None:
            return self._subscribe(now)
        if self._to_delete:
            return self._update(Purpose.DELETE, commands.delete_markets, self._to_delete, now)
        if self._to_heal:
            return self._update(Purpose.SNAPSHOT, commands.get_snapshot, self._to_heal, now)
        if self._to_add:
            return self._update(Purpose.ADD, commands.add_markets, self._to_add, now)
        return self._probe(now)

    def _subscribe(self, now: float) -> str | None:
        if not self._to_add or len(self._inflight):
            return None
        tickers = self._cut(self._to_add)
        command_id = self._next_id()
        self._inflight.put(command_id, Purpose.SUBSCRIBE, tickers, now)
        return commands.subscribe(command_id, commands.BOOKS, tickers)

    def _update(
        self,
        purpose: Purpose,
        command: Callable[[int, int, list[str]], str],
        source: Tickers,
        now: float,
    ) -> str:
        assert self.sid is not None
        tickers = self._cut(source)
        command_id = self._next_id()
        self._inflight.put(command_id, purpose, tickers, now)
        return command(command_id, self.sid, tickers)

    def _probe(self, now: float) -> str | None:
        """A frozen stream looks like a quiet one; a market that must answer tells them apart."""
        is_quiet = now - self._last_book >= self._options.probe_seconds
        if not is_quiet or not self._held or self._inflight.holds(Purpose.SNAPSHOT):
            return None
        ticker = self._last_ticker if self._last_ticker in self._held else next(iter(self._held))
        return self._update(Purpose.SNAPSHOT, commands.get_snapshot, {ticker: None}, now)

    def _cut(self, source: Tickers) -> list[str]:
        """Take one batch out of ``source``."""
        tickers = [ticker for ticker, _ in zip(source, range(self._batch), strict=False)]
        for ticker in tickers:
            del source[ticker]
        return tickers

    def _snapshot_came(self, message: BookSnapshot, now: float) -> None:
        if self.sid is None:
            self.sid = message.sid
        self._last_book, self._last_ticker = now, message.market_ticker
        self._inflight.snapshot_came(message.market_ticker, now)

    def _confirmed(self, message: Subscribed | Acknowledged, now: float) -> None:
        command = self._inflight.acknowledge(message.id)
        if command is None:
            return
        self._failures = 0
        self._batch = min(self._options.batch, self._batch * 2)
        if command.purpose is Purpose.DELETE:
            _drop(self._held, command.tickers)
            return
        if self.sid is None:
            self.sid = message.sid
        self._last_book = now
        self._held.update(dict.fromkeys(command.tickers))
        if command.is_doubted:
            self._to_heal.update(dict.fromkeys(command.tickers))

    def _refused(self, message: ErrorReply, now: float) -> None:
        if message.ends_subscription and message.sid == self.sid:
            self._ended(now)
            return
        command = self._inflight.refuse(message.id)
        if command is None:
            return
        match refusal_of(message.code):
            case Refusal.SLOWER:
                self._requeue(command.purpose, command.tickers)
                self._pause(now)
            case Refusal.GONE:
                self._requeue(command.purpose, command.tickers)
                self._ended(now)
            case Refusal.FULL if self._held and command.purpose is Purpose.ADD:
                self.overflow += command.tickers
            case Refusal.MARKET | Refusal.FULL:
                self._leave_out(command, message.market_ticker)
            case Refusal.ACTION if command.purpose is Purpose.SNAPSHOT:
                self._replace(command.tickers)
            case _:
                said = f"the exchange refused a command: {message.code} {message.text}"
                self.fault = End(Cause.ERROR, said)

    def _unanswered(self, command: Command) -> None:
        if command.answered:
            self._replace(ticker for ticker in command.waiting if ticker in self._held)
        else:
            self.fault = End(Cause.STALL, f"no answer to {command.purpose.name.lower()}")

    def _ended(self, now: float) -> None:
        """The exchange sends nothing more: everything that was wanted is to be asked for again."""
        again = dict(self._held)
        for command in self._inflight.clear():
            if command.purpose is Purpose.DELETE:
                _drop(again, command.tickers)
            elif command.purpose is not Purpose.SNAPSHOT:
                again.update(dict.fromkeys(command.tickers))
        _drop(again, self._to_delete)
        self._to_add = again | self._to_add
        self._held, self._to_delete, self._to_heal = {}, {}, {}
        self.sid = None
        self._pause(now)

    def _requeue(self, purpose: Purpose, tickers: list[str]) -> None:
        """Ask again for what was not done, as far as nobody has changed their mind since."""
        if purpose is Purpose.DELETE:
            again = [ticker for ticker in tickers if not self._is_coming(ticker)]
            self._to_delete.update(dict.fromkeys(again))
        elif purpose is Purpose.SNAPSHOT:
            again = [ticker for ticker in tickers if ticker in self._held]
            self._to_heal.update(dict.fromkeys(again))
        else:
            again = [ticker for ticker in tickers if ticker not in self._to_delete]
            _drop(self._to_delete, set(tickers).difference(self._held))
            self._to_add.update(dict.fromkeys(again))

    def _is_coming(self, ticker: str) -> bool:
        return ticker in self._to_add or self._inflight.adds(ticker)

    def _leave_out(self, command: Command, market_ticker: str | None) -> None:
        """Go on without the market at fault; where it is not named, halve until it stands alone."""
        rest = [ticker for ticker in command.tickers if ticker != market_ticker]
        if len(command.tickers) == 1:
            rest = []
        elif len(rest) == len(command.tickers):
            self._batch = max(1, len(rest) // 2)
        out = set(command.tickers).difference(rest)
        _drop(self._held, out)
        self._tally.refused += len(out)
        self._requeue(command.purpose, rest)

    def _replace(self, tickers: Iterable[str]) -> None:
        """Get a snapshot the long way: take the markets out and put them in again."""
        for ticker in tickers:
            self._to_delete[ticker] = None
            self._to_add[ticker] = None

    def _pause(self, now: float) -> None:
        self._failures += 1
        self._not_before = now + _PAUSE.seconds(self._failures, self._random)

    def _settle(self) -> None:
        waits = self._to_heal or self._inflight.holds(Purpose.SNAPSHOT, Purpose.SUBSCRIBE)
        if self._open_gaps and self.sid is not None and not waits:
            self._tally.healed += self._open_gaps
            self._open_gaps = 0


def _drop(tickers: Tickers, out: Iterable[str]) -> None:
    for ticker in out:
        tickers.pop(ticker, None)
